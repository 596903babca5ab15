"""No right that isn't used: what the manifests grant, the actions need and the doctor asks for.

That these rights suffice is shown by the end-to-end tests.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.unit.manifests import (
    AUTO,
    BASE,
    NAMESPACE,
    NODES,
    ROOT,
    granted,
    granted_by_group,
    objects,
    only,
    pod_template,
)
from worker.adapters.kubernetes_api import COLLECTION
from worker.adapters.kubernetes_inventory import KINDS
from worker.doctor import REMEDIES
from worker.doctor.cluster import ACT_RIGHTS, READ_RIGHTS, Right
from worker.domain.catalogue import CATALOGUE
from worker.domain.document.identity import SubjectKind
from worker.settings import Settings

FOLDERS = (BASE, AUTO, NODES)
FORBIDDEN_RESOURCES = {"secrets", "nodes/proxy", "pods/exec", "serviceaccounts/token", "*"}
FORBIDDEN_VERBS = {"*", "delete", "deletecollection", "impersonate", "escalate", "bind", "update"}


@pytest.mark.parametrize("folder", [BASE, AUTO, NODES], ids=["base", "auto", "nodes"])
def test_rights_are_narrow(folder: Path) -> None:
    for role, resource, verb in granted(folder):
        assert resource not in FORBIDDEN_RESOURCES, role
        assert verb not in FORBIDDEN_VERBS, role


def test_nodes_are_changed_by_opting_in_only() -> None:
    changed = {
        folder: {verb for _, resource, verb in granted(folder) if resource == "nodes"}
        for folder in (BASE, AUTO, NODES)
    }
    assert changed == {BASE: {"get", "list"}, AUTO: set(), NODES: {"patch"}}


def test_observe_mode_may_change_nothing() -> None:
    assert {verb for _, _, verb in granted(BASE)} == {"get", "list", "watch"}


def test_what_is_watched_may_be_watched() -> None:
    watched = {resource for _, resource, verb in granted(BASE) if verb == "watch"}
    assert watched == {COLLECTION[kind].rpartition("}")[2] for kind in KINDS}


def test_kill_switch_is_readable_by_name_only() -> None:
    (rule,) = only(BASE, "Role", "aiops-operator-kill-switch")["rules"]
    defaults = Settings.model_fields["kill_switch_name"].default
    assert rule == {
        "apiGroups": [""], "resources": ["configmaps"], "resourceNames": [defaults],
        "verbs": ["get"],
    }  # fmt: skip


def test_applying_the_base_never_opens_the_kill_switch() -> None:
    """Without the key it counts as set, and a repeated apply leaves alone what somebody has set."""
    assert "data" not in only(BASE, "ConfigMap", Settings.model_fields["kill_switch_name"].default)


def test_no_remedy_of_the_doctor_opens_the_kill_switch() -> None:
    """Who can't read it hasn't decided that it is open; the pages that are named instead exist."""
    assert "stop=false" not in str(REMEDIES)
    pages = re.findall(r"docs/[\w/-]+\.md", REMEDIES["kill switch"])
    assert pages
    assert all((ROOT / page).is_file() for page in pages)


@pytest.mark.parametrize(
    ("folder", "of_nodes"), [(AUTO, False), (NODES, True)], ids=["auto", "nodes"]
)
def test_the_right_to_act_is_what_the_catalogue_names(folder: Path, of_nodes: bool) -> None:
    """Neither more nor less, in the very API group."""
    named = {
        (right.group, right.resource, right.verb)
        for one in CATALOGUE
        if (one.subject is SubjectKind.NODE) == of_nodes
        for right in one.rights
    }
    assert granted_by_group(folder) == named


@pytest.mark.parametrize(
    ("folder", "role", "asked"),
    [(BASE, "aiops-operator-read", READ_RIGHTS), (AUTO, "aiops-operator-act", ACT_RIGHTS)],
    ids=["read", "act"],
)
def test_doctor_asks_for_what_is_granted(folder: Path, role: str, asked: tuple[Right, ...]) -> None:
    wanted = {(f"{resource}/{sub}" if sub else resource, verb) for _, resource, sub, verb in asked}
    assert wanted == {(resource, verb) for name, resource, verb in granted(folder) if name == role}


def test_rights_go_to_our_account_only() -> None:
    account = {"kind": "ServiceAccount", "name": "aiops-operator", "namespace": NAMESPACE}
    only(BASE, "ServiceAccount", account["name"])
    assert pod_template()["spec"]["serviceAccountName"] == account["name"]
    bindings = [
        one for folder in FOLDERS for one in objects(folder) if one["kind"].endswith("RoleBinding")
    ]
    roles = [one for folder in FOLDERS for one in objects(folder) if one["kind"].endswith("Role")]
    assert all(one["subjects"] == [account] for one in bindings)
    assert {one["roleRef"]["name"] for one in bindings} == {
        one["metadata"]["name"] for one in roles
    }
