"""No stream of alerts and facts makes an endless sequence of acts: so many an hour, and no more."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.property.lives import PACK, Move
from tests.property.long_lives import EAGER, UNBOUND, Life, sent_in
from tests.property.tales import LONG
from tests.property.worlds import examples
from tests.unit.domain.builders import POLICY
from tests.unit.domain.remedies import REMEDIES, Remedy
from worker.domain.deciding.policy import Policy
from worker.domain.playbooks.pack import Pack

HOUR_S = 3600.0


def acts_of(life: list[Move], pack: Pack, policy: Policy) -> tuple[list[float], list[float]]:
    """When remedies and undos were sent."""
    sent = sent_in(life, pack, policy)
    remedies = [one.at_s for one in sent if not one.undoes]
    return remedies, [one.at_s for one in sent if one.undoes]


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
