"""No stream of alerts and facts makes an endless sequence of acts: so many an hour, and no more."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.property.lives import PACK, Move, live
from tests.property.tales import HINDRANCES, LONG
from tests.property.worlds import CRASHED, HEALTHY, PODS, examples
from tests.unit.domain.builders import ACCEPTED, POLICY, WEB, alert, crashing, pod
from tests.unit.domain.remedies import REMEDIES, Remedy
from worker.domain.deciding.outcome import Answer, Outcome
from worker.domain.deciding.policy import Policy
from worker.domain.incoming.alert import Alert, AlertStatus
from worker.domain.observed.facts import Facts
from worker.domain.observed.pods import PodHealth
from worker.domain.people.approval import Say
from worker.domain.playbooks.pack import Pack
from worker.domain.story.reason import Reason

HOUR_S = 3600.0
MOVES = 300
UNCLEAR = Outcome(Answer.UNCLEAR, Reason.UNREACHABLE)
REFUSED = Outcome(Answer.REJECTED, Reason.THROTTLED)
EAGER = Pack(
    1,
    tuple(
        replace(
            one, soak_s=0.0,
            steps=tuple(replace(s, attempts_max=99, cool_down_s=0.0) for s in one.steps),
        )
        for one in PACK.playbooks
    ),
)  # fmt: skip
"""Only the rate is left to say no."""
UNBOUND = replace(POLICY, attempts_max=10**6, loops_max=10**6, flaps_max=10**6, cool_down_max_s=0.0)


@dataclass
class Life:
    """A long one from a seed: it is sick for a while, then well, again and again."""

    random: Random
    own: tuple[Facts, ...] = ()
    news: Alert | None = None
    now_s: float = 0.0
    sick: bool = True
    kept: Facts | None = None

    def moves(self) -> list[Move]:
        return [self._move() for _ in range(MOVES)]

    def _move(self) -> Move:
        passed_s = self.random.choice((15.0, 31.0, 50.0, 59.0))
        if self.random.random() < 0.05:
            passed_s = self.random.choice((400.0, 901.0))
        self.now_s += passed_s
        self.sick = self.sick != (self.random.random() < 0.15)
        came = (self._alert(), self.news) if self.news else (self._alert(),)
        answered = self.random.choice((ACCEPTED, ACCEPTED, ACCEPTED, UNCLEAR, REFUSED, None))
        return Move(passed_s, came, self._seen(), answered, True, True, said=Say.YES)

    def _alert(self) -> Alert:
        return alert(
            self.random.choice(("KubePodCrashLooping", "PodRestarting", "KubePodNotReady")),
            pod=self.random.choice(PODS),
            status=AlertStatus.FIRING if self.sick else AlertStatus.RESOLVED,
            starts_at_s=alert().starts_at_s + self.now_s,
        )

    def _seen(self) -> Facts:
        if not self.sick:
            return HEALTHY
        if self.random.random() < 0.03:
            return self.random.choice(HINDRANCES)
        if self.own:
            self.kept = self.random.choice(self.own) if self.random.random() < 0.1 else self.kept
            return self.own[0] if self.kept is None else self.kept
        sick = crashing(self.random.choice(PODS), uid=f"uid-{self.random.randrange(99)}")
        others = [pod(name) for name in PODS if name != sick.target.name]
        return replace(CRASHED, pods=PodHealth((sick, *others)))


def acts_of(life: list[Move], pack: Pack, policy: Policy) -> tuple[list[float], list[float]]:
    """When remedies and undos were sent for the first time, but those that never happened."""
    sent: dict[str, tuple[float, bool]] = {}
    for step in live(WEB, life, policy, pack):
        for intent in step.decision.perform if step.decision else ():
            incident = step.after.incident(intent.incident)
            attempt = incident.attempt(intent.id) if incident else None
            assert attempt is not None
            sent.setdefault(intent.id, (intent.decided_at_s, bool(attempt.undoes)))
        for incident in step.after.incidents:
            for attempt in incident.attempts:
                if not attempt.owed and not attempt.done and attempt.outcome != "unreachable":
                    sent.pop(attempt.intent_id, None)
    remedies = [at_s for at_s, undo in sent.values() if not undo]
    return remedies, [at_s for at_s, undo in sent.values() if undo]


def most_in_an_hour(moments: list[float]) -> int:
    return max(
        (sum(one <= other < one + HOUR_S for other in moments) for one in moments), default=0
    )


@pytest.mark.parametrize("pack", [PACK, EAGER, LONG], ids=["usual", "eager", "long"])
@pytest.mark.parametrize("acts_max", [1, 3])
@examples(8)
@given(st.integers(0, 2**32))
def test_so_many_acts_an_hour_on_one_subject(pack: Pack, acts_max: int, seed: int) -> None:
    policy = replace(UNBOUND, acts_max=acts_max)
    remedies, undos = acts_of(Life(Random(seed)).moves(), pack, policy)
    assert most_in_an_hour(remedies) <= acts_max
    assert len(undos) <= len(remedies)


@pytest.mark.parametrize("remedy", REMEDIES, ids=lambda remedy: remedy.verb)
@examples(5)
@given(st.integers(0, 2**32))
def test_each_remedy_is_undone_once_at_most(remedy: Remedy, seed: int) -> None:
    own = (remedy.before, remedy.before, remedy.in_vain, remedy.theirs)
    life = Life(Random(seed), own, remedy.news).moves()
    remedies, undos = acts_of(life, remedy.pack, UNBOUND)
    assert most_in_an_hour(remedies) <= UNBOUND.acts_max
    assert most_in_an_hour([*remedies, *undos]) <= 2 * UNBOUND.acts_max
    assert len(undos) <= len(remedies)


def test_the_rate_is_what_stops_it() -> None:
    """An eager worker without a rate does more, so that the above is not true by itself."""
    life = Life(Random(1)).moves()
    free, _ = acts_of(life, EAGER, replace(UNBOUND, acts_max=10**6))
    bound, _ = acts_of(life, EAGER, UNBOUND)
    assert most_in_an_hour(free) > 2 * UNBOUND.acts_max
    assert most_in_an_hour(bound) == UNBOUND.acts_max
    usual, _ = acts_of(life, PACK, POLICY)
    assert 0 < len(usual) < len(free)
