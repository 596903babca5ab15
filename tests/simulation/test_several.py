"""Several services fall sick at once, without any other fault: one after the other, or a storm."""

from __future__ import annotations

import pytest

from tests.simulation.invariants import violations
from tests.simulation.nemesis import CALM
from tests.simulation.scenario import Fault, truly_healthy
from tests.simulation.schedule import Run, simulate
from worker.domain.document.identity import STORM
from worker.domain.playbooks.playbook import Mode

SEEDS = range(6)
ALONE = (4, 7)  # seeds of runs without bystanders
AT_ONCE = (
    (Fault.NODE, Fault.NODE, Fault.NODE),
    (Fault.NODE, Fault.SLUGGISH),
    (Fault.MEMORY, Fault.BAD_DEPLOY),
)


def healed(run: Run) -> list[str]:
    return [one.name for one in run.services if truly_healthy(run.shared.cluster, one)]


def stormy(run: Run) -> bool:
    """Nobody else is there, so that three sick ones are nearly all."""
    return run.shared.cluster.services() == len(run.services)


@pytest.mark.parametrize("faults", AT_ONCE, ids=str)
def test_all_of_them_are_healed_one_after_the_other(faults: tuple[Fault, ...]) -> None:
    runs = [simulate(seed, CALM, Mode.AUTO, faults) for seed in SEEDS]
    assert [words for run in runs for words in violations(run)] == []
    calm = [run for run in runs if not stormy(run)]
    assert len(calm) >= len(runs) / 2
    assert [healed(run) for run in calm] == [[one.name for one in run.services] for run in calm]


def test_nearly_all_of_them_are_a_storm_which_is_told() -> None:
    for seed in ALONE:
        run = simulate(seed, CALM, Mode.AUTO, AT_ONCE[0])
        assert stormy(run)
        assert violations(run) == []
        told = [one for one, subject in run.shared.sink.received if subject == STORM.text]
        assert [one.kind for one in told] == ["escalated"]
