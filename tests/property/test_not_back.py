"""While a service is not back, its claim is not free, and nothing is called a repair."""

from __future__ import annotations

import pytest

from tests.property.lives import QUICK, REPAIR, Move, live
from tests.property.worlds import WELL, benign
from tests.unit.domain.builders import WEB, crashing, pod, rollout
from worker.domain.document.subject import SubjectDocument
from worker.domain.observed.facts import Facts
from worker.domain.observed.pods import PodHealth
from worker.domain.story.reason import Reason

LOOKS, EVERY_S = 6, 50.0
FEWER = benign(rollout(available=1, ready=1), PodHealth((pod("web-4", ready=False), *WELL[1:])))
NEW = (pod("web-4"), *WELL[1:])
BACK = benign(rollout(), PodHealth(NEW))
ROLLING = benign(rollout(updated=1), PodHealth(NEW))
BESIDES = benign(rollout(), PodHealth((crashing("web-5"), *NEW)))
"""As many as are wanted are available, and one more crashes."""


def after(seen: Facts) -> SubjectDocument:
    """The eviction was accepted, and this is seen for a while since."""
    looks = [Move(EVERY_S, (), seen, None, True, True)] * LOOKS
    assert QUICK.settle_s + QUICK.window_s < LOOKS * EVERY_S
    return [*live(WEB, [*REPAIR[:2], *looks])][-1].after


@pytest.mark.parametrize("seen", [FEWER, ROLLING], ids=["fewer are available", "it rolls"])
def test_a_claim_is_held_until_it_is_back(seen: Facts) -> None:
    early = [*live(WEB, [*REPAIR[:2], Move(EVERY_S, (), seen, None, True, True)])][-1].after
    assert [one.ended for one in early.leases] == [False]


def test_then_it_is_free() -> None:
    back = [*live(WEB, [*REPAIR[:2], Move(EVERY_S, (), BACK, None, True, True)])][-1].after
    assert [one.ended for one in back.leases] == [True]


def test_what_crashes_besides_enough_others_is_not_repaired() -> None:
    assert [one.resolution for one in after(BACK).incidents] == [Reason.REPAIRED]
    assert [one.resolution for one in after(BESIDES).incidents if one.resolution] == []
