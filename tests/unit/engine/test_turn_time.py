"""A turn's time: when to look again while our clock is wrong, and a deadline for all of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from tests.unit.engine.rig import NOBODY, SHOP, Rig, alert, body
from worker.domain.story.reason import Reason
from worker.engine.indexes import OpenIndex
from worker.engine.ports import Save

LIVENESS_S = 60.0  # generous: each turn ends after a second
SOAK_S = 60.0
AHEAD_S = 90.0


def ahead(rig: Rig, monkeypatch: pytest.MonkeyPatch, by_s: float) -> None:
    """Our clock against the API server's, which its Date header tells."""

    async def server_time_s() -> float:
        return rig.clock.now_s() - by_s

    monkeypatch.setattr(rig.cluster, "server_time_s", server_time_s)


async def held_for(rig: Rig) -> Reason:
    (incident,) = (await rig.document()).incidents
    assert incident.hold is not None
    return incident.hold.reason


@pytest.mark.parametrize("by_s", [0.0, AHEAD_S, -AHEAD_S], ids=["right", "ahead", "behind"])
async def test_a_held_subject_is_looked_at_when_its_hold_ends_by_our_own_clock(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, by_s: float
) -> None:
    ahead(rig, monkeypatch, by_s)
    pod = await rig.deploy_sick()
    assert await rig.deliver(body(alert(namespace="shop", pod=pod))) == [True]
    assert await rig.turn()
    assert await held_for(rig) is Reason.SOAKING
    assert rig.wakes.at[SHOP.key] == rig.clock.now_s() + SOAK_S
    if not by_s:
        return
    rig.clock.pass_s(SOAK_S)
    for _ in range(3):
        assert await rig.turn()
        assert await held_for(rig) is Reason.CLOCKS_DISAGREE
        assert rig.wakes.at[SHOP.key] == rig.clock.now_s() + rig.settings.hold_s
        rig.clock.pass_s(rig.settings.hold_s)
    assert rig.cluster.writes == []


@pytest.mark.parametrize("by_s", [AHEAD_S, -AHEAD_S], ids=["ahead", "behind"])
async def test_a_notice_is_tried_again_after_its_pause_by_our_own_clock(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, by_s: float
) -> None:
    """No sink takes it: not asked every second, nor a wrong clock's lead later."""
    ahead(rig, monkeypatch, by_s)
    await rig.deliver(body(alert("Odd", namespace="nowhere")))
    assert await rig.turn(NOBODY)
    (notice,) = (await rig.document(NOBODY)).notices
    assert notice.tries == 1
    assert rig.wakes.at[NOBODY.key] == rig.clock.now_s() + rig.settings.notice_retry_s
    rig.clock.pass_s(rig.settings.notice_retry_s)
    assert await rig.turn(NOBODY)
    (notice,) = (await rig.document(NOBODY)).notices
    assert notice.tries == 2


@pytest.fixture
async def hasty(tmp_path: Path) -> AsyncIterator[Rig]:
    """A rig whose turns have a second."""
    made = Rig(tmp_path, probe_timeout_s=0.2, write_timeout_s=0.2, turn_deadline_s=1.0)
    yield made
    await made.close()


async def given_up(rig: Rig) -> None:
    """A turn of it ends by its deadline: counted, and left to the sweep."""
    async with asyncio.timeout(LIVENESS_S):
        assert await rig.turn(NOBODY) is True
    assert ("turns_failed", {"error": "TimeoutError"}) in rig.telemetry.labels
    assert rig.telemetry.bugs == []


async def never(_: Sequence[Save]) -> None:
    await asyncio.Event().wait()


async def test_a_load_that_hangs_ends_with_the_turn(hasty: Rig) -> None:
    await hasty.deliver(body(alert("Odd", namespace="nowhere")))
    hasty.store.hangs = True
    await given_up(hasty)
    hasty.store.hangs = False
    assert await hasty.turn(NOBODY) is True
    assert (await hasty.document(NOBODY)).incidents


async def test_forgetting_an_entry_without_document_ends_with_the_turn(hasty: Rig) -> None:
    await OpenIndex(hasty.store).add([NOBODY])
    hasty.store.before_save = never
    await given_up(hasty)
    hasty.store.before_save = None
    assert await hasty.turn(NOBODY) is False
    assert NOBODY.key not in await OpenIndex(hasty.store).all()


async def test_leaving_the_index_ends_with_the_turn(hasty: Rig) -> None:
    resolved = {**alert("Odd", namespace="nowhere"), "status": "resolved"}
    await hasty.deliver(body(resolved))

    async def hangs_at_the_end(saves: Sequence[Save]) -> None:
        if any(save.value.get("departure") for save in saves):
            await never(saves)

    hasty.store.before_save = hangs_at_the_end
    await given_up(hasty)
    assert NOBODY.key in await OpenIndex(hasty.store).all()
    hasty.store.before_save = None
    assert await hasty.turn(NOBODY) is False
    assert NOBODY.key not in await OpenIndex(hasty.store).all()
