"""The kill switch, set while workers act: by the API server's audit log nothing comes after it; and
the second lock, in front of a worker whose own check is gone."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import yaml

from tests.e2e import audit
from tests.e2e.conftest import StartWorker, turn_kill_switch
from tests.e2e.records import Record, alert, body, produce
from tests.e2e.shop import CRASHES_ANYWHERE, Shop
from tests.e2e.test_first_alert import crash_alert, ended, sick_on_one_node
from tests.e2e.test_refusals import refused
from tests.e2e.waiting import wait_for
from tests.e2e.worker_process import ROOT, Worker
from tests.lab import Lab
from tests.lab.errors import LabError

NOTHING_AFTER_S = 5.0  # what is promised; a write in flight is over by then
SERVICES = 12
UNBOUNDED = {
    "AIOPS_LEASES_MAX": "64",
    "AIOPS_LEASES_NAMESPACE_MAX": "64",
    "AIOPS_ACTS_MAX": "256",
    "AIOPS_ACTS_NAMESPACE_MAX": "256",
    "AIOPS_STORM_LEAST": "256",
    "AIOPS_STORM_INFLOW_LEAST": "256",
}
"""Nothing but the switch stands in the way of a worker with many sick services."""


@pytest.fixture(scope="module", autouse=True)
def second_lock(lab: Lab) -> None:
    """As it is shipped; returns once it works."""
    manifests = lab.kubernetes.kubectl("kustomize", str(ROOT / "k8s" / "overlays" / "auto"))
    locks = [one for one in yaml.safe_load_all(manifests) if "AdmissionPolicy" in one["kind"]]
    assert len(locks) == 4
    lab.kubernetes.kubectl("apply", "-f", "-", input=yaml.safe_dump_all(locks))
    lab.kubernetes.kubectl("create", "deployment", "probe", "--image=probe:1", "--replicas=0")
    turn_kill_switch(lab, "true")
    wait_for("the lock holds", lambda: not _may_write(lab))
    turn_kill_switch(lab, "false")
    wait_for("the lock is open", lambda: _may_write(lab))


def _may_write(lab: Lab) -> bool:
    patch = json.dumps({"metadata": {"annotations": {"probed": str(time.time())}}})
    words = ("patch", "deployment", "probe", "--type", "merge", "-p", patch)
    try:
        lab.kubernetes.kubectl(f"--as={audit.OUR_ACCOUNT}", *words)
    except LabError:
        return False
    return True


@pytest.fixture
def opened(lab: Lab) -> Iterator[None]:
    """Whatever a test leaves behind, the next one finds the switch open."""
    yield
    turn_kill_switch(lab, "false")


def turn(lab: Lab, worker: Worker, *words: str) -> Any:
    """By the command line, with the administrator's account."""
    kubeconfig = str(lab.kubernetes.admin_kubeconfig)
    done = worker.cli("kill-switch", *words, "--kubeconfig", kubeconfig, "-o", "json")
    return json.loads(done)


def turned_at(lab: Lab) -> datetime:
    """When the API server received the last change of the switch."""
    changes = [
        event for event in lab.kubernetes.audit.writes() if event.name == "aiops-kill-switch"
    ]
    return changes[-1].timestamp


def sicken(lab: Lab, shop: Shop, app: str) -> None:
    """A service of which everything crashes, and the alert about it."""
    shop.apply(shop.deployment(app, replicas=2, labels=CRASHES_ANYWHERE))
    pod = shop.crash_looping_pod(app)
    now = datetime.now(UTC).isoformat()
    about = {"namespace": shop.namespace, "pod": pod, "container": app}
    one = alert("KubePodCrashLooping", starts_at=now, **about)
    produce(lab.kafka.bootstrap, "alerts", [Record(body(one))])


def held_by_switch(worker: Worker, shop: Shop) -> int:
    return sum(one["hold"] == "kill_switch" for one in worker.incidents(shop.namespace))


def test_no_write_comes_after_the_switch(
    lab: Lab, shop: Shop, start_worker: StartWorker, opened: None
) -> None:
    first = start_worker(ready=False, **UNBOUNDED)
    second = start_worker(ready=False, **UNBOUNDED)
    first.wait_ready()
    second.wait_ready()
    for number in range(SERVICES // 2):
        sicken(lab, shop, f"before-{number}")
    wait_for("they act", lambda: len(audit.done(lab, shop.namespace)) >= 3)

    said = turn(lab, first, "on", "--reason", "an exercise")
    assert (said["set"], said["words"]) == (True, "an exercise")
    set_at = turned_at(lab)
    for number in range(SERVICES // 2):
        sicken(lab, shop, f"after-{number}")
    wait_for("new ones are held", lambda: held_by_switch(first, shop) >= SERVICES // 2)
    assert datetime.now(UTC) - set_at > timedelta(seconds=2 * NOTHING_AFTER_S)

    late = set_at + timedelta(seconds=NOTHING_AFTER_S)
    tried = lab.kubernetes.audit.writes(user=audit.OUR_ACCOUNT, since=late)
    assert [(one.verb, one.name, one.code) for one in tried] == []

    before = len(audit.done(lab, shop.namespace))
    assert turn(lab, first, "off", "--yes")["set"] is False
    wait_for("they act again", lambda: len(audit.done(lab, shop.namespace)) > before)


def test_a_worker_that_does_not_look_is_refused_by_the_api_server(
    lab: Lab, shop: Shop, start_worker: StartWorker, now: str, opened: None
) -> None:
    pod = sick_on_one_node(shop)
    before = {one["metadata"]["uid"] for one in shop.pods("backend")}
    turn_kill_switch(lab, "true")
    wait_for("the lock holds", lambda: not _may_write(lab))
    worker = start_worker(module="tests.e2e.blind_worker")
    produce(lab.kafka.bootstrap, "alerts", [Record(body(crash_alert(shop, pod, now)))])

    shown = refused(worker, shop.namespace, "denied_by_policy")
    assert {event.code for event in audit.tried(lab, shop.namespace)} == {403}
    assert audit.done(lab, shop.namespace) == []
    assert {one["metadata"]["uid"] for one in shop.pods("backend")} == before
    assert "the kill switch is set" in worker.cli("show", shown["id"])


def test_the_same_worker_acts_where_the_lock_is_open(
    lab: Lab, shop: Shop, start_worker: StartWorker, now: str
) -> None:
    """It is the lock that kept it, and nothing else."""
    wait_for("the lock is open", lambda: _may_write(lab))
    pod = sick_on_one_node(shop)
    worker = start_worker(module="tests.e2e.blind_worker")
    produce(lab.kafka.bootstrap, "alerts", [Record(body(crash_alert(shop, pod, now)))])
    assert ended(worker, shop.namespace, "resolved")["resolution"] == "repaired"
    assert [one.name for one in audit.done(lab, shop.namespace)] == [pod]
