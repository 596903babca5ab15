"""A remedy that keeps failing is none: so many tries of it, so many repairs that came back.

Each bound is the only one that is left to say no, and what it bounds is counted by what was sent.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from random import Random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.property.lives import PACK, Move, live
from tests.property.long_lives import EAGER, UNBOUND, Life, Sent, sent_in
from tests.property.worlds import benign, examples
from tests.unit.domain.builders import ACCEPTED, CRASH_LOOP, WEB, alert, crashing, pod, rollout
from worker.domain.catalogue import Verb
from worker.domain.deciding.policy import Policy
from worker.domain.observed.facts import Facts
from worker.domain.observed.pods import Pod, PodHealth
from worker.domain.playbooks.pack import Pack

ENDLESS = replace(UNBOUND, acts_max=10**6)
MOST = 2
TRIES = replace(ENDLESS, attempts_max=MOST)
RETURNS = replace(ENDLESS, loops_max=MOST)
SICK, LOOKS, EVERY_S = 5, 120, 50.0
SEEDS = st.integers(0, 2**32)


def sent_by(seed: int, policy: Policy) -> list[Sent]:
    return [one for one in sent_in(Life(Random(seed)).moves(), EAGER, policy) if not one.undoes]


def most_before(sent: list[Sent], window_s: float, *, same_action: bool) -> int:
    """The most incidents of one cause that were acted on within a window, when one more was."""
    most = 0
    for one in sent:
        others = {
            other.incident
            for other in sent
            if one.at_s - window_s < other.at_s <= one.at_s
            and (other.cause, other.action if same_action else "")
            == (one.cause, one.action if same_action else "")
        }
        most = max(most, len(others - {one.incident}))
    return most


@examples(8)
@example(1)
@example(2)
@given(SEEDS)
def test_so_many_incidents_of_a_cause_get_the_same_remedy(seed: int) -> None:
    sent = sent_by(seed, TRIES)
    assert most_before(sent, TRIES.attempts_window_s, same_action=True) < MOST


@examples(8)
@example(1)
@example(2)
@given(SEEDS)
def test_what_comes_back_after_so_many_repairs_gets_none(seed: int) -> None:
    sent = sent_by(seed, RETURNS)
    assert most_before(sent, RETURNS.loop_window_s, same_action=False) < MOST


@dataclass
class OneByOne:
    """Each eviction helps where it was done, and the next pod crashes."""

    pods: list[Pod] = field(default_factory=lambda: [pod(f"web-{n}") for n in range(SICK + 2)])
    evicted: int = 0

    def __post_init__(self) -> None:
        self.pods[:SICK] = [crashing(f"web-{n}") for n in range(SICK)]

    def moves(self) -> Iterator[Move]:
        for number in range(LOOKS):
            came = (alert(pod="web-0"),) if number == 0 else ()
            yield Move(EVERY_S, came, self._seen(), ACCEPTED, True, True)

    def _seen(self) -> Facts:
        ready = sum(one.ready for one in self.pods)
        wanted = len(self.pods)
        now = rollout(desired=wanted, updated=wanted, ready=ready, available=ready)
        return benign(now, PodHealth(tuple(self.pods)))

    def lived(self, policy: Policy, pack: Pack) -> OneByOne:
        for step in live(WEB, self.moves(), policy, pack):
            for intent in step.decision.perform if step.decision else ():
                if intent.action == Verb.EVICT_POD:
                    self.evicted += 1
                    gone = next(one for one in self.pods if one.target == intent.target)
                    fresh = pod(f"new-{self.evicted}", created_at_s=step.now_s)
                    self.pods[self.pods.index(gone)] = fresh
        return self


@pytest.mark.parametrize("attempts_max", [1, 2, 3])
def test_one_incident_gets_a_remedy_as_often_as_its_step_allows(attempts_max: int) -> None:
    step = replace(PACK.playbooks[0].steps[0], attempts_max=attempts_max)
    pack = Pack(1, (replace(CRASH_LOOP, steps=(step,)),))
    assert OneByOne().lived(ENDLESS, pack).evicted == attempts_max


@pytest.mark.parametrize("seed", [1, 2])
def test_the_bounds_are_what_stops_it(seed: int) -> None:
    """Without them there is more of each, so that the above is not true by itself."""
    free = sent_by(seed, ENDLESS)
    assert most_before(free, TRIES.attempts_window_s, same_action=True) >= MOST
    assert most_before(free, RETURNS.loop_window_s, same_action=False) >= MOST
