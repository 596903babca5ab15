"""What must not be done isn't: no write in the audit log, the right reason, held or handed over.

One worker serves all cases, each in a namespace of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e import audit
from tests.e2e.conftest import StartWorker, turn_kill_switch, write_pack
from tests.e2e.records import Record, alert, body, produce
from tests.e2e.shop import CRASHES_ANYWHERE, UNREADY, Shop
from tests.e2e.test_first_alert import crash_alert, ended, sick_on_one_node
from tests.e2e.waiting import wait_for
from tests.e2e.worker_process import Worker
from tests.lab import Lab, proof


def send(lab: Lab, *alerts: dict[str, Any]) -> None:
    produce(lab.kafka.bootstrap, "alerts", [Record(body(one)) for one in alerts])


def refused(worker: Worker, namespace: str, reason: str) -> dict[str, Any]:
    """The namespace's incident, once it is held or escalated for this reason."""

    def look() -> dict[str, Any] | None:
        for incident in worker.incidents(namespace):
            shown = worker.incident(incident["id"])
            reasons = {entry["reason"] for entry in shown["journal"]}
            if reason in reasons and shown["phase"] in ("open", "escalated"):
                return shown
        return None

    return wait_for(f"{namespace}: {reason}", look, within_s=90.0)


def test_pod_without_owner(lab: Lab, shop: Shop, start_worker: StartWorker, now: str) -> None:
    shop.apply(
        {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {
                "name": "backend",
                "namespace": shop.namespace,
                "labels": {"app": "backend", **CRASHES_ANYWHERE},
            },
            "spec": {"containers": [{"name": "backend", "image": "backend:1"}]},
        }
    )
    pod = shop.crash_looping_pod("backend")
    worker = start_worker()
    send(lab, crash_alert(shop, pod, now))
    assert refused(worker, shop.namespace, "no_controller")["phase"] == "escalated"
    assert audit.tried(lab, shop.namespace) == []


def test_protected_namespace(lab: Lab, shop: Shop, start_worker: StartWorker, now: str) -> None:
    shop.apply(shop.deployment("backend", labels=CRASHES_ANYWHERE))
    pod = shop.crash_looping_pod("backend")
    worker = start_worker(AIOPS_PROTECTED_NAMESPACES=f"payments,{shop.namespace}")
    send(lab, crash_alert(shop, pod, now))
    assert refused(worker, shop.namespace, "protected")["phase"] == "escalated"
    assert audit.tried(lab, shop.namespace) == []


def test_last_healthy_replica(
    lab: Lab, shop: Shop, start_worker: StartWorker, now: str, tmp_path: Path
) -> None:
    """A restart with the Recreate strategy would take the one pod that still serves."""
    shop.apply(shop.deployment("backend", replicas=2, strategy={"type": "Recreate"}))
    pods = shop.ready("backend", 2)
    victim = pods[0]["metadata"]["name"]
    lab.kubernetes.kubectl("-n", shop.namespace, "label", "pod", victim, "lab.fault/unready=true")
    shop.unready_pods("backend")
    only_restarts = write_pack(tmp_path / "restarts", ["rollout_restart"])
    worker = start_worker(AIOPS_PLAYBOOKS=str(only_restarts))
    send(lab, alert("KubePodNotReady", starts_at=now, namespace=shop.namespace, pod=victim))
    assert refused(worker, shop.namespace, "last_healthy_replica")["phase"] == "escalated"
    assert audit.tried(lab, shop.namespace) == []


def test_restart_of_what_is_sick_everywhere(
    lab: Lab, shop: Shop, start_worker: StartWorker, now: str, tmp_path: Path
) -> None:
    """Each pod was restarted by its kubelet again and again: one more restart changes nothing."""
    shop.apply(shop.deployment("backend", replicas=2, labels=CRASHES_ANYWHERE))
    pod = shop.crash_looping_pod("backend")
    worker = start_worker(
        AIOPS_PLAYBOOKS=str(write_pack(tmp_path / "restarts", ["rollout_restart"]))
    )
    send(lab, crash_alert(shop, pod, now))
    assert refused(worker, shop.namespace, "sick_everywhere")["phase"] == "escalated"
    assert audit.tried(lab, shop.namespace) == []


