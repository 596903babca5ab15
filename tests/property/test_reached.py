"""The random lives reach all that the other properties speak of: else those would say nothing."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings

from tests.property.lives import Move, live, lives
from tests.property.worlds import examples
from tests.unit.domain.builders import WEB
from worker.domain.incident import Phase
from worker.domain.journal import EntryKind
from worker.domain.reason import Reason

RARELY = 5  # of 300 lives; seen are many more


def test_every_phase_every_end_and_every_kind_of_entry_is_lived_through() -> None:
    seen: Counter[object] = Counter()

    @settings(examples(300), derandomize=True)
    @given(lives)
    def count(life: list[Move]) -> None:
        met: set[object] = set()
        for step in live(WEB, life):
            for incident in step.after.incidents:
                met |= {incident.phase, incident.resolution, incident.streak is not None}
                met |= {f"verdict {one.verdict}" for one in incident.attempts}
            met |= {entry.kind for entry in step.after.journal}
        seen.update(met)

    count()
    told = set(EntryKind) - {EntryKind.UNTOLD}  # it takes hundreds of moves: test_size.py has it
    expected = {*Phase, *told, Reason.REPAIRED, Reason.RESOLVED_BY_OTHERS, True}
    expected |= {"verdict healthy", "verdict still_sick"}
    assert {one: seen[one] for one in expected if seen[one] < RARELY} == {}
