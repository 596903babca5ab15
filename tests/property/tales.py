"""Lives with other ladders: steps with conditions, with undos, with a human's yes."""

from __future__ import annotations

from dataclasses import dataclass, replace

from hypothesis import strategies as st

from tests.property.lives import PACK, REPAIR, Move, live, lives, moves, policies
from tests.property.surroundings import ODD
from tests.property.worlds import facts
from tests.unit.domain.builders import ACCEPTED, CRASH_LOOP, NOW_S, POLICY, RESTART, WEB, alert
from tests.unit.domain.remedies import REMEDIES, Remedy
from worker.domain.catalogue import Verb
from worker.domain.facts import Facts
from worker.domain.pack import Pack
from worker.domain.playbook import Mode, Promotion, Step
from worker.domain.policy import Policy
from worker.domain.subject import SubjectDocument


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
    replace(EVICT, never=(ODD,), name="first"),
    replace(EVICT, when=(ODD,), mode=Mode.APPROVE, next="last"),
    Step(Verb.PAUSE_ROLLOUT, mode=Mode.SUGGEST),
    Step(Verb.ROLL_BACK),
    Step(Verb.RAISE_MEMORY_LIMIT, {"ceiling": "1Gi"}),
    Step(Verb.SCALE, {"ceiling": 6}),
    replace(RESTART, name="last", next="first"),
)
LONG = Pack(1, (replace(CRASH_LOOP, steps=STEPS),))
packs = st.sampled_from((PACK, PACK, CAREFUL, LONG, LONG))


def begun(remedy: Remedy) -> list[Move]:
    """It is sick, acted upon, and in vain."""
    return [
        Move(0.0, (remedy.news,), remedy.before, None, False, True),
        Move(61.0, (), remedy.before, ACCEPTED, False, True),
        Move(31.0, (), remedy.in_vain, None, False, True),
        Move(901.0, (), remedy.in_vain, ACCEPTED, False, True),
        Move(31.0, (), remedy.in_vain, ACCEPTED, False, True),
    ]


def worlds_of(remedy: Remedy) -> st.SearchStrategy[Facts]:
    own = st.sampled_from((remedy.before, remedy.in_vain, remedy.in_vain, remedy.theirs))
    return st.one_of(own, own, facts)


def of(remedy: Remedy) -> st.SearchStrategy[Tale]:
    """Tales about one remedy that can be undone, in a world where it is."""
    seen = st.builds(lambda move, seen: replace(move, seen=seen), moves, worlds_of(remedy))
    return st.builds(
        lambda count, more: Tale(remedy.pack, POLICY, [*begun(remedy)[:count], *more]),
        st.integers(1, 5),
        st.lists(seen, min_size=1, max_size=6),
    )


remedied = st.one_of(*(of(remedy) for remedy in REMEDIES))
with_ladders = st.builds(Tale, packs, policies, lives)
QUESTION = Move(0.0, (alert(),), REPAIR[0].seen, None, False, True)
asked = st.builds(
    lambda more: Tale(
        PACK, replace(POLICY, mode=Mode.APPROVE), [QUESTION, replace(REPAIR[1], said=None), *more]
    ),
    st.lists(moves, min_size=1, max_size=6),
)
tales = st.one_of(with_ladders, with_ladders, remedied, asked)
