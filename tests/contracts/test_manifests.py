"""The manifests as they are, on a real API server that enforces the restricted pod level.

Real: API server, admission, rights, controllers. Not here: a kubelet, Dapr's injector.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.lab import Lab
from tests.lab.waiting import wait_until

pytestmark = pytest.mark.e2e

K8S = Path(__file__).parents[2] / "k8s"
NAMESPACE = "aiops-system"
ACCOUNT = f"system:serviceaccount:{NAMESPACE}:aiops-operator"

READ = {
    *(("", "pods", verb) for verb in ("get", "list", "watch")),
    *(
        ("apps", kind, verb)
        for kind in ("deployments", "statefulsets", "daemonsets")
        for verb in ("get", "list", "watch")
    ),
    *(("apps", "replicasets", verb) for verb in ("list", "watch")),
    *(("batch", "jobs", verb) for verb in ("list", "watch")),
    *(("batch", "cronjobs", verb) for verb in ("get", "list", "watch")),
    *(("", "nodes", verb) for verb in ("get", "list")),
    *(("autoscaling", "horizontalpodautoscalers", verb) for verb in ("get", "list", "watch")),
    ("policy", "poddisruptionbudgets", "list"),
    ("keda.sh", "scaledobjects", "list"),
    ("autoscaling.k8s.io", "verticalpodautoscalers", "list"),
}
ACT = {
    ("", "pods/eviction", "create"),
    *(("apps", kind, "patch") for kind in ("deployments", "statefulsets", "daemonsets")),
    ("apps", "replicasets", "get"),
    ("autoscaling", "horizontalpodautoscalers", "patch"),
    ("batch", "cronjobs", "patch"),
}
GRANTED = {
    "base": READ,
    "overlays/auto": READ | ACT,
    "overlays/nodes": READ | ACT | {("", "nodes", "patch")},
}


@pytest.fixture(scope="module", params=GRANTED)
def installed(request: pytest.FixtureRequest) -> Iterator[tuple[Lab, str]]:
    """A fresh cluster with one of the installations, but for what only Dapr understands."""
    with Lab.start(parts=("kubernetes",)) as lab:
        lab.kubernetes.add_node("node-a")
        made = yaml.safe_load_all(lab.kubernetes.kubectl("kustomize", str(K8S / request.param)))
        known = [one for one in made if not one["apiVersion"].startswith("dapr.io/")]
        text = yaml.safe_dump_all(known)
        lab.kubernetes.kubectl("apply", "--server-side", "-f", "-", input=text)
        yield lab, request.param


def rights(lab: Lab, namespace: str) -> list[dict[str, Any]]:
    """Everything the account may do there, as the API server answers it."""
    review = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectRulesReview",
        "spec": {"namespace": namespace},
    }
    answer = lab.kubernetes.kubectl(
        "create",
        "--validate=false",
        "-f",
        "-",
        "-o",
        "json",
        f"--as={ACCOUNT}",
        input=json.dumps(review),
    )
    rules: list[dict[str, Any]] = json.loads(answer)["status"]["resourceRules"]
    return [rule for rule in rules if not set(rule["apiGroups"]) <= SELF]


SELF = {"authentication.k8s.io", "authorization.k8s.io"}
"""Everybody may ask who he is and what he may do."""


def test_pods_pass_admission(installed: tuple[Lab, str]) -> None:
    lab, _ = installed

    def made() -> bool:
        found = lab.kubernetes.kubectl("-n", NAMESPACE, "get", "pods", "-o", "name").split()
        return len(found) == 2

    wait_until("both replicas are made", made)


def test_rights_anywhere(installed: tuple[Lab, str]) -> None:
    lab, which = installed
    granted = {
        (group, resource, verb)
        for rule in rights(lab, "default")
        for group in rule["apiGroups"]
        for resource in rule["resources"]
        for verb in rule["verbs"]
    }
    assert granted == GRANTED[which]


def test_kill_switch_is_all_it_may_read_at_home(installed: tuple[Lab, str]) -> None:
    lab, _ = installed
    elsewhere = rights(lab, "default")
    (more,) = [rule for rule in rights(lab, NAMESPACE) if rule not in elsewhere]
    assert more == {
        "apiGroups": [""],
        "resources": ["configmaps"],
        "resourceNames": ["aiops-kill-switch"],
        "verbs": ["get"],
    }
