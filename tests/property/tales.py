"""Lives with other ladders: steps with conditions, with undos, with a human's yes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from hypothesis import strategies as st

from tests.property.lives import PACK, REPAIR, Move, live, lives, moves, policies
from tests.property.surroundings import CLUSTERS, NAMESPACES, ODD, UNKNOWN, calendars, scopes_of
from tests.property.worlds import CRASH, CRASHED, HEALTHY, PODS, WELL, benign, facts, states
from tests.unit.domain.builders import (
    ACCEPTED,
    CRASH_LOOP,
    NOW_S,
    POLICY,
    RESTART,
    WEB,
    alert,
    pod,
    rollout,
)
from tests.unit.domain.remedies import REMEDIES, Remedy
from worker.domain.calendar.window import Window
from worker.domain.catalogue import Verb
from worker.domain.deciding.policy import Policy
from worker.domain.document.subject import SubjectDocument
from worker.domain.observed.facts import Facts
from worker.domain.observed.ownership import Ownership
from worker.domain.observed.pods import PodHealth
from worker.domain.playbooks.pack import Pack
from worker.domain.playbooks.playbook import Mode, Promotion, Step


@dataclass(frozen=True)
class Tale:
    pack: Pack
    policy: Policy
    life: list[Move]

    @property
    def end(self) -> SubjectDocument:
        return [*live(WEB, self.life, self.policy, self.pack)][-1].after

    @property
    def end_s(self) -> float:
        return NOW_S + sum(move.passed_s for move in self.life)


EVICT = PACK.playbooks[0].steps[0]
CAREFUL = Pack(
    1,
    (
        replace(
            CRASH_LOOP,
            mode=Mode.OBSERVE,
            promotion=Promotion(Mode.AUTO),
            match=replace(CRASH_LOOP.match, when=ODD),
        ),
        *PACK.playbooks,
    ),
)
STEPS = (
    replace(EVICT, when=(ODD,), mode=Mode.APPROVE, name="first", next="last"),
    replace(EVICT, never=(ODD,)),
    Step(Verb.PAUSE_ROLLOUT, mode=Mode.SUGGEST),
    Step(Verb.ROLL_BACK),
    Step(Verb.RAISE_MEMORY_LIMIT, {"ceiling": "1Gi"}),
    Step(Verb.SCALE, {"ceiling": 6}),
    replace(RESTART, name="last", next="first"),
)
LONG = Pack(1, (replace(CRASH_LOOP, steps=STEPS),))
ONCE = Pack(1, (replace(CRASH_LOOP, steps=(replace(RESTART, attempts_max=0), EVICT)),))
packs = st.sampled_from((PACK, PACK, CAREFUL, LONG, ONCE))


EVERYWHERE = tuple(replace(CRASH, target=pod(name).target) for name in PODS)
HINDRANCES: tuple[Facts, ...] = (
    HEALTHY,
    replace(CRASHED, kill_switch_set=True),
    replace(CRASHED, kill_switch_set=UNKNOWN),
    replace(CRASHED, clock_skew_s=-45.0),
    replace(CRASHED, rollout=rollout(annotations={"aiops-operator.io/enabled": "false"})),
    replace(CRASHED, rollout=rollout(updated=2, available=2)),
    replace(CRASHED, rollout=UNKNOWN),
    replace(CRASHED, pods=PodHealth(EVERYWHERE)),
    replace(CRASHED, alerts=states({"KubePodCrashLooping-web-1"}, {"KubePodCrashLooping-web-1"})),
    replace(CRASHED, at_s=NOW_S - 61.0),
    replace(CRASHED, scopes=UNKNOWN),
    *(replace(CRASHED, scopes=scopes_of(one, {})) for one in NAMESPACES),
    *(replace(CRASHED, scopes=scopes_of({}, one)) for one in CLUSTERS),
    replace(CRASHED, scopes=scopes_of({}, {}, UNKNOWN)),
    replace(CRASHED, ownership=UNKNOWN),
    replace(CRASHED, ownership=Ownership(operator="Kafka/orders")),
    replace(CRASHED, conditions={"c-odd": False}),
    replace(CRASHED, conditions={"c-odd": UNKNOWN}),
)
"""One thing each that is not as it should be."""


def hindered_by(
    hindrance: Facts, pack: Pack, policy: Policy, begin: Move = REPAIR[0],
    windows: tuple[Window, ...] = (), more: Sequence[Move] = (),
) -> Tale:  # fmt: skip
    """It has soaked, and what is seen then is that."""
    first = replace(REPAIR[0], came=(alert(), *begin.came))
    then = replace(REPAIR[1], seen=hindrance, windows=windows)
    return Tale(pack, policy, [first, then, *more])


hindered = st.builds(
    hindered_by, st.sampled_from(HINDRANCES), packs, policies, moves, calendars,
    st.lists(moves, max_size=5),
)  # fmt: skip


def begun(remedy: Remedy) -> list[Move]:
    """It is sick, acted upon, in vain, and that is undone: at once, or after its deadline."""
    return [
        Move(0.0, (remedy.news,), remedy.before, None, False, True),
        Move(61.0, (), remedy.before, ACCEPTED, False, True),
        *(
            Move(passed_s, (), remedy.in_vain, ACCEPTED, False, True)
            for passed_s in (31.0, 16.0, 901.0, 31.0, 31.0)
        ),
    ]


def worlds_of(remedy: Remedy) -> st.SearchStrategy[Facts]:
    own = st.sampled_from((remedy.before, remedy.in_vain, remedy.in_vain, remedy.theirs))
    return st.one_of(own, own, facts)


def of(remedy: Remedy) -> st.SearchStrategy[Tale]:
    """Tales about one remedy that can be undone, in a world where it is."""
    seen = st.builds(lambda move, seen: replace(move, seen=seen), moves, worlds_of(remedy))
    return st.builds(
        lambda count, more: Tale(remedy.pack, POLICY, [*begun(remedy)[:count], *more]),
        st.integers(1, 7),
        st.lists(seen, min_size=1, max_size=6),
    )


remedied = st.sampled_from(REMEDIES).flatmap(of)
with_ladders = st.builds(Tale, packs, policies, lives)
QUESTION = Move(0.0, (alert(),), REPAIR[0].seen, None, False, True)
asked = st.builds(
    lambda more: Tale(
        PACK, replace(POLICY, mode=Mode.APPROVE), [QUESTION, replace(REPAIR[1], said=None), *more]
    ),
    st.lists(moves, min_size=1, max_size=6),
)
REPLACED = benign(rollout(), PodHealth((pod("web-1", uid="uid-new"), *WELL[1:])))
watched = st.builds(
    lambda mode, more: Tale(
        PACK, replace(POLICY, mode=mode), [*REPAIR[:2], replace(REPAIR[2], seen=REPLACED), *more]
    ),
    st.sampled_from((Mode.OBSERVE, Mode.SUGGEST)),
    st.lists(moves, max_size=4),
)
"""Somebody else did what the worker only would have done."""
tales = st.one_of(with_ladders, hindered, hindered, remedied, remedied, asked, watched)
