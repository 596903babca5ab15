"""Guards are monotone: less permission, or less knowledge, never begins what more did not."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.property.decisions import World
from tests.property.lives import PACK, REPAIR, RESUMED, Move, last, live, lives, moves
from tests.property.narrowings import ALL, NEVER
from tests.property.surroundings import ODD
from tests.property.tales import Tale, begun, tales
from tests.property.worlds import CRASHED, at, examples, facts, permissive
from tests.unit.domain.builders import CRASH_LOOP, EVICT, NOW_S, POLICY, WEB
from tests.unit.domain.remedies import REMEDIES
from worker.domain.catalogue import Verb
from worker.domain.observed.evidence import Unknown
from worker.domain.observed.facts import Facts
from worker.domain.playbooks.pack import Pack

seen_now = st.one_of(st.just(CRASHED), st.just(CRASHED), permissive, facts)
pauses = st.sampled_from((61.0, 100.0, 500.0, 0.0, 5000.0))
begun_lives = st.one_of(
    st.sampled_from((REPAIR[:1], RESUMED[:2])).map(list),
    st.builds(lambda plot, move: [*plot, move], st.just(REPAIR[:1]), moves),
    lives,
)
"""Mostly about to act, or with an act of which nobody knows whether it happened."""
BEGINS = "a change is not observed"  # which makes a rollout that may be paused of one that is over


def world_of(document_life: list[Move], seen: Facts, after_s: float) -> World:
    document = last(document_life)
    now_s = max(document.last_now_s, NOW_S) + after_s
    return World(document, at(seen, now_s), PACK, POLICY, now_s)


@pytest.mark.parametrize("name", NEVER)
@examples(25)
@given(begun_lives, seen_now, pauses)
def test_less_permission_never_sends_what_more_did_not(
    name: str, life: list[Move], seen: Facts, after_s: float
) -> None:
    assert NEVER[name](world_of(life, seen, after_s)).sent() == set()


@pytest.mark.parametrize("name", sorted(set(ALL) - {BEGINS}))
@examples(25)
@given(tales, facts, pauses)
def test_neither_on_other_ladders_nor_where_something_is_undone(
    name: str, tale: Tale, seen: Facts, after_s: float
) -> None:
    now_s = tale.end_s + after_s
    seen_last = tale.life[-1].seen if after_s else seen
    world = World(tale.end, at(seen_last, now_s), tale.pack, tale.policy, now_s).alone()
    assert ALL[name](world).sent() <= world.sent()


@pytest.mark.parametrize("answer", [False, Unknown("timed out"), None], ids=str)
@pytest.mark.parametrize("kind", ["when", "never"])
@examples(25)
@given(life=begun_lives, seen=seen_now, after_s=pauses)
def test_a_step_whose_conditions_are_not_met_is_never_done(
    kind: str, answer: bool | Unknown | None, life: list[Move], seen: Facts, after_s: float
) -> None:
    """On a ladder of one step: what is passed may well lead to the next one."""
    wanted = True if kind == "never" and answer is False else answer
    step = replace(EVICT, when=(ODD,)) if kind == "when" else replace(EVICT, never=(ODD,))
    pack = Pack(1, (replace(CRASH_LOOP, steps=(step,)),))
    world = replace(world_of(life, seen, after_s), pack=pack)
    unmet = {} if wanted is None else {"c-odd": wanted}
    assert replace(world, seen=replace(world.seen, conditions=unmet)).sent() == set()


WELL_AFTER_S = 75.0
READY = World(
    last([*REPAIR[:1]]), at(CRASHED, NOW_S + WELL_AFTER_S), PACK, POLICY, NOW_S + WELL_AFTER_S
)
"""An eviction is due."""


@pytest.mark.parametrize("name", NEVER)
def test_each_of_them_by_itself_stops_what_would_be_done(name: str) -> None:
    assert len(READY.sent()) == 1
    narrowed = NEVER[name](READY)
    assert narrowed != READY
    assert narrowed.sent() == set()


STOPS_AN_UNDO = {
    "rollout unknown", "kill switch unreadable", "skew unknown", "scopes unreadable",
    "kill switch set", "clocks disagree", "facts stale", "opted out", "somebody at work",
    "somebody at work in the namespace", "somebody at work in the cluster", "a freeze",
    "maintenance", "no time to act", "rate of the namespace", "rate of the cluster",
    "namespace protected", "workload protected", "nothing known", "an older pack", "observe",
    "observe in the namespace",
}  # fmt: skip


@pytest.mark.parametrize("name", ALL)
def test_what_stops_an_undo_that_is_due(name: str) -> None:
    """Neither a mode nor what was tried before: it puts back what we did."""
    remedy = next(one for one in REMEDIES if one.verb is Verb.SCALE)
    life = begun(remedy)[:5]
    due = Tale(remedy.pack, POLICY, life)
    now_s = due.end_s + 16.0
    seen = replace(at(remedy.in_vain, now_s), scopes=CRASHED.scopes)
    world = World(due.end, seen, remedy.pack, POLICY, now_s)
    assert [action for _, action, _ in world.sent()] == ["scale"]
    assert bool(ALL[name](world).sent()) is (name not in STOPS_AN_UNDO)


def test_the_worlds_are_such_that_something_is_sent() -> None:
    """Else all of the above would be true of a worker that never acts."""
    acted: Counter[str] = Counter()

    @examples(100, always=True)
    @given(begun_lives, seen_now, pauses)
    def count(life: list[Move], seen: Facts, after_s: float) -> None:
        acted["now"] += bool(world_of(life, seen, after_s).sent())
        acted["ever"] += any(one.decision and one.decision.perform for one in live(WEB, life))

    count()
    assert min(acted["now"], acted["ever"]) >= 10
