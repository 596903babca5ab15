"""One alert's whole life: Kafka → Dapr → worker → API server → verified, or handed to a human."""

from __future__ import annotations

import json
from typing import Any

from tests.e2e import audit
from tests.e2e.conftest import StartWorker
from tests.e2e.receivers import Receiver
from tests.e2e.records import Record, alert, body, produce, read_all
from tests.e2e.shop import (
    CRASHES_ANYWHERE,
    CRASHES_ON_SICK_NODE,
    SICK_NODE,
    UNREADY_UNTIL_RESTARTED,
    Shop,
)
from tests.e2e.waiting import wait_for
from tests.e2e.worker_process import Worker
from tests.lab import Lab

ENDS_WITHIN_S = 120.0  # decision, eviction, a new pod and its watch take about 25 s


def ended(worker: Worker, namespace: str, phase: str) -> dict[str, Any]:
    """The one incident of the namespace, once it is in this phase."""

    def look() -> dict[str, Any] | None:
        incidents = worker.incidents(namespace)
        assert len(incidents) <= 1, incidents
        return incidents[0] if incidents and incidents[0]["phase"] == phase else None

    return wait_for(f"incident of {namespace} {phase}", look, within_s=ENDS_WITHIN_S)


def crash_alert(shop: Shop, pod: str, now: str, **labels: str) -> dict[str, Any]:
    about = {"namespace": shop.namespace, "pod": pod, "container": "backend", **labels}
    return alert("KubePodCrashLooping", starts_at=now, **about)


def sick_on_one_node(shop: Shop, *, replicas: int = 3) -> str:
    """A Deployment of which one pod landed on the sick node, which then takes no more pods."""
    shop.apply(shop.deployment("backend", replicas=replicas, labels=CRASHES_ON_SICK_NODE,
                               pod_spec=shop.spread()))  # fmt: skip
    pod = shop.crash_looping_pod("backend")
    shop.lab.kubernetes.kubectl("cordon", SICK_NODE)
    return pod


def test_fault_of_the_node_is_repaired_by_one_eviction(
    lab: Lab, shop: Shop, start_worker: StartWorker, now: str
) -> None:
    pod = sick_on_one_node(shop)
    worker = start_worker()
    produce(lab.kafka.bootstrap, "alerts", [Record(body(crash_alert(shop, pod, now)))])

    incident = ended(worker, shop.namespace, "resolved")
    assert incident["resolution"] == "repaired"

    (eviction,) = audit.done(lab, shop.namespace)
    assert (eviction.subresource, eviction.name) == ("eviction", pod)
    shown = worker.incident(incident["id"])
    (attempt,) = shown["attempts"]
    assert audit.intent_of(eviction) == attempt["intent_id"] == eviction.audit_id
    assert attempt["verdict"] == "healthy"
    assert pod not in {one["metadata"]["name"] for one in shop.ready("backend", 3)}

    story = worker.cli("show", incident["id"])
    for word in ("KubePodCrashLooping", "evict pod", pod, "accepted", "Verified", "Resolved"):
        assert word in story, story
    kinds = journal_kinds(lab, incident["id"])
    assert [k for k in kinds if k in ("opened", "decided", "outcome", "verdict", "closed")] == [
        "opened", "decided", "outcome", "verdict", "closed",
    ]  # fmt: skip


def journal_kinds(lab: Lab, incident_id: str) -> list[str]:
    """The kinds of this incident's entries on the journal topic, in order, each once."""

    def look() -> list[str] | None:
        events = [json.loads(one) for one in read_all(lab.kafka.bootstrap, "remediation-journal")]
        entries = {
            event["data"]["seq"]: event["data"]["kind"]
            for event in events
            if event["data"]["incident"] == incident_id
        }
        kinds = [entries[seq] for seq in sorted(entries)]
        return kinds if "closed" in kinds else None

    return wait_for(f"journal of {incident_id}", look)


def test_fault_of_the_template_is_not_credited_and_reaches_a_human(
    lab: Lab, shop: Shop, start_worker: StartWorker, receiver: Receiver, now: str
) -> None:
    shop.apply(shop.deployment("backend", replicas=2, labels=CRASHES_ANYWHERE))
    pod = shop.crash_looping_pod("backend")
    worker = start_worker()
    produce(lab.kafka.bootstrap, "alerts", [Record(body(crash_alert(shop, pod, now)))])

    incident = ended(worker, shop.namespace, "escalated")
    (eviction,) = audit.done(lab, shop.namespace)
    assert eviction.name == pod
    (attempt,) = worker.incident(incident["id"])["attempts"]
    assert attempt["verdict"] == "still_sick"
    story = worker.cli("show", incident["id"])
    assert "Refused rollout restart: sick everywhere" in story, story

    def received() -> list[dict[str, Any]]:
        return [one for one in receiver.messages() if one["incident"] == incident["id"]]

    (notice,) = wait_for("the notice", received)
    assert (notice["kind"], notice["reason"]) == ("escalated", "ladder_exhausted")
    wait_for("the receipt in the story", lambda: "received" in worker.cli("show", incident["id"]))


def test_all_pods_unready_without_a_crash_are_repaired_by_one_restart(
    lab: Lab, shop: Shop, start_worker: StartWorker, now: str
) -> None:
    shop.apply(shop.deployment("backend", replicas=2, labels=UNREADY_UNTIL_RESTARTED))
    pod = shop.unready_pods("backend", at_least=2)[0]
    worker = start_worker()
    unready = alert("KubePodNotReady", starts_at=now, namespace=shop.namespace, pod=pod)
    produce(lab.kafka.bootstrap, "alerts", [Record(body(unready))])

    incident = ended(worker, shop.namespace, "resolved")
    assert incident["resolution"] == "repaired"
    writes = audit.done(lab, shop.namespace)
    restarts = [one for one in writes if one.resource == "deployments"]
    assert [one.subresource for one in writes if one not in restarts] == ["eviction"]
    assert len(restarts) == 1
    shop.ready("backend", 2)


def test_the_same_alert_fifty_times_over_two_replicas_is_one_eviction(
    lab: Lab, shop: Shop, start_worker: StartWorker, now: str
) -> None:
    pod = sick_on_one_node(shop)
    first, second = start_worker(ready=False), start_worker(ready=False)
    first.wait_ready()
    second.wait_ready()
    one = body(crash_alert(shop, pod, now))
    produce(
        lab.kafka.bootstrap, "alerts", [Record(one, partition=number % 4) for number in range(50)]
    )

    incident = ended(first, shop.namespace, "resolved")
    assert incident["resolution"] == "repaired"
    assert second.incidents(shop.namespace)[0]["id"] == incident["id"]
    assert [one.name for one in audit.done(lab, shop.namespace)] == [pod]
