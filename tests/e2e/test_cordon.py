"""An unfit node on the real parts: the audit log says what was done to which node.

Three nodes are the whole pool, so that it bears one cordon. One worker serves all cases, in their
order: each leaves its node as it found it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.contracts.rigs.lab import NODE_RIGHTS
from tests.e2e.audit import OUR_ACCOUNT
from tests.e2e.conftest import StartWorker
from tests.e2e.records import Record, alert, body, produce
from tests.e2e.shop import SICK_NODE
from tests.e2e.waiting import wait_for
from tests.e2e.worker_process import Worker
from tests.lab import Lab

FIRST, SECOND, THIRD = "node-a", "node-b", SICK_NODE
DETECTED = "KernelDeadlock"
MARK = "aiops-operator.io/cordoned-by"
STEP = {
    "action": "cordon",
    "coolDown": "1s",
    "verify": {"settle": "1s", "window": "2s", "deadline": "4s"},
}


@pytest.fixture
def cordoning(tmp_path: Path) -> Path:
    """The shipped ladder, by itself and with every duration shortened."""
    folder = tmp_path / "cordoning"
    folder.mkdir()
    (folder / "pack.yaml").write_text("version: 1\n")
    made = {
        "apiVersion": "aiops/v1",
        "kind": "Playbook",
        "metadata": {"name": "node-not-ready"},
        "spec": {
            "match": {"causes": ["node_not_ready"], "subjects": ["node"]},
            "soak": "1s",
            "steps": [STEP],
        },
    }
    (folder / "node-not-ready.yaml").write_text(yaml.safe_dump(made))
    return folder


@pytest.fixture(autouse=True)
def fit(lab: Lab) -> Iterator[None]:
    yield
    for name in (FIRST, SECOND, THIRD):
        condition(lab, name, "False")
        lab.kubernetes.kubectl("uncordon", name)
        lab.kubernetes.kubectl("annotate", "node", name, f"{MARK}-")


def condition(lab: Lab, name: str, status: str) -> None:
    """What a detector on the node says of it."""
    said = json.dumps({"status": {"conditions": [{"type": DETECTED, "status": status}]}})
    lab.kubernetes.kubectl("patch", "node", name, "--subresource=status", "-p", said)


def unfit(lab: Lab, name: str, now: str) -> None:
    condition(lab, name, "True")
    news = alert("KubeNodeNotReady", starts_at=now, node=name)
    produce(lab.kafka.bootstrap, "alerts", [Record(body(news))])


def writes(lab: Lab, name: str) -> list[Any]:
    """Our mutating requests to this node."""
    ours = lab.kubernetes.audit.writes(user=OUR_ACCOUNT)
    return [one for one in ours if (one.resource, one.name) == ("nodes", name)]


def node(lab: Lab, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(lab.kubernetes.kubectl("get", "node", name, "-o", "json"))
    return found


def told(worker: Worker, name: str, phase: str, *reasons: str) -> None:
    """One incident of the node came to this, and its journal names all these reasons."""

    def look() -> bool:
        shown = [worker.incident(one["id"]) for one in worker.incidents(name)]
        return any(
            one["phase"] == phase and {*reasons} <= {entry["reason"] for entry in one["journal"]}
            for one in shown
        )

    wait_for(f"{name}: {phase}, {reasons}", look, within_s=90.0)


def test_without_the_right_nothing_is_cordoned_and_a_human_is_told(
    lab: Lab, start_worker: StartWorker, cordoning: Path, now: str
) -> None:
    """As installed with overlays/auto only: nodes are an opt-in of their own."""
    worker = start_worker(AIOPS_PLAYBOOKS=str(cordoning))
    unfit(lab, THIRD, now)
    told(worker, THIRD, "escalated", "forbidden")
    assert [one.code for one in writes(lab, THIRD)] == [403]
    assert "unschedulable" not in node(lab, THIRD)["spec"]
    condition(lab, THIRD, "False")
    told(worker, THIRD, "resolved", "forbidden")


def test_one_is_cordoned_once_a_second_one_is_not_and_the_first_is_let_go_again(
    lab: Lab, start_worker: StartWorker, cordoning: Path, now: str
) -> None:
    lab.kubernetes.kubectl("apply", "-f", "-", input=NODE_RIGHTS.read_text())
    worker = start_worker(AIOPS_PLAYBOOKS=str(cordoning))
    unfit(lab, FIRST, now)
    told(worker, FIRST, "escalated", "contained")
    (cordon,) = writes(lab, FIRST)
    assert (cordon.verb, cordon.code) == ("patch", 200)
    found = node(lab, FIRST)
    assert found["spec"]["unschedulable"] is True
    assert (
        cordon.response["metadata"]["annotations"][MARK] == found["metadata"]["annotations"][MARK]
    )

    unfit(lab, SECOND, now)
    told(worker, SECOND, "escalated", "pool_unwell")
    assert writes(lab, SECOND) == []

    condition(lab, FIRST, "False")
    told(worker, FIRST, "resolved", "undone")
    assert [one.code for one in writes(lab, FIRST)] == [200, 200]
    found = node(lab, FIRST)
    assert "unschedulable" not in found["spec"]
    assert MARK not in found["metadata"]["annotations"]
    condition(lab, SECOND, "False")
    told(worker, SECOND, "resolved", "pool_unwell")


def test_what_a_person_cordoned_is_neither_cordoned_nor_let_go(
    lab: Lab, start_worker: StartWorker, cordoning: Path, now: str
) -> None:
    lab.kubernetes.kubectl("apply", "-f", "-", input=NODE_RIGHTS.read_text())
    lab.kubernetes.kubectl("cordon", SECOND)
    worker = start_worker(AIOPS_PLAYBOOKS=str(cordoning))
    unfit(lab, SECOND, now)
    told(worker, SECOND, "escalated", "contained")
    condition(lab, SECOND, "False")
    told(worker, SECOND, "resolved", "contained")
    assert writes(lab, SECOND) == []
    assert node(lab, SECOND)["spec"]["unschedulable"] is True
