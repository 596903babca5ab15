"""A step up is earned by being right often enough, and only as far as the playbook allows."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.unit.engine.asking import answer, question
from tests.unit.engine.promoting import RIGHT_AFTER, by_hand, earned, observing, playing, record
from tests.unit.engine.rig import Rig
from tests.unit.engine.stage import (
    EVICT,
    NAMESPACE,
    change_scope,
    due_again,
    incident_of,
    pack_of,
    turns,
)
from worker.domain.playbooks.playbook import Mode
from worker.domain.scopes.record import Demotion, Record
from worker.domain.story.reason import Reason


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    made = await observing(tmp_path)
    yield made
    await made.close()


async def test_enough_of_them_earn_one_step_and_it_is_only_a_suggestion(rig: Rig) -> None:
    await earned(rig, RIGHT_AFTER - 1)
    await turns(rig, count=2)
    await by_hand(rig)
    await turns(rig, count=12)
    assert (await incident_of(rig)).resolution is Reason.RESOLVED_BY_OTHERS
    await due_again(rig)
    await turns(rig)
    assert (await record(rig)).promoted_by == 1
    assert rig.cluster.writes == []
    hold = (await incident_of(rig)).hold
    assert hold is not None
    assert hold.reason is Reason.SUGGEST_MODE


@pytest.mark.parametrize("steps", [2, 3, 9])
async def test_it_is_never_raised_beyond_what_the_playbook_allows(rig: Rig, steps: int) -> None:
    """Up to approve: a human is asked, and only a yes is done."""
    await earned(rig, steps * RIGHT_AFTER)
    await turns(rig)
    assert rig.cluster.writes == []
    hold = (await incident_of(rig)).hold
    assert hold is not None
    assert hold.reason is Reason.AWAITING_APPROVAL
    assert (await answer(rig, await question(rig))).why is None
    await turns(rig, count=4)
    assert len(rig.cluster.writes) == 1


async def test_where_it_is_allowed_to_act_it_acts(rig: Rig) -> None:
    playing(rig, Mode.AUTO)
    await earned(rig, RIGHT_AFTER)
    await turns(rig)
    assert rig.cluster.writes == []
    await earned(rig, 3 * RIGHT_AFTER)
    await turns(rig, count=4)
    assert len(rig.cluster.writes) == 1


async def test_without_a_promotion_nothing_is_earned(rig: Rig) -> None:
    rig.pack = pack_of(EVICT)
    rig.restart()
    await earned(rig, 10 * RIGHT_AFTER)
    await turns(rig)
    assert rig.cluster.writes == []
    hold = (await incident_of(rig)).hold
    assert hold is not None
    assert hold.reason is Reason.OBSERVE_MODE


async def test_a_promotion_lowers_no_mode(rig: Rig) -> None:
    """Its most is less than what the installation allows anyway."""
    playing(rig, Mode.SUGGEST, mode=Mode.AUTO)
    await earned(rig, 3 * RIGHT_AFTER)
    await turns(rig, count=4)
    assert len(rig.cluster.writes) == 1


async def test_what_has_lost_its_mode_does_not_get_it_back_by_being_right(rig: Rig) -> None:
    """Harm lowers it whatever was earned; only a person lifts that."""
    playing(rig, Mode.AUTO)
    harmful = Demotion("", Mode.SUGGEST, 0.0, None, Reason.WORSE, "inc-1-s1-a1")
    made = Record("crash-loop", shadows_right=99, promoted_by=3, harmed=1, demotions=(harmful,))
    await change_scope(rig, NAMESPACE, records=(made,))
    await turns(rig)
    await by_hand(rig)
    await turns(rig)
    assert rig.cluster.writes == []
    assert (await record(rig)).shadows_right == 100
