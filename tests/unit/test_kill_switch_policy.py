"""The second lock covers every write that a manifest grants, and names what there is.

What the API server makes of it is shown in tests/contracts/test_kill_switch_policy.py.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.unit.manifests import AUTO, BASE, NAMESPACE, NODES, Json, objects, only
from worker.settings import Settings

LOCK = "aiops-operator-kill-switch"
STAYS = "aiops-operator-kill-switch-stays"
READS = {"get", "list", "watch"}
POLICY, BINDING = "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"


def rules(policy: Json) -> set[tuple[str, str]]:
    """(group, resource) of everything it looks at."""
    return {
        (group, resource)
        for rule in policy["spec"]["matchConstraints"]["resourceRules"]
        for group in rule["apiGroups"]
        for resource in rule["resources"]
    }


def nodes_rules() -> set[tuple[str, str]]:
    """What the overlay for nodes adds."""
    listed = yaml.safe_load((NODES / "kustomization.yaml").read_text())["patches"]
    (patch,) = [one["patch"] for one in listed if one["target"] == {"kind": POLICY, "name": LOCK}]
    (added,) = yaml.safe_load(patch)
    assert (added["op"], added["path"]) == ("add", "/spec/matchConstraints/resourceRules/-")
    return rules({"spec": {"matchConstraints": {"resourceRules": [added["value"]]}}})


def writable(*folders: Path) -> set[tuple[str, str]]:
    return {
        (group, resource)
        for folder in folders
        for role in objects(folder)
        if role["kind"] in ("Role", "ClusterRole")
        for rule in role["rules"]
        if set(rule["verbs"]) - READS
        for group in rule["apiGroups"]
        for resource in rule["resources"]
    }


def test_it_looks_at_every_write_that_is_granted_and_at_nothing_else() -> None:
    assert writable(BASE) == set()
    assert rules(only(AUTO, POLICY, LOCK)) == writable(AUTO)
    assert nodes_rules() == writable(NODES)


def test_it_looks_at_every_kind_of_write() -> None:
    for rule in only(AUTO, POLICY, LOCK)["spec"]["matchConstraints"]["resourceRules"]:
        assert rule["operations"] == ["CREATE", "UPDATE", "DELETE"]
        assert rule["apiVersions"] == ["*"]


def test_it_speaks_of_our_account_and_of_our_switch() -> None:
    account = only(BASE, "ServiceAccount", "aiops-operator")["metadata"]
    user = f"system:serviceaccount:{account['namespace']}:{account['name']}"
    (condition,) = only(AUTO, POLICY, LOCK)["spec"]["matchConditions"]
    assert condition["expression"] == f'request.userInfo.username == "{user}"'
    switch = Settings.model_fields["kill_switch_name"].default
    only(BASE, "ConfigMap", switch)
    reference = only(AUTO, BINDING, LOCK)["spec"]["paramRef"]
    assert (reference["name"], reference["namespace"]) == (switch, NAMESPACE)


def test_only_the_one_word_lets_through() -> None:
    (validation,) = only(AUTO, POLICY, LOCK)["spec"]["validations"]
    assert validation["expression"] == (
        'has(params.data) && "stop" in params.data && params.data.stop == "false"'
    )
    assert validation["reason"] == "Forbidden"


def test_a_missing_switch_stops_nobody_else_and_so_it_cannot_go_missing() -> None:
    """`Deny` would refuse these writes to everybody: seen on a real API server."""
    reference = only(AUTO, BINDING, LOCK)["spec"]["paramRef"]
    assert reference["parameterNotFoundAction"] == "Allow"
    stays = only(AUTO, POLICY, STAYS)["spec"]
    assert rules({"spec": stays}) == {("", "configmaps")}
    assert [one["expression"] for one in stays["validations"]] == ["false"]
    selected = stays["matchConstraints"]["namespaceSelector"]["matchLabels"]
    assert selected == {"kubernetes.io/metadata.name": NAMESPACE}


@pytest.mark.parametrize("name", [LOCK, STAYS])
def test_what_is_said_is_enforced(name: str) -> None:
    assert only(AUTO, POLICY, name)["spec"]["failurePolicy"] == "Fail"
    binding = only(AUTO, BINDING, name)["spec"]
    assert (binding["policyName"], binding["validationActions"]) == (name, ["Deny"])
