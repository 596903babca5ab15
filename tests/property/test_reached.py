"""The random lives reach all that the other properties speak of: else those would say nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings

from tests.property.lives import PACK, Move, Step, live, lives
from tests.property.tales import CAREFUL, HINDRANCES, LONG, ONCE, Tale, begun, hindered_by, tales
from tests.property.worlds import examples
from tests.unit.domain.builders import POLICY, WEB
from tests.unit.domain.remedies import REMEDIES, Remedy
from worker.domain.document.incident import Phase
from worker.domain.playbooks.playbook import Mode
from worker.domain.story.journal import EntryKind
from worker.domain.story.reason import Reason

RARELY = 5  # of 300 lives; seen are many more
ONLY_IN_TALES = {EntryKind.ASKED, EntryKind.ANSWERED, EntryKind.SHADOW}
# UNTOLD takes hundreds of moves: test_size.py has it.
IN_LIVES = set(EntryKind) - {EntryKind.UNTOLD} - ONLY_IN_TALES
WHY_NOT = {
    Reason.OBSERVE_MODE, Reason.SUGGEST_MODE, Reason.DEMOTED, Reason.AWAITING_APPROVAL,
    Reason.KILL_SWITCH, Reason.CLOCKS_DISAGREE, Reason.OPTED_OUT, Reason.OWNED_BY_OTHERS,
    Reason.CONDITION_NOT_MET, Reason.CONDITION_UNKNOWN, Reason.STORM, Reason.PERSON_AT_WORK,
    Reason.STALE_FACTS, Reason.SILENCED, Reason.NO_LEASE,
    Reason.RATE_LIMITED, Reason.SCOPE_UNREADABLE, Reason.EVIDENCE_UNKNOWN, Reason.NOTHING_SICK,
    Reason.SICK_EVERYWHERE, Reason.ROLLOUT_IN_PROGRESS, Reason.ATTEMPTS_USED,
}  # fmt: skip


def met_in(step: Step) -> Iterator[object]:
    for incident in step.after.incidents:
        yield from (incident.phase, incident.resolution, incident.streak is not None)
        yield from (f"verdict {one.verdict}" for one in incident.attempts)
        yield from (f"did {one.action}" for one in incident.attempts if one.done)
        if incident.undoing:
            yield "undoing"
        if any(one.undone for one in incident.attempts):
            yield "undone"
        if any(one.approved_by for one in incident.attempts):
            yield "approved"
    for entry in step.after.journal:
        yield from (entry.kind, entry.reason)


def test_every_phase_every_end_and_every_kind_of_entry_is_lived_through() -> None:
    seen: Counter[object] = Counter()

    @settings(examples(300, always=True), derandomize=True)
    @given(lives)
    def count(life: list[Move]) -> None:
        seen.update({one for step in live(WEB, life) for one in met_in(step)})

    count()
    expected = {*Phase, *IN_LIVES, Reason.REPAIRED, Reason.RESOLVED_BY_OTHERS, True}
    expected |= {"verdict healthy", "verdict still_sick"}
    assert {one: seen[one] for one in expected if seen[one] < RARELY} == {}


def test_so_is_every_question_and_every_undo() -> None:
    seen: Counter[object] = Counter()

    @settings(examples(300, always=True), derandomize=True)
    @given(tales)
    def count(tale: Tale) -> None:
        steps = live(WEB, tale.life, tale.policy, tale.pack)
        seen.update({one for step in steps for one in met_in(step)})

    count()
    expected: set[object] = {*ONLY_IN_TALES, "undoing", "undone", "approved", "did evict_pod"}
    assert {one: seen[one] for one in expected if seen[one] < RARELY} == {}


@pytest.mark.parametrize("remedy", REMEDIES, ids=lambda remedy: remedy.verb)
def test_each_remedy_of_the_tales_is_done_and_undone(remedy: Remedy) -> None:
    steps = live(WEB, begun(remedy), POLICY, remedy.pack)
    seen = {one for step in steps for one in met_in(step)}
    assert seen >= {f"did {remedy.verb}", f"did {remedy.undo}", "undoing", "undone"}


def test_what_hinders_it_in_the_tales_is_of_every_kind() -> None:
    seen: set[object] = set()
    for hindrance in HINDRANCES:
        for pack in (PACK, CAREFUL, LONG, ONCE):
            for mode in Mode:
                tale = hindered_by(hindrance, pack, replace(POLICY, mode=mode))
                steps = live(WEB, tale.life, tale.policy, tale.pack)
                seen |= {one for step in steps for one in met_in(step)}
    assert seen > WHY_NOT, WHY_NOT - seen
