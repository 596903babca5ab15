"""One node makes three services sick: one human hears of it, the services wait, then all heal."""

from __future__ import annotations

import pytest

from tests.simulation.invariants import repaired, violations
from tests.simulation.nemesis import CALM, CRUEL, Rates
from tests.simulation.scenario import BYSTANDERS, Fault, Service
from tests.simulation.schedule import SKEW_MAX_S, Run, simulate
from worker.domain.document.identity import SubjectKind
from worker.domain.document.subject import SubjectDocument
from worker.domain.playbooks.playbook import Mode
from worker.domain.story.journal import EntryKind

SEEDS = 20
TOGETHER = tuple(Service(f"app{n}", 2, Fault.NODE, 0.0, place="sick-together") for n in range(3))


def runs_of(first: int, rates: Rates) -> list[Run]:
    """Those in which three sick services are no storm."""
    runs = [simulate(first + n, rates, Mode.AUTO, services=TOGETHER) for n in range(SEEDS)]
    many = [run for run in runs if (run.shared.cluster.services() or 0) > BYSTANDERS]
    assert len(many) > SEEDS / 2
    return many


def node_of(run: Run) -> SubjectDocument | None:
    found = [one for one in run.documents if one.subject.kind is SubjectKind.NODE]
    assert len(found) <= 1, "only one node is sick"
    return found[0] if found else None


def calls(run: Run) -> list[str]:
    """The incidents that a human was called for, each once."""
    sent = [notice for notice, _ in run.shared.sink.received if notice.kind == "escalated"]
    return sorted({notice.incident for notice in sent})


def test_the_node_is_one_humans_and_its_children_wait_until_then() -> None:
    waited = 0
    for run in runs_of(0, CALM):
        assert violations(run) == []
        assert repaired(run) == (3, 3)
        node = node_of(run)
        assert node is not None
        (incident,) = node.incidents
        assert calls(run) == [incident.id]
        decided = next(one for one in node.journal if one.kind is EntryKind.ESCALATED)
        first_s = min(one.at_s for one in run.shared.applied)
        assert first_s > decided.at_ms / 1000 - SKEW_MAX_S, "by any replica's clock"
        held = [one for one in run.shared.journal.records if "common_cause" in str(one)]
        waited += bool(held)
    assert waited, "in no run did a service have to wait"


@pytest.mark.parametrize("first", [1000, 2000])
def test_under_every_fault(first: int) -> None:
    runs = runs_of(first, CRUEL)
    assert [words for run in runs for words in violations(run)] == []
    sick = sum(repaired(run)[0] for run in runs)
    assert sum(repaired(run)[1] for run in runs) >= 0.7 * sick
    told = [node for run in runs if (node := node_of(run)) is not None]
    assert len(told) >= 5, "it hardly ever happened"
    for node in told:
        assert len(node.open_incidents) <= 1
