"""Between a yes and its write: it overrules nothing, and is done once whatever fails."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path

import pytest

from tests.unit.engine.asking import answer, question, received, say_yes
from tests.unit.engine.rig import SHOP, Rig
from tests.unit.engine.stage import (
    NAMESPACE,
    crash_before_the_write,
    done,
    incident_of,
    turns,
)
from worker.domain.story.reason import Reason
from worker.engine.documents import document_key
from worker.engine.ports import Save

KEY = document_key(SHOP.key)


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    made = await received(tmp_path)
    yield made
    await made.close()


async def stop(rig: Rig) -> None:
    rig.cluster.stopped = True


async def hide_the_switch(rig: Rig) -> None:
    rig.cluster.switch_unreadable = True


async def let_through(rig: Rig) -> None:
    rig.cluster.stopped = rig.cluster.switch_unreadable = False


async def hold(rig: Rig) -> None:
    await rig.engine.steering.holds.hold(SHOP, by="bob", for_s=3600.0, words="")


async def resume(rig: Rig) -> None:
    await rig.engine.steering.holds.resume(SHOP, by="bob", words="")


@pytest.mark.parametrize(
    ("between", "over", "reason"),
    [
        (stop, let_through, Reason.KILL_SWITCH),
        (hide_the_switch, let_through, Reason.KILL_SWITCH_UNREADABLE),
        (hold, resume, Reason.PERSON_AT_WORK),
    ],
    ids=["kill switch", "no kill switch", "held"],
)
async def test_a_yes_overrules_nothing(
    rig: Rig,
    between: Callable[[Rig], Awaitable[None]],
    over: Callable[[Rig], Awaitable[None]],
    reason: Reason,
) -> None:
    await say_yes(rig)
    await between(rig)
    await turns(rig)
    assert rig.cluster.writes == []
    found = (await incident_of(rig)).hold
    assert found is not None
    assert found.reason is reason
    await over(rig)
    await turns(rig)
    assert len(rig.cluster.writes) == 1, "it is still within the time of the yes"


async def test_the_switch_is_read_once_more_right_before_the_write(rig: Rig) -> None:
    """Set after the decision was saved."""
    await say_yes(rig)

    async def set_late(saves: Sequence[Save]) -> None:
        if any(one.key == NAMESPACE.key for one in saves):
            rig.store.before_save = None
            rig.cluster.stopped = True

    rig.store.before_save = set_late
    await turns(rig)
    assert rig.cluster.writes == []
    rig.cluster.stopped = False
    await turns(rig, count=2)
    asked = await question(rig)
    assert rig.cluster.writes == [], "that yes was used, so it is asked again"
    assert (await answer(rig, asked)).why is None
    await turns(rig, count=3)
    assert len(rig.cluster.writes) == 1


@pytest.mark.parametrize("trouble", ["lost", "unanswered"])
async def test_saves_of_which_nobody_knows_do_it_once(rig: Rig, trouble: str) -> None:
    getattr(rig.store, trouble).extend([KEY, "scope-", KEY, "scope-", KEY])
    await say_yes(rig)
    await turns(rig)
    assert len(rig.cluster.writes) == 1


async def test_two_replicas_and_two_answers_are_one_write(rig: Rig) -> None:
    asked = await question(rig)
    await say_yes(rig)
    assert (await answer(rig, asked, by="bob")).why is Reason.ANSWERED_BEFORE
    other = rig.another_engine()
    for _ in range(4):
        await other.shell.work(SHOP.key)
        await turns(rig, count=1)
    assert len(rig.cluster.writes) == 1


async def test_after_a_crash_between_claim_and_write_the_yes_still_counts(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was used for this very intent, in the same state."""
    await say_yes(rig)
    await crash_before_the_write(rig, monkeypatch)
    await turns(rig)
    assert len(done(rig)) == 1
    attempt = (await incident_of(rig)).last_attempt
    assert attempt is not None
    assert attempt.approved_by == "alice"
