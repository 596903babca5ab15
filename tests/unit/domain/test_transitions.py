"""Every transition of the table is taken by a real decision, and no other one ever is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings

from tests.property.lives import Move, live, lives, policies, subjects
from tests.property.worlds import examples
from tests.unit.domain.builders import (
    ACCEPTED,
    NOW_S,
    POLICY,
    SICK,
    SOAKED_S,
    WATCH,
    WELL,
    acting,
    decided,
    only,
    opened,
    steadily,
    verifying,
    watched,
)
from tests.unit.domain.containing import CORDON, DEADLINE_S
from tests.unit.domain.lives_of_remedies import Turn, lives_of, turns
from tests.unit.domain.remedies import SETTLED_S, Remedy
from worker.domain.deciding.decision import abandon
from worker.domain.deciding.outcome import Answer, Outcome, record
from worker.domain.deciding.policy import Policy
from worker.domain.document.identity import Subject
from worker.domain.document.incident import MAY_FOLLOW, Phase
from worker.domain.document.subject import SubjectDocument
from worker.domain.playbooks.pack import Pack
from worker.domain.story.reason import Reason

Edge = tuple[Phase, Phase]
OPEN, ACTING, VERIFYING = Phase.OPEN, Phase.ACTING, Phase.VERIFYING
ESCALATED, RESOLVED = Phase.ESCALATED, Phase.RESOLVED
TABLE = {(before, after) for before, some in MAY_FOLLOW.items() for after in some}
RARELY = 3  # of 300 lives; seen are many more


def answered(reason: Reason) -> Callable[[SubjectDocument], SubjectDocument]:
    outcome = ACCEPTED if reason is Reason.ACCEPTED else Outcome(Answer.REJECTED, reason)
    return lambda one: record(one, one.intents[0].id, outcome, POLICY, SOAKED_S)


def looked(after_s: float) -> Callable[[SubjectDocument], SubjectDocument]:
    return lambda one: watched(one, (after_s, SICK))


def well(from_s: float, for_s: float) -> Callable[[SubjectDocument], SubjectDocument]:
    return lambda one: watched(one, *steadily(WELL, from_s, from_s + for_s))


TAKEN: dict[
    Edge, tuple[Callable[[], SubjectDocument], Callable[[SubjectDocument], SubjectDocument]]
] = {
    (OPEN, ACTING): (opened, looked(60.0)),
    (OPEN, ESCALATED): (opened, lambda one: decided(one, pack=Pack(1, ())).document),
    (OPEN, RESOLVED): (opened, well(0.0, POLICY.close_after_healthy_s)),
    (ACTING, OPEN): (acting, answered(Reason.THROTTLED)),
    (ACTING, VERIFYING): (acting, answered(Reason.ACCEPTED)),
    (ACTING, ESCALATED): (acting, answered(Reason.FORBIDDEN)),
    (VERIFYING, OPEN): (verifying, looked(SETTLED_S)),
    (VERIFYING, RESOLVED): (verifying, well(SETTLED_S, WATCH.window_s)),
    (VERIFYING, ESCALATED): (verifying, lambda one: abandon(one, POLICY, NOW_S, "a bug")),
    (ESCALATED, RESOLVED): (
        lambda: abandon(opened(), POLICY, NOW_S, "a bug"), well(0.0, POLICY.close_after_healthy_s)
    ),
    (ESCALATED, OPEN): (
        CORDON.handed_over, lambda one: CORDON.steadily(one, CORDON.well, DEADLINE_S + 100.0)
    ),
}  # fmt: skip


def test_there_is_a_way_for_every_transition_and_for_no_other() -> None:
    assert TAKEN.keys() == TABLE


@pytest.mark.parametrize("edge", TAKEN, ids=lambda one: f"{one[0]} to {one[1]}")
def test_it_is_taken(edge: Edge) -> None:
    begun, happens = TAKEN[edge]
    before, after = begun(), happens(begun())
    assert (only(before).phase, only(after).phase) == edge


def test_what_the_table_does_not_allow_is_a_bug() -> None:
    for before in Phase:
        for after in Phase:
            moved = replace(only(opened()), phase=before)
            if (before, after) in TABLE:
                assert moved.to(after).phase is after
            else:
                with pytest.raises(AssertionError):
                    moved.to(after)


def edges(before: SubjectDocument, after: SubjectDocument) -> set[Edge]:
    """From phase to phase; an incident that is new has come to be open."""
    moved: set[Edge] = set()
    for one in after.incidents:
        earlier = before.incident(one.id)
        was = earlier.phase if earlier else OPEN
        if was is not one.phase:
            moved.add((was, one.phase))
    return moved


@examples(120, always=True)
@given(subjects, lives, policies)
def test_no_life_takes_another_one(subject: Subject, life: list[Move], policy: Policy) -> None:
    for step in live(subject, life, policy):
        assert edges(step.before, step.after) <= TABLE, step.stage


@examples(150, always=True)
@given(turns)
def test_no_life_of_a_remedy_that_can_be_undone_or_is_asked_for_does(
    life: tuple[Remedy, list[Turn]],
) -> None:
    for stage, before, after in lives_of(*life):
        assert edges(before, after) <= TABLE, stage
        owed = Counter(one.incident for one in after.intents)
        for incident in after.incidents:
            assert owed.pop(incident.id, 0) == (incident.phase is ACTING)
            assert incident.request is None or incident.phase not in (ESCALATED, RESOLVED)
            assert not incident.undoing or incident.phase not in (ESCALATED, RESOLVED)
            undone = Counter(one.undoes for one in incident.attempts if one.undoes and one.done)
            assert all(count == 1 for count in undone.values()), "put back once"
        assert not owed


def test_those_lives_take_every_transition_and_undo_and_ask() -> None:
    seen: Counter[object] = Counter()

    @settings(examples(300, always=True), derandomize=True)
    @given(turns)
    def count(life: tuple[Remedy, list[Turn]]) -> None:
        met: set[object] = set()
        for _, before, after in lives_of(*life):
            met |= edges(before, after)
            met |= {f"{one.kind}:{one.reason}" for one in after.journal}
        seen.update(met)

    count()
    told = {
        "decided:undone", "verdict:undone", "asked:awaiting_approval", "answered:approved",
        "escalated:not_undone", "escalated:worse", "refused:owned_by_others",
    }  # fmt: skip
    expected: set[object] = {*TABLE, *told}
    expected -= {(ESCALATED, OPEN)}  # of what only contains: test_containment.py
    assert {one: seen[one] for one in expected if seen[one] < RARELY} == {}