def guard_with_a_budget(shop: Shop) -> None:
    """All three must be available; the default policy then protects even a crash-looping pod."""
    shop.apply(
        {
            "apiVersion": "policy/v1",
            "kind": "PodDisruptionBudget",
            "metadata": {"name": "backend", "namespace": shop.namespace},
            "spec": {"minAvailable": 3, "selector": {"matchLabels": {"app": "backend"}}},
        }
    )
    wait_for(
        "the budget is observed",
        lambda: shop.get("pdb", "backend").get("status", {}).get("expectedPods") == 3,
    )


def test_disruption_budget_that_would_answer_429_is_not_even_asked(
    lab: Lab, shop: Shop, start_worker: StartWorker, now: str
) -> None:
    pod = sick_on_one_node(shop)
    guard_with_a_budget(shop)
    assert proof.evict(lab, pod, namespace=shop.namespace) == 429
    worker = start_worker()
    send(lab, crash_alert(shop, pod, now))
    refused(worker, shop.namespace, "disruption_budget")
    incident = ended(worker, shop.namespace, "escalated")
    assert worker.incident(incident["id"])["escalated_for"] == "held_too_long"
    assert audit.tried(lab, shop.namespace) == []


def test_disruption_budget_that_comes_between_decision_and_write_answers_429(
    lab: Lab, shop: Shop, start_worker: StartWorker, now: str, tmp_path: Path
) -> None:
    pod = sick_on_one_node(shop)
    mark = tmp_path / "reached"
    worker = start_worker(
        AIOPS_FAILPOINT="turn.intent_durable:sleep:5", AIOPS_FAILPOINT_MARK=str(mark)
    )
    send(lab, crash_alert(shop, pod, now))
    wait_for("the intent is durable", mark.exists)
    guard_with_a_budget(shop)
    refused(worker, shop.namespace, "disruption_budget")
    assert {event.code for event in audit.tried(lab, shop.namespace)} == {429}
    assert audit.done(lab, shop.namespace) == []

    lab.kubernetes.kubectl("-n", shop.namespace, "delete", "pdb", "backend")
    assert ended(worker, shop.namespace, "resolved")["resolution"] == "repaired"
    assert [event.name for event in audit.evictions(lab, shop.namespace)] == [pod]


@pytest.fixture
def stopped(lab: Lab) -> Iterator[None]:
    turn_kill_switch(lab, "true")
    yield
    turn_kill_switch(lab, "false")


def test_kill_switch(
    lab: Lab, shop: Shop, start_worker: StartWorker, now: str, stopped: None
) -> None:
    shop.apply(shop.deployment("backend", labels=CRASHES_ANYWHERE))
    pod = shop.crash_looping_pod("backend")
    worker = start_worker()
    send(lab, crash_alert(shop, pod, now))
    assert refused(worker, shop.namespace, "kill_switch")["phase"] == "open"
    assert audit.tried(lab, shop.namespace) == []


def test_observe_mode_writes_nothing(
    lab: Lab, shop: Shop, start_worker: StartWorker, now: str
) -> None:
    shop.apply(shop.deployment("backend", labels=CRASHES_ANYWHERE))
    pod = shop.crash_looping_pod("backend")
    worker = start_worker(AIOPS_MODE="observe")
    send(lab, crash_alert(shop, pod, now))
    shown = refused(worker, shop.namespace, "observe_mode")
    assert "Would evict pod" in worker.cli("show", shown["id"])
    assert audit.tried(lab, shop.namespace) == []


def test_the_only_pod_of_a_deployment_may_be_evicted_when_it_is_not_ready(
    lab: Lab, shop: Shop, start_worker: StartWorker, now: str
) -> None:
    """Evicting a pod that is not ready costs no availability, so the floor doesn't forbid it."""
    shop.apply(shop.deployment("backend", replicas=1))
    (pod,) = shop.ready("backend", 1)
    name = pod["metadata"]["name"]
    lab.kubernetes.kubectl("-n", shop.namespace, "label", "pod", name, *_pairs(UNREADY))
    shop.unready_pods("backend")
    worker = start_worker()
    send(lab, alert("KubePodNotReady", starts_at=now, namespace=shop.namespace, pod=name))
    assert ended(worker, shop.namespace, "resolved")["resolution"] == "repaired"
    assert [event.name for event in audit.evictions(lab, shop.namespace)] == [name]


def _pairs(labels: dict[str, str]) -> list[str]:
    return [f"{key}={value}" for key, value in labels.items()]
