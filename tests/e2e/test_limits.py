"""Two replicas under two hundred sick services: never more disruptions at once than allowed.

The judge is the API server's audit log: a disruption begins when our patch is accepted, and ends
when the deployment controller reports every replica up to date, and as available as before.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from tests.e2e import audit
from tests.e2e.conftest import StartWorker
from tests.e2e.records import Record, body, produce
from tests.e2e.shop import UNREADY_UNTIL_RESTARTED, Shop
from tests.e2e.waiting import wait_for
from tests.lab import Lab

SERVICES = 200
LEASES = 3
ACTS_AT_LEAST = 12  # so that the limit was really pressed against
LOOKED_AT_FOR_S = 90.0
SICK_WITHIN_S = 240.0  # two hundred Deployments on two shared cores


@dataclass(frozen=True, slots=True)
class Disruption:
    """`ended` is None while it lasts."""

    name: str
    began: datetime
    ended: datetime | None


def test_two_replicas_never_hold_more_leases_than_the_cluster_bears(
    lab: Lab, shop: Shop, start_worker: StartWorker, now: str, tmp_path: Path
) -> None:
    names = [f"service-{number:03d}" for number in range(SERVICES)]
    shop.apply(
        *(shop.deployment(name, replicas=1, labels=UNREADY_UNTIL_RESTARTED) for name in names)
    )
    sick = wait_for("all are sick", lambda: _unready(shop), within_s=SICK_WITHIN_S)
    environment = {
        "AIOPS_PLAYBOOKS": str(_restart_only(tmp_path / "restart-only")),
        "AIOPS_LEASES_MAX": str(LEASES),
        "AIOPS_ACTS_WINDOW_S": "1",  # the rate is another test's
        "AIOPS_STORM_SHARE": "1",
        "AIOPS_DECIDE_WITHIN_S": "3600",
        "AIOPS_HOLD_S": "5",
    }
    for _ in range(2):
        start_worker(**environment)
    alerts = [Record(body(_alert(shop, pod, now)), key=pod.encode()) for pod in sorted(sick)]
    produce(lab.kafka.bootstrap, "alerts", alerts)
    time.sleep(LOOKED_AT_FOR_S)

    seen = disruptions(lab, shop.namespace)
    assert len(seen) >= ACTS_AT_LEAST
    assert most_at_once(seen) <= LEASES
    assert len({one.name for one in seen}) == len(seen), "each was restarted once"


def disruptions(lab: Lab, namespace: str) -> list[Disruption]:
    """Every accepted restart of ours, with the moment at which its workload was well again."""
    found = []
    reports = [
        event
        for event in lab.kubernetes.audit.writes()
        if event.namespace == namespace
        and (event.resource, event.subresource) == ("deployments", "status")
    ]
    for patch in audit.done(lab, namespace):
        generation = patch.response["metadata"]["generation"]
        ended = next(
            (
                report.timestamp
                for report in reports
                if report.name == patch.name
                and report.timestamp > patch.timestamp
                and _well(report.request, generation)
            ),
            None,
        )
        found.append(Disruption(patch.name, patch.timestamp, ended))
    return found


def most_at_once(seen: list[Disruption]) -> int:
    """Of all moments at which one begins, the most that last then."""
    return max(
        sum(
            other.began <= one.began and (other.ended is None or other.ended > one.began)
            for other in seen
        )
        for one in seen
    )


def _well(deployment: dict[str, Any], generation: int) -> bool:
    """Rolled out, and as available as before: none of them was ready when it was restarted."""
    status, wanted = deployment.get("status", {}), deployment["spec"]["replicas"]
    observed = bool(status.get("observedGeneration", 0) >= generation)
    return observed and bool(status.get("updatedReplicas", 0) >= wanted)


def _unready(shop: Shop) -> set[str] | None:
    """The unready running pods, once there are as many as services."""
    found = {
        pod["metadata"]["name"]
        for pod in shop.get("pods")["items"]
        if pod["status"].get("phase") == "Running"
        and all(not one["ready"] for one in pod["status"].get("containerStatuses", []))
    }
    return found if len(found) >= SERVICES else None


def _alert(shop: Shop, pod: str, now: str) -> dict[str, Any]:
    labels = {"alertname": "KubePodNotReady", "namespace": shop.namespace, "pod": pod}
    return {"status": "firing", "labels": labels, "startsAt": now}


def _restart_only(folder: Path) -> Path:
    folder.mkdir()
    (folder / "pack.yaml").write_text("version: 1\n")
    step = {
        "action": "rollout_restart",
        "verify": {"settle": "2s", "window": "60s", "deadline": "120s"},
    }
    document = {
        "apiVersion": "aiops/v1",
        "kind": "Playbook",
        "metadata": {"name": "not-ready"},
        "spec": {"match": {"causes": ["not_ready"]}, "soak": "1s", "steps": [step]},
    }
    (folder / "not-ready.yaml").write_text(yaml.safe_dump(document))
    return folder
