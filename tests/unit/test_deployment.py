"""The manifests keep their promises: no right that isn't used, no door that isn't named.

That the API server takes them, and that these rights suffice, is shown by the end-to-end tests.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from worker.adapters.kubernetes_api import COLLECTION
from worker.adapters.kubernetes_inventory import KINDS
from worker.domain.playbook import Verb
from worker.settings import Settings

Json = dict[str, Any]
ROOT = Path(__file__).parents[2]
BASE = ROOT / "k8s" / "base"
AUTO = ROOT / "k8s" / "overlays" / "auto"
COMPONENTS = ROOT / "components"
NAMESPACE = "aiops-system"
FORBIDDEN_RESOURCES = {"secrets", "nodes", "nodes/proxy", "pods/exec", "serviceaccounts/token", "*"}
FORBIDDEN_VERBS = {"*", "delete", "deletecollection", "impersonate", "escalate", "bind", "update"}


def objects(folder: Path) -> Iterator[Json]:
    for path in sorted(folder.glob("*.yaml")):
        if path.name != "kustomization.yaml":
            yield from (one for one in yaml.safe_load_all(path.read_text()) if one)


def only(folder: Path, kind: str, name: str) -> Json:
    (found,) = [o for o in objects(folder) if (o["kind"], o["metadata"]["name"]) == (kind, name)]
    return found


def pod_template() -> Json:
    return dict(only(BASE, "Deployment", "aiops-operator")["spec"]["template"])


def container() -> Json:
    (one,) = pod_template()["spec"]["containers"]
    return dict(one)


def granted(folder: Path) -> set[tuple[str, str, str]]:
    """(role, resource, verb) of every rule."""
    return {
        (role["metadata"]["name"], resource, verb)
        for role in objects(folder)
        if role["kind"] in ("Role", "ClusterRole")
        for rule in role["rules"]
        for resource in rule["resources"]
        for verb in rule["verbs"]
    }


@pytest.mark.parametrize("folder", [BASE, AUTO, COMPONENTS], ids=lambda path: path.name)
def test_every_manifest_is_listed(folder: Path) -> None:
    listed = yaml.safe_load((folder / "kustomization.yaml").read_text())["resources"]
    files = {path.name for path in folder.glob("*.yaml")} - {"kustomization.yaml"}
    assert files == {name for name in listed if "/" not in name}
    for name in listed:
        assert (folder / name).exists(), name


@pytest.mark.parametrize("folder", [BASE, AUTO], ids=["base", "auto"])
def test_rights_are_narrow(folder: Path) -> None:
    for role, resource, verb in granted(folder):
        assert resource not in FORBIDDEN_RESOURCES, role
        assert verb not in FORBIDDEN_VERBS, role


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
    assert only(BASE, "ConfigMap", defaults)["data"] == {"stop": "false"}


def test_the_right_to_act_is_what_the_actions_need() -> None:
    """One line a verb: whoever adds an action decides here which right it costs."""
    needed = {
        Verb.EVICT_POD: {("pods/eviction", "create")},
        Verb.ROLLOUT_RESTART: {
            ("deployments", "patch"), ("statefulsets", "patch"), ("daemonsets", "patch"),
        },
    }  # fmt: skip
    assert set(needed) == set(Verb)
    assert {(resource, verb) for _, resource, verb in granted(AUTO)} == set().union(
        *needed.values()
    )


def test_rights_go_to_our_account_only() -> None:
    account = {"kind": "ServiceAccount", "name": "aiops-operator", "namespace": NAMESPACE}
    only(BASE, "ServiceAccount", account["name"])
    assert pod_template()["spec"]["serviceAccountName"] == account["name"]
    bindings = [
        one for folder in (BASE, AUTO) for one in objects(folder) if one["kind"].endswith("Binding")
    ]
    roles = [
        one for folder in (BASE, AUTO) for one in objects(folder) if one["kind"].endswith("Role")
    ]
    assert all(one["subjects"] == [account] for one in bindings)
    assert {one["roleRef"]["name"] for one in bindings} == {
        one["metadata"]["name"] for one in roles
    }


def test_pod_is_restricted() -> None:
    enforce = only(BASE, "Namespace", NAMESPACE)["metadata"]["labels"]
    assert enforce["pod-security.kubernetes.io/enforce"] == "restricted"
    pod = pod_template()["spec"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert container()["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert not {"hostNetwork", "hostPID", "hostIPC"} & pod.keys()
    assert all("hostPath" not in volume for volume in pod["volumes"])


def test_sidecar_and_settings_agree() -> None:
    annotations = pod_template()["metadata"]["annotations"]
    fields = Settings.model_fields
    assert annotations["dapr.io/app-port"] == str(fields["sidecar_port"].default)
    assert annotations["dapr.io/app-protocol"] == "http"
    assert annotations["dapr.io/enable-app-health-check"] == "true"
    ports = {port["name"]: port["containerPort"] for port in container()["ports"]}
    assert ports == {"people": fields["people_port"].default}


def test_ends_after_sidecar_and_drain() -> None:
    annotations = pod_template()["metadata"]["annotations"]
    block_s = int(annotations["dapr.io/block-shutdown-duration"].removesuffix("s"))
    graceful_s = int(annotations["dapr.io/graceful-shutdown-seconds"])
    drain_s = Settings.model_fields["drain_s"].default
    grace_s = pod_template()["spec"]["terminationGracePeriodSeconds"]
    assert grace_s > block_s + graceful_s + drain_s


def test_liveness_does_not_depend_on_the_sidecar() -> None:
    probes = {name: container()[f"{name}Probe"]["httpGet"] for name in ("startup", "liveness")}
    assert {probe["path"] for probe in probes.values()} == {"/livez"}
    assert container()["readinessProbe"]["httpGet"] == {"path": "/readyz", "port": "people"}


def test_every_variable_is_a_setting() -> None:
    """A misspelt variable would be ignored in silence."""
    known = {f"AIOPS_{name.upper()}" for name in Settings.model_fields}
    known |= {str(field.validation_alias) for field in Settings.model_fields.values()}
    named = {variable["name"] for variable in container()["env"]}
    assert named | set(only(BASE, "ConfigMap", "aiops-settings")["data"]) <= known


def test_settings_of_the_base_are_valid(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in only(BASE, "ConfigMap", "aiops-settings")["data"].items():
        monkeypatch.setenv(name, value)
    assert Settings().mode == "observe"


def test_no_secret_is_in_a_manifest() -> None:
    for path in (ROOT / "k8s").rglob("*.yaml"):
        assert "kind: Secret\n" not in path.read_text(), path.name
    for variable in container()["env"]:
        if variable["name"].endswith("TOKEN"):
            assert "secretKeyRef" in variable["valueFrom"], variable["name"]


def test_image_runs_as_nobody_and_writes_nowhere() -> None:
    text = (ROOT / "Dockerfile").read_text()
    stages = text.split("\nFROM ")[1:]
    assert len(stages) == 2
    assert {stage.split()[0] for stage in stages} == {"python:3.11.14-slim-bookworm"}
    user = str(pod_template()["spec"]["securityContext"]["runAsUser"])
    assert f"USER {user}:{user}" in stages[1]
    (command,) = [line for line in stages[1].splitlines() if line.startswith("CMD ")]
    assert ast.literal_eval(command.removeprefix("CMD ")) == ["python", "-m", "worker"]
    assert text.count("--require-hashes") == text.count("pip install --require-hashes") == 2
