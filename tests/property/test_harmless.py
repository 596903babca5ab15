"""Whatever is sent leaves a service no worse than nothing would have, by what was seen of it.

How much would be left is counted here, from the pods and budgets as the API server shows them, and
held against what `decide` gave out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.property.decisions import World
from tests.property.lives import Move, live
from tests.property.tales import Tale, tales
from tests.property.worlds import PODS, anything, at, benign, examples
from tests.unit.domain.builders import (
    CRASH_LOOP,
    EVICT,
    NOT_READY,
    POLICY,
    RESTART,
    SOAKED_S,
    WEB,
    alert,
    crashing,
    pod,
    rollout,
)
from worker.domain.catalogue import Verb
from worker.domain.document.outbox import Intent
from worker.domain.document.subject import SubjectDocument
from worker.domain.observed.evidence import RolloutHealth
from worker.domain.observed.facts import Facts
from worker.domain.observed.pods import DisruptionBudget, Pod, PodHealth
from worker.domain.playbooks.pack import Pack
from worker.domain.playbooks.playbook import Step


def harms(intent: Intent, seen: Facts) -> Iterator[str]:
    """What is wrong with sending this, as far as the facts show it."""
    if not intent.target.uid:
        yield "it names nothing that could be told from its successor"
    if not isinstance(seen.pods, PodHealth) or not isinstance(seen.rollout, RolloutHealth):
        yield "nobody knows what runs"
        return
    if intent.action == Verb.EVICT_POD:
        yield from _of_an_eviction(intent, seen.pods)
    all_at_once = intent.action == Verb.ROLLOUT_RESTART and not seen.rollout.restart_keeps
    if all_at_once and any(one.ready for one in seen.pods.pods):
        yield "it takes all replicas at once, and some are healthy"


def _of_an_eviction(intent: Intent, health: PodHealth) -> Iterator[str]:
    pod_seen = next((one for one in health.pods if one.target == intent.target), None)
    if pod_seen is None:
        yield "it evicts what isn't there"
        return
    if not pod_seen.controlled:
        yield "nothing would make that pod again"
    ready = [one for one in health.pods if one.ready]
    if ready == [pod_seen]:
        yield "it takes the last healthy replica"
    for budget in health.budgets:
        kept = budget.current_healthy >= budget.desired_healthy > 0
        spared = budget.disruptions_allowed > 0 or (not pod_seen.ready and kept)
        if not spared and not (budget.always_allows_unhealthy and not pod_seen.ready):
            yield f"budget {budget.name} does not allow it"


def about_to_act(pack: Pack, cause: str, seen: Facts) -> World:
    """It has soaked, and everything but what is seen lets it pass."""
    first = Move(0.0, (alert(cause),), at(seen, SOAKED_S - 60.0), None, False, True)
    document: SubjectDocument = [*live(WEB, [first], POLICY, pack)][-1].after
    return World(document, at(seen, SOAKED_S), pack, POLICY, SOAKED_S)


def done_to(world: World) -> list[str]:
    return [words for intent in world.intents() for words in harms(intent, world.seen)]


def ladder(*steps: Step) -> Pack:
    return Pack(1, tuple(replace(one, steps=steps) for one in (CRASH_LOOP, NOT_READY)))


CRASHING, UNREADY = "KubePodCrashLooping", "KubePodNotReady"
EVICTING, RESTARTING = ladder(EVICT), ladder(RESTART)
HANGING = pod("web-1", ready=False)
WELL = (pod("web-2"), pod("web-3"))
NAMELESS = replace(HANGING.target, uid="")
SPENT = DisruptionBudget("web", disruptions_allowed=0, current_healthy=2, desired_healthy=3)


def seeing(*pods: Pod, budgets: tuple[DisruptionBudget, ...] = (), **changes: object) -> Facts:
    ready = sum(one.ready for one in pods)
    now = replace(rollout(ready=ready, available=ready), **changes)  # type: ignore[arg-type]
    return benign(now, PodHealth(pods, budgets))


NAKED = replace(HANGING, controlled=False)
TEMPTATIONS: dict[str, tuple[Pack, Facts, Facts]] = {
    "a pod that nothing makes again": (EVICTING, seeing(NAKED, *WELL), seeing(HANGING, *WELL)),
    "a pod without a uid": (
        EVICTING, seeing(replace(HANGING, target=NAMELESS), *WELL), seeing(HANGING, *WELL)
    ),
    "a workload without a uid": (
        RESTARTING,
        seeing(HANGING, *WELL, target=replace(rollout().target, uid="")),
        seeing(HANGING, *WELL),
    ),
    "a budget that is spent": (
        EVICTING,
        seeing(HANGING, *WELL, budgets=(SPENT,)),
        seeing(HANGING, *WELL, budgets=(replace(SPENT, disruptions_allowed=1),)),
    ),
    "all replicas at once": (
        RESTARTING, seeing(HANGING, *WELL, restart_keeps=0), seeing(HANGING, *WELL)
    ),
    "the only replica that works": (
        RESTARTING,
        seeing(HANGING, WELL[0], desired=2, updated=2, restart_keeps=0),
        seeing(HANGING, WELL[0], desired=2, updated=2, restart_keeps=1),
    ),
}  # fmt: skip
"""The ladder, what must not be done to, and the same but for that, to which it is done."""


@pytest.mark.parametrize("name", TEMPTATIONS)
def test_it_is_not_tempted(name: str) -> None:
    pack, tempting, harmless = TEMPTATIONS[name]
    assert done_to(about_to_act(pack, UNREADY, tempting)) == []
    world = about_to_act(pack, UNREADY, harmless)
    assert len(world.sent()) == 1
    assert done_to(world) == []


some_pods = st.builds(
    lambda name, how, flags: replace(
        how, target=replace(how.target, name=name, uid="" if flags == 2 else f"uid-{name}"),
        controlled=flags != 1,
    ),
    st.sampled_from(PODS),
    st.sampled_from((HANGING, HANGING, crashing(), pod())),
    st.sampled_from((0, 0, 0, 0, 1, 2)),
)  # fmt: skip
some_budgets = st.builds(
    DisruptionBudget, st.just("web"), st.integers(0, 1), st.integers(0, 3), st.integers(0, 3),
    st.booleans(),
)  # fmt: skip
around_pods = st.builds(
    lambda pods, budgets, keeps, uid: seeing(
        *{one.target.name: one for one in pods}.values(), budgets=tuple(budgets),
        restart_keeps=keeps, target=replace(rollout().target, uid=uid),
    ),
    st.lists(some_pods, min_size=1, max_size=4),
    st.lists(some_budgets, max_size=1),
    st.integers(0, 2),
    st.sampled_from(("uid-web", "uid-web", "uid-web", "")),
)  # fmt: skip


@examples(300)
@given(
    st.sampled_from((EVICTING, RESTARTING, ladder(EVICT, RESTART))),
    st.sampled_from((CRASHING, UNREADY)),
    around_pods,
)
def test_nothing_harmful_is_done_whatever_runs(pack: Pack, cause: str, seen: Facts) -> None:
    assert done_to(about_to_act(pack, cause, seen)) == []


@examples(150)
@given(tales, anything, st.sampled_from((0.0, 61.0, 500.0)))
def test_nor_at_the_end_of_any_tale(tale: Tale, seen: Facts, after_s: float) -> None:
    now_s = tale.end_s + after_s
    world = World(tale.end, at(seen, now_s), tale.pack, tale.policy, now_s)
    assert done_to(world) == []
