"""The second lock on a real API server: what it refuses of ours, and what it must leave to others.

The tests of this module share one cluster and go from a set switch to one that is gone.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.lab import Lab
from tests.lab.errors import LabError
from tests.lab.waiting import wait_until

pytestmark = pytest.mark.e2e

NODES = Path(__file__).parents[2] / "k8s" / "overlays" / "nodes"
NAMESPACE = "aiops-system"
OURS = f"--as=system:serviceaccount:{NAMESPACE}:aiops-operator"
SWITCH = ("configmap", "aiops-kill-switch")
REFUSED = "the kill switch is set (ConfigMap aiops-system/aiops-kill-switch)"
TAKES_EFFECT_WITHIN_S = 5.0

WORKLOADS = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop, namespace: default}
spec:
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: shop}}
    spec: {containers: [{name: shop, image: "shop:1"}]}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: shop, namespace: default}
spec:
  serviceName: shop
  replicas: 0
  selector: {matchLabels: {app: shop-set}}
  template:
    metadata: {labels: {app: shop-set}}
    spec: {containers: [{name: shop, image: "shop:1"}]}
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: shop, namespace: default}
spec:
  selector: {matchLabels: {app: shop-daemon}}
  template:
    metadata: {labels: {app: shop-daemon}}
    spec: {nodeSelector: {nowhere: here}, containers: [{name: shop, image: "shop:1"}]}
"""
PATCHED = (
    ("deployment", "shop"),
    ("statefulset", "shop"),
    ("daemonset", "shop"),
    ("horizontalpodautoscaler", "shop"),
    ("cronjob", "shop"),
    ("node", "node-a"),
)


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab.start(parts=("kubernetes",)) as started:
        started.kubernetes.add_node("node-a")
        kubectl = started.kubernetes.kubectl
        made = yaml.safe_load_all(kubectl("kustomize", str(NODES)))
        known = [one for one in made if not one["apiVersion"].startswith("dapr.io/")]
        kubectl("apply", "--server-side", "-f", "-", input=yaml.safe_dump_all(known))
        kubectl("apply", "-f", "-", input=WORKLOADS)
        kubectl("autoscale", "deployment", "shop", "--min=1", "--max=3")
        kubectl("create", "cronjob", "shop", "--image=shop:1", "--schedule=0 0 30 2 *")
        wait_until("a pod", lambda: bool(pods(started)))
        wait_until("the policy holds", lambda: REFUSED in patched(started, 0, OURS))
        yield started


def pods(lab: Lab) -> list[str]:
    listed = lab.kubernetes.kubectl("get", "pods", "-l", "app=shop", "-o", "name")
    return [name.removeprefix("pod/") for name in listed.split()]


def told(lab: Lab, *arguments: str, text: str = "") -> str:
    """Why it was refused, "" when it was done."""
    try:
        lab.kubernetes.kubectl(*arguments, input=text)
    except LabError as error:
        return str(error)
    return ""


def patched(lab: Lab, number: int, *account: str, what: tuple[str, str] = PATCHED[0]) -> str:
    patch = f'{{"metadata": {{"annotations": {{"seen": "{number}-{time.time()}"}}}}}}'
    return told(lab, *account, "patch", *what, "--type", "merge", "-p", patch)


def evicted(lab: Lab, *account: str) -> str:
    (pod, *_) = pods(lab)
    path = f"/api/v1/namespaces/default/pods/{pod}/eviction"
    eviction = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": pod}}
    return told(lab, *account, "create", "--raw", path, "-f", "-", text=json.dumps(eviction))


def turn(lab: Lab, stop: str) -> None:
    patch = f'{{"data": {{"stop": "{stop}"}}}}'
    lab.kubernetes.kubectl("-n", NAMESPACE, "patch", *SWITCH, "--type", "merge", "-p", patch)


@pytest.mark.parametrize("what", PATCHED, ids=lambda what: what[0])
def test_as_it_is_shipped_no_write_of_ours_passes(lab: Lab, what: tuple[str, str]) -> None:
    assert REFUSED in patched(lab, 1, OURS, what=what)


def test_nor_an_eviction(lab: Lab) -> None:
    before = pods(lab)
    assert REFUSED in evicted(lab, OURS)
    assert pods(lab) == before


