"""A second replica joins while a slow turn is in flight: Dapr cancels it and calls it again.

The lab is this test's own and has one subject, so what is counted here is counted of that subject.
"""

from __future__ import annotations

import re
import time
from pathlib import Path
from urllib.request import urlopen

from tests.e2e import audit
from tests.e2e.conftest import StartWorker
from tests.e2e.records import Record, body, produce
from tests.e2e.shop import Shop
from tests.e2e.test_first_alert import crash_alert, ended, sick_on_one_node
from tests.e2e.waiting import wait_for
from tests.e2e.worker_process import Worker
from tests.lab import Lab

SLOW_TURN_S = 25  # longer than the 2 s that Dapr drains a call for, shorter than our own call waits


def test_overtaken_turn_loses_its_save(
    lab: Lab, shop: Shop, start_worker: StartWorker, now: str, tmp_path: Path
) -> None:
    pod = sick_on_one_node(shop)
    mark = tmp_path / "reached"
    first = start_worker(
        AIOPS_FAILPOINT=f"turn.slow:sleep:{SLOW_TURN_S}", AIOPS_FAILPOINT_MARK=str(mark)
    )
    produce(lab.kafka.bootstrap, "alerts", [Record(body(crash_alert(shop, pod, now)))])
    wait_for("the slow turn is in flight", mark.exists)
    slow_until = time.monotonic() + SLOW_TURN_S
    before = counted(first, "turns_asked")

    second = start_worker(ready=False)
    # Dapr lets no second call to an actor pass while one is in flight; unless it gave that one up.
    wait_for(
        "Dapr called the actor again, here or there",
        lambda: counted(first, "turns_asked") + counted(second, "turns_asked") > before,
    )
    assert time.monotonic() < slow_until, "the slow turn was over before it was called again"
    second.wait_ready()
    late = crash_alert(shop, pod, now, container="sidecar")
    produce(lab.kafka.bootstrap, "alerts", [Record(body(late))])

    wait_for("the late save lost", lambda: counted(first, "turns_overtaken") >= 1)
    incident = ended(second, shop.namespace, "resolved")
    assert incident["resolution"] == "repaired"
    shown = second.incident(incident["id"])
    assert len(shown["alerts"]) == 2, "an acknowledged alert is missing from the document"
    assert [event.name for event in audit.evictions(lab, shop.namespace)] == [pod]


def counted(worker: Worker, name: str) -> int:
    """One of the worker's counters; 0 while it doesn't answer."""
    try:
        with urlopen(f"{worker.url}/metrics", timeout=5) as answer:
            text = answer.read().decode()
    except OSError:
        return 0
    found = re.search(rf"^aiops_{name}_total (\S+)", text, re.M)
    return int(float(found.group(1))) if found else 0
