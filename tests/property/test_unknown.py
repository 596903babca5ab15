"""Unknown is never a yes: nothing begins by it, and nothing is said to be over by it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.property.decisions import World
from tests.property.lives import HEALED, PACK, REPAIR, Move, last
from tests.property.narrowings import uncounted, unknown
from tests.property.tales import Tale, tales
from tests.property.worlds import HEALTHY, at, examples, facts
from tests.unit.domain.builders import NOW_S, POLICY
from worker.domain.observed.facts import Facts

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