@pytest.mark.parametrize("what", PATCHED, ids=lambda what: what[0])
def test_nobody_else_is_kept_from_anything(lab: Lab, what: tuple[str, str]) -> None:
    assert patched(lab, 2, what=what) == ""


def test_we_may_still_ask_what_we_may(lab: Lab) -> None:
    """A review is a create too; the doctor makes them."""
    assert lab.kubernetes.kubectl(OURS, "auth", "can-i", "patch", "deployments").strip() == "yes"


@pytest.mark.parametrize("what", PATCHED, ids=lambda what: what[0])
def test_let_through_every_right_of_ours_suffices(lab: Lab, what: tuple[str, str]) -> None:
    turn(lab, "false")
    wait_until("let through", lambda: patched(lab, 3, OURS) == "", within_s=TAKES_EFFECT_WITHIN_S)
    assert patched(lab, 3, OURS, what=what) == ""


def test_an_eviction_is_let_through_too(lab: Lab) -> None:
    assert evicted(lab, OURS) == ""


@pytest.mark.parametrize("stop", ["true", "False", "no", " false"])
def test_any_other_word_stops(lab: Lab, stop: str) -> None:
    turn(lab, "false")
    wait_until("let through", lambda: patched(lab, 4, OURS) == "", within_s=TAKES_EFFECT_WITHIN_S)
    turn(lab, stop)
    began_s = time.monotonic()
    wait_until("refused", lambda: REFUSED in patched(lab, 4, OURS), within_s=TAKES_EFFECT_WITHIN_S)
    assert time.monotonic() - began_s < TAKES_EFFECT_WITHIN_S
    assert patched(lab, 4) == ""


def test_a_switch_without_its_key_stops(lab: Lab) -> None:
    turn(lab, "false")
    wait_until("let through", lambda: patched(lab, 5, OURS) == "", within_s=TAKES_EFFECT_WITHIN_S)
    remove = '[{"op": "remove", "path": "/data"}]'
    lab.kubernetes.kubectl("-n", NAMESPACE, "patch", *SWITCH, "--type", "json", "-p", remove)
    wait_until("refused", lambda: REFUSED in patched(lab, 5, OURS), within_s=TAKES_EFFECT_WITHIN_S)


def test_the_switch_can_not_be_taken_away(lab: Lab) -> None:
    collection = f"/api/v1/namespaces/{NAMESPACE}/configmaps"
    for words in (("delete", *SWITCH), ("delete", "--raw", collection)):
        assert "delete validatingadmissionpolicybinding" in told(lab, "-n", NAMESPACE, *words)
    lab.kubernetes.kubectl("-n", NAMESPACE, "get", *SWITCH)
    lab.kubernetes.kubectl("-n", NAMESPACE, "create", "configmap", "other")
    lab.kubernetes.kubectl("-n", NAMESPACE, "delete", "configmap", "other")


def test_without_it_others_go_on(lab: Lab) -> None:
    """With `parameterNotFoundAction: Deny` nobody could patch a deployment now."""
    binding = ("validatingadmissionpolicybinding", "aiops-operator-kill-switch-stays")
    lab.kubernetes.kubectl("delete", *binding)
    wait_until("it is gone", lambda: told(lab, "-n", NAMESPACE, "delete", *SWITCH) == "")
    time.sleep(1.0)  # until the API server's own watch has seen it
    for what in PATCHED:
        assert patched(lab, 6, what=what) == "", what
    assert evicted(lab) == ""


def test_the_namespace_can_be_removed_with_it(lab: Lab) -> None:
    manifests = yaml.safe_load_all(lab.kubernetes.kubectl("kustomize", str(NODES)))
    wanted = ("ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding", "ConfigMap")
    again = [one for one in manifests if one["kind"] in wanted]
    lab.kubernetes.kubectl("apply", "-f", "-", input=yaml.safe_dump_all(again))
    wait_until(
        "the switch stays",
        lambda: "first" in told(lab, "-n", NAMESPACE, "delete", "--dry-run=server", *SWITCH),
    )
    lab.kubernetes.kubectl("delete", "namespace", NAMESPACE, "--timeout=60s")
    assert "NotFound" in told(lab, "get", "namespace", NAMESPACE)
