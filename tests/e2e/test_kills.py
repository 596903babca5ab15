"""Killed at the worst moments: still one eviction, and the incident ends where it must."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e import audit
from tests.e2e.conftest import StartWorker
from tests.e2e.records import Record, body, produce
from tests.e2e.shop import Shop
from tests.e2e.test_first_alert import crash_alert, ended, sick_on_one_node
from tests.e2e.waiting import wait_for
from tests.lab import Lab
from worker.engine.failpoint import NAMES

KILL_POINTS = (
    "accept.saved",
    "turn.intent_durable",
    "turn.claimed",
    "write.sent",
    "write.answered",
)


def test_every_failpoint_has_a_test() -> None:
    assert set(KILL_POINTS) | {"turn.slow"} == set(NAMES)


@pytest.mark.parametrize("point", KILL_POINTS)
def test_worker_killed_at(
    point: str, lab: Lab, shop: Shop, start_worker: StartWorker, now: str, tmp_path: Path
) -> None:
    pod = sick_on_one_node(shop)
    mark = tmp_path / "reached"
    worker = start_worker(AIOPS_FAILPOINT=f"{point}:kill", AIOPS_FAILPOINT_MARK=str(mark))
    produce(lab.kafka.bootstrap, "alerts", [Record(body(crash_alert(shop, pod, now)))])

    wait_for(f"killed at {point}", lambda: not worker.process.running)
    assert mark.exists(), "the process ended, but not at its failpoint"
    worker.start_process()
    worker.wait_ready()
    incident = ended(worker, shop.namespace, "resolved")

    assert incident["resolution"] == "repaired"
    assert [event.name for event in audit.evictions(lab, shop.namespace)] == [pod]
    assert len(worker.incident(incident["id"])["attempts"]) == 1


def test_sidecar_killed_while_an_intent_is_durable(
    lab: Lab, shop: Shop, start_worker: StartWorker, now: str, tmp_path: Path
) -> None:
    pod = sick_on_one_node(shop)
    mark = tmp_path / "reached"
    worker = start_worker(
        AIOPS_FAILPOINT="turn.intent_durable:sleep:2", AIOPS_FAILPOINT_MARK=str(mark)
    )
    produce(lab.kafka.bootstrap, "alerts", [Record(body(crash_alert(shop, pod, now)))])
    wait_for("the intent is durable", mark.exists)
    worker.sidecar.kill()
    assert not worker.sidecar.running
    worker.sidecar.restart()

    assert ended(worker, shop.namespace, "resolved")["resolution"] == "repaired"
    assert [event.name for event in audit.evictions(lab, shop.namespace)] == [pod]


def test_store_killed_while_an_intent_is_durable(
    lab: Lab, shop: Shop, start_worker: StartWorker, now: str, tmp_path: Path
) -> None:
    pod = sick_on_one_node(shop)
    mark = tmp_path / "reached"
    worker = start_worker(
        AIOPS_FAILPOINT="turn.intent_durable:sleep:2", AIOPS_FAILPOINT_MARK=str(mark)
    )
    produce(lab.kafka.bootstrap, "alerts", [Record(body(crash_alert(shop, pod, now)))])
    wait_for("the intent is durable", mark.exists)
    lab.redis.kill()
    lab.redis.restart()

    assert ended(worker, shop.namespace, "resolved")["resolution"] == "repaired"
    assert [event.name for event in audit.evictions(lab, shop.namespace)] == [pod]
