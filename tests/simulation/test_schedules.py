"""Many runs from many seeds: nothing that must hold is ever broken, and the sick are repaired.

A failing run is seen again with `python -m tests.simulation --seed`; its seed is in the failure's
text, and stays in KEPT once what it showed is mended.
"""

from __future__ import annotations

from collections import Counter

import pytest

from tests.simulation.invariants import repaired, violations
from tests.simulation.nemesis import CALM, CRUEL, Rates
from tests.simulation.schedule import Run, simulate
from worker.domain.playbooks.playbook import Mode

SEEDS = 25  # runs of one test; together with its number it makes the seeds
BATCHES = 8
KEPT = (37, 1199, 2165, 7162, 20769, 30039)
REPAIRED_CALM_MIN = 0.95
REPAIRED_CRUEL_MIN = 0.70


def runs_of(batch: int, rates: Rates, mode: Mode | None = None) -> list[Run]:
    return [simulate(batch * SEEDS + number, rates, mode) for number in range(SEEDS)]


def share_repaired(runs: list[Run]) -> float:
    counted = [repaired(run) for run in runs]
    sick, healthy = sum(one for one, _ in counted), sum(one for _, one in counted)
    assert sick, "no run had anything to repair"
    return healthy / sick


@pytest.mark.parametrize("batch", range(BATCHES))
def test_under_every_fault(batch: int) -> None:
    runs = runs_of(batch, CRUEL)
    assert [words for run in runs for words in violations(run)] == []
    assert share_repaired(runs) >= REPAIRED_CRUEL_MIN
    assert sum(len(run.shared.applied) for run in runs) > 0, "a worker that never acts is useless"


def test_without_faults() -> None:
    runs = [*runs_of(100, CALM, Mode.AUTO), *runs_of(101, CALM, Mode.AUTO)]
    assert [words for run in runs for words in violations(run)] == []
    assert share_repaired(runs) >= REPAIRED_CALM_MIN


def test_observe_mode_never_writes() -> None:
    runs = runs_of(200, CRUEL, Mode.OBSERVE)
    assert [one for run in runs for one in run.shared.applied] == []
    assert any(run.monitoring.acknowledged for run in runs)


@pytest.mark.parametrize("seed", KEPT)
def test_what_once_failed(seed: int) -> None:
    assert violations(simulate(seed, CRUEL)) == []


def test_every_fault_happens() -> None:
    """A nemesis that does nothing would prove nothing."""
    happened: Counter[str] = Counter()
    for run in (*runs_of(300, CRUEL), *runs_of(301, CRUEL), *runs_of(302, CRUEL)):
        happened += run.shared.nemesis.happened
    assert set(happened) == set(Rates.__slots__)


def test_the_same_seed_is_the_same_run() -> None:
    first, second = simulate(7, CRUEL), simulate(7, CRUEL)
    assert first.shared.nemesis.happened == second.shared.nemesis.happened
    assert [one.at_s for one in first.shared.applied] == [one.at_s for one in second.shared.applied]
    assert first.shared.journal.records == second.shared.journal.records
