"""Unknown is never a yes: nothing begins by it, and nothing is said to be over by it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.property.decisions import World
from tests.property.lives import HEALED, PACK, REPAIR, Move, last
from tests.property.narrowings import uncounted, unknown
from tests.property.surroundings import UNKNOWN
from tests.property.tales import Tale, tales
from tests.property.worlds import HEALTHY, at, examples, facts
from tests.unit.domain.builders import NOW_S, POLICY, alert
from worker.domain.observed.evidence import NOT_ASKED, Gone, Unknown
from worker.domain.observed.facts import Facts
from worker.domain.planners.symptom import SHOWN_BY_THE_OBJECT

NAMES = sorted(set(Facts.__dataclass_fields__) - {"at_s", "conditions"})
CLOCK = "clock_skew_s"  # without it our own time is taken, which may be later than the true one
pauses = st.sampled_from((0.0, 10.0, 61.0, 121.0, 5000.0))


def world_of(tale: Tale, seen: Facts, after_s: float) -> World:
    now_s = tale.end_s + after_s
    return World(tale.end, at(seen, now_s), tale.pack, tale.policy, now_s)


@examples(200)
@given(tales, pauses)
def test_of_nothing_known_nothing_follows(tale: Tale, after_s: float) -> None:
    world = world_of(tale, Facts(NOW_S), after_s)
    assert world.sent() == set()
    assert world.resolved() == set()


@pytest.mark.parametrize("name", [one for one in NAMES if one != CLOCK])
@examples(60)
@given(tales, st.one_of(st.just(HEALTHY), facts), pauses)
def test_without_a_fact_nothing_is_over_that_was_not_with_it(
    name: str, tale: Tale, seen: Facts, after_s: float
) -> None:
    world = world_of(tale, seen, after_s)
    assert unknown(name)(world).resolved() <= world.resolved()


@examples(60)
@given(tales, facts, pauses, st.sets(st.sampled_from(NAMES)))
def test_however_many_are_unknown_nothing_is_sent_that_was_not(
    tale: Tale, seen: Facts, after_s: float, names: set[str]
) -> None:
    world = world_of(tale, seen, after_s).alone()
    assert unknown(*names)(world).sent() <= world.sent()
    assert uncounted(world).sent() <= world.sent()


@pytest.mark.parametrize("name", ["rollout", "pods", "alerts"])
@pytest.mark.parametrize("life", [HEALED[:2], REPAIR[:3]], ids=["healed", "repaired"])
def test_each_that_tells_health_is_needed_to_say_so(name: str, life: tuple[Move, ...]) -> None:
    """With all of them known the very same look ends it."""
    begun = [*life]
    for _ in range(9):
        document = last(begun)
        now_s = NOW_S + sum(move.passed_s for move in begun) + 50.0
        world = World(document, at(HEALTHY, now_s), PACK, POLICY, now_s)
        if world.resolved():
            break
        begun.append(Move(50.0, (), HEALTHY, None, False, True))
    assert len(world.resolved()) == 1
    assert unknown(name)(world).resolved() == set()


Data = Mapping[str, bool | Unknown] | Unknown
ODD = alert("Odd")
ALONE = (replace(HEALED[0], came=(ODD,)), *HEALED[1:])


def over(data: Data, looks: int = 9) -> set[str]:
    """What is over, looked at again and again, of what an alert alone shows."""
    seen = replace(HEALTHY, rule_data=data)
    begun = [replace(move, seen=replace(move.seen, rule_data=data)) for move in ALONE[:2]]
    for _ in range(looks):
        now_s = NOW_S + sum(move.passed_s for move in begun) + 50.0
        world = World(last(begun), at(seen, now_s), PACK, POLICY, now_s)
        if world.resolved():
            return world.resolved()
        begun.append(Move(50.0, (), seen, None, False, True))
    return set()


@pytest.mark.parametrize("data", [UNKNOWN, NOT_ASKED, {}, {ODD.fingerprint: UNKNOWN},
                                  {ODD.fingerprint: False}], ids=str)  # fmt: skip
def test_silence_says_nothing_where_a_rule_may_have_no_data(data: Data) -> None:
    """With data the very same looks end it."""
    assert len(over({ODD.fingerprint: True})) == 1
    assert over(data) == set()


@examples(100)
@given(tales, st.one_of(st.just(HEALTHY), facts), pauses, st.sampled_from((UNKNOWN, {})))
def test_what_the_workload_shows_is_judged_without_its_rules_data(
    tale: Tale, seen: Facts, after_s: float, data: Data
) -> None:
    """And nothing else is over without."""
    having = {record.fingerprint: True for one in tale.end.incidents for record in one.alerts}
    with_data = world_of(tale, replace(seen, rule_data=having), after_s)
    without = world_of(tale, replace(seen, rule_data=data), after_s)
    shown = {one.id for one in tale.end.incidents if one.cause in SHOWN_BY_THE_OBJECT}
    assert without.resolved() & shown == with_data.resolved() & shown
    gone = isinstance(seen.rollout, Gone)
    assert without.resolved() <= shown or gone
