"""A pack is swapped while the worker runs: whole, or not at all."""

from __future__ import annotations

from pathlib import Path
from urllib.request import urlopen

from tests.e2e import audit
from tests.e2e.conftest import StartWorker, write_pack
from tests.e2e.records import Record, body, produce
from tests.e2e.shop import Shop
from tests.e2e.test_first_alert import crash_alert, ended, sick_on_one_node
from tests.e2e.waiting import wait_for
from tests.e2e.worker_process import Worker
from tests.lab import Lab

BROKEN = "apiVersion: aiops/v1\nkind: Playbook\nmetadata: {name: broken}\nspec: {steps: nonsense}\n"


def test_a_bad_pack_changes_nothing(
    lab: Lab, shop: Shop, start_worker: StartWorker, now: str, tmp_path: Path
) -> None:
    """It is refused whole and said so; the last good one goes on deciding."""
    pod = sick_on_one_node(shop)
    folder = write_pack(tmp_path / "pack", ["evict_pod"])
    worker = start_worker(AIOPS_PLAYBOOKS=str(folder))
    (folder / "pack.yaml").write_text("version: 2\n")
    (folder / "broken.yaml").write_text(BROKEN)
    wait_for("the bad pack is refused", lambda: _count(worker, "aiops_playbooks_refused_total"))
    produce(lab.kafka.bootstrap, "alerts", [Record(body(crash_alert(shop, pod, now)))])

    incident = ended(worker, shop.namespace, "resolved")
    assert incident["resolution"] == "repaired"
    assert [event.name for event in audit.evictions(lab, shop.namespace)] == [pod]
    story = worker.cli("show", incident["id"])
    assert "crash-loop" in story or "repaired" in story


def _count(worker: Worker, name: str) -> float:
    """The sum of a counter over its labels."""
    with urlopen(f"{worker.url}/metrics", timeout=5) as answer:
        metrics = answer.read().decode()
    return sum(
        float(line.rsplit(" ", 1)[1])
        for line in metrics.splitlines()
        if line.startswith(name) and not line.startswith("#")
    )
