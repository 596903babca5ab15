"""Guards are monotone: less permission, or less knowledge, never begins what more did not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.property.lives import PACK, Move, last, live, lives
from tests.property.worlds import CRASHED, UNKNOWN, examples, facts, permissive
from tests.unit.domain.builders import NOW_S, POLICY, WEB
from worker.domain.decision import decide
from worker.domain.evidence import RolloutHealth
from worker.domain.facts import Facts
from worker.domain.pack import Pack
from worker.domain.playbook import Mode
from worker.domain.policy import Policy
from worker.domain.subject import CoolDown, SubjectDocument

World = tuple[SubjectDocument, Facts, Policy]
Narrowing = Callable[[World], World]


def unknown(*names: str) -> Narrowing:
    blind = dict.fromkeys(names, UNKNOWN)
    return lambda world: (world[0], replace(world[1], **blind), world[2])  # type: ignore[arg-type]


def forbidding(**changes: object) -> Narrowing:
    return lambda world: (world[0], world[1], replace(world[2], **changes))  # type: ignore[arg-type]


def stopped(world: World) -> World:
    return world[0], replace(world[1], kill_switch_set=True), world[2]


def skewed(world: World) -> World:
    return world[0], replace(world[1], clock_skew_s=31.0), world[2]


def opted_out(world: World) -> World:
    seen = world[1].rollout
    if isinstance(seen, RolloutHealth):
        seen = replace(seen, annotations={"aiops-operator.io/enabled": "no"})
    return world[0], replace(world[1], rollout=seen), world[2]


def unobserved(world: World) -> World:
    seen = world[1].rollout
    if isinstance(seen, RolloutHealth):
        seen = replace(seen, observed_generation=seen.generation - 1)
    return world[0], replace(world[1], rollout=seen), world[2]


def cooling(world: World) -> World:
    cools = tuple(
        CoolDown(cause, action, "inc-earlier", (NOW_S + 1e6,))
        for cause in ("crash_loop", "not_ready")
        for action in ("evict_pod", "rollout_restart")
    )
    return replace(world[0], cool_downs=cools), world[1], world[2]


NARROWINGS: dict[str, Narrowing] = {
    "rollout unknown": unknown("rollout"),
    "pods unknown": unknown("pods"),
    "alerts unknown": unknown("alerts"),
    "kill switch unreadable": unknown("kill_switch_set"),
    "skew unknown": unknown("clock_skew_s"),
    "nothing known": unknown("rollout", "pods", "alerts", "kill_switch_set", "clock_skew_s"),
    "kill switch set": stopped,
    "clocks disagree": skewed,
    "opted out": opted_out,
    "a change is not observed": unobserved,
    "cooling down": cooling,
    "observe": forbidding(mode=Mode.OBSERVE),
    "namespace protected": forbidding(protected_namespaces=frozenset({"shop"})),
    "workload protected": forbidding(protected_workloads=frozenset({"shop/Deployment/web"})),
}
NEVER_ACTS = set(NARROWINGS) - {"alerts unknown"}


seen_now = st.one_of(st.just(CRASHED), permissive, facts)
pauses = st.sampled_from((0.0, 61.0, 500.0, 5000.0))


def sent(world: World, now_s: float, pack: Pack = PACK) -> set[tuple[str, str, str]]:
    decision = decide(world[0], world[1], pack, world[2], now_s)
    return {(one.id, one.action, one.target.uid) for one in decision.perform}


@pytest.mark.parametrize("name", NARROWINGS)
@examples(40)
@given(
    lives,
    st.one_of(st.just(CRASHED), permissive, facts),
    st.sampled_from((0.0, 61.0, 500.0, 5000.0)),
)
def test_less_permission_never_begins_what_more_did_not(
    name: str, life: list[Move], seen: Facts, after_s: float
) -> None:
    document = last(life)
    world = (document, seen, POLICY)
    now_s = max(document.last_now_s, NOW_S) + after_s
    narrowed = sent(NARROWINGS[name](world), now_s)
    assert narrowed <= sent(world, now_s)
    if name in NEVER_ACTS:
        assert narrowed == set()


@examples(40)
@given(lives, permissive)
def test_an_older_pack_begins_nothing(life: list[Move], seen: Facts) -> None:
    world = (replace(last(life), pack_version=PACK.version + 1), seen, POLICY)
    assert sent(world, NOW_S + 1e5) == set()


def test_the_worlds_are_such_that_something_is_sent() -> None:
    """Else all of the above would be true of a worker that never acts."""
    acted = [0]

    @examples(100)
    @given(lives)
    def count(life: list[Move]) -> None:
        acted[0] += any(step.decision and step.decision.perform for step in live(WEB, life))

    count()
    assert acted[0] >= 10
