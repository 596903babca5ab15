"""A second replica joins while a slow turn is in flight: Dapr cancels it and calls it again."""

from __future__ import annotations

import time
from pathlib import Path

from tests.e2e import audit
from tests.e2e.conftest import StartWorker
from tests.e2e.records import Record, body, produce
from tests.e2e.shop import Shop
from tests.e2e.test_first_alert import crash_alert, ended, sick_on_one_node
from tests.e2e.waiting import wait_for
from tests.lab import Lab

SLOW_TURN_S = 20  # far longer than the 2 s that Dapr drains a call for


def test_overtaken_turn_loses_its_save(
    lab: Lab, shop: Shop, start_worker: StartWorker, now: str, tmp_path: Path
) -> None:
    pod = sick_on_one_node(shop)
    mark = tmp_path / "reached"
    start_worker(AIOPS_FAILPOINT=f"turn.slow:sleep:{SLOW_TURN_S}", AIOPS_FAILPOINT_MARK=str(mark))
    one = crash_alert(shop, pod, now)
    produce(lab.kafka.bootstrap, "alerts", [Record(body(one))])
    wait_for("the slow turn is in flight", mark.exists)

    second = start_worker()
    late = crash_alert(shop, pod, now, container="sidecar")
    produce(lab.kafka.bootstrap, "alerts", [Record(body(late))])

    incident = ended(second, shop.namespace, "resolved")
    assert incident["resolution"] == "repaired"
    # The first replica's turn wakes up after all this and must not undo any of it.
    time.sleep(SLOW_TURN_S)
    shown = second.incident(incident["id"])
    assert shown["phase"] == "resolved"
    assert len(shown["alerts"]) == 2, "an acknowledged alert is missing from the document"
    assert [event.name for event in audit.evictions(lab, shop.namespace)] == [pod]
