"""The sweep: every open subject is woken, again and again, whatever else is in trouble."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from tests.unit.engine.rig import NOBODY, Rig, alert, body
from worker.domain.document.identity import Subject, SubjectKind
from worker.engine import sweep
from worker.engine.dead_letters import SHARDS
from worker.engine.ports import TransientError


def subjects(count: int) -> list[Subject]:
    return [Subject(SubjectKind.UNRESOLVED, f"space-{number}", "") for number in range(count)]


async def test_all_open_subjects_are_woken_and_settled_ones_are_not(rig: Rig) -> None:
    wanted = subjects(100)
    bodies = [body(alert("Odd", namespace=one.scope)) for one in wanted]
    assert all(await rig.deliver(*bodies))
    resolved = {**alert("Odd", namespace="nowhere"), "status": "resolved"}
    await rig.deliver(body(resolved))
    assert not await rig.turn(NOBODY)
    rig.wakes.woken.clear()
    assert await rig.engine.sweep.once() == 100
    assert sorted(rig.wakes.keys) == sorted(one.key for one in wanted)


async def test_nothing_open_wakes_nobody(rig: Rig) -> None:
    assert await rig.engine.sweep.once() == 0
    assert rig.wakes.woken == []


async def test_owed_letters_are_published(rig: Rig) -> None:
    await rig.deliver(b"{")
    assert await rig.engine.sweep.letters() == 1
    assert len(rig.topic.letters) == 1


async def test_all_owed_letters_are_published_in_one_go_some_at_a_time(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweep, "LETTERS_AT_ONCE", 3)
    await rig.deliver(*[b"{"] * 8)
    rig.store.log.clear()
    assert await rig.engine.sweep.letters() == 8
    assert sorted(one["position"] for one in rig.topic.letters) == [
        f"alerts/0/{number}" for number in range(8)
    ]
    shards = tuple(f"deadletters-{number:02d}" for number in range(SHARDS))
    assert rig.store.log.count(("load", shards)) == 4, "3, 3 and 2 letters, and then none"
    assert await rig.engine.sweep.letters() == 0


async def test_what_is_owed_after_trouble_is_published_the_next_time(rig: Rig) -> None:
    await rig.deliver(b"{", b"}")
    rig.topic.away = True
    with pytest.raises(TransientError):
        await rig.engine.sweep.letters()
    rig.topic.away = False
    assert await rig.engine.sweep.letters() == 2


async def forever_until(rig: Rig, end: Callable[[], bool]) -> None:
    """Both loops on a clock that jumps, until `end` says so when somebody goes to sleep."""
    done = asyncio.Event()

    def slept(_: int) -> None:
        if end():
            done.set()

    rig.clock.on_sleep = slept
    forever = asyncio.create_task(rig.engine.sweep.forever())
    async with asyncio.timeout(60.0):  # liveness only
        await done.wait()
    assert not forever.done()
    forever.cancel()
    with pytest.raises(asyncio.CancelledError):
        await forever


async def test_a_topic_that_is_away_keeps_nobody_from_being_woken(rig: Rig) -> None:
    await rig.deliver(b"{", body(alert("Odd", namespace="nowhere")))
    rig.wakes.woken.clear()
    rig.topic.away = True
    failed = rig.telemetry.counts
    await forever_until(
        rig,
        lambda: failed.get("sweep_failed", 0) >= 3 and rig.wakes.keys.count(NOBODY.key) >= 3,
    )
    assert rig.topic.letters == []


async def test_it_goes_on_after_trouble_until_it_is_cancelled(rig: Rig) -> None:
    await rig.deliver(b"{", body(alert("Odd", namespace="nowhere")))
    rig.wakes.woken.clear()
    rig.store.loads_fail = True

    def recovered() -> bool:
        if rig.store.loads_fail and rig.telemetry.counts.get("sweep_failed", 0) >= 6:
            assert rig.wakes.woken == []
            rig.store.loads_fail = False
        return rig.wakes.keys.count(NOBODY.key) >= 3 and len(rig.topic.letters) == 1

    await forever_until(rig, recovered)
    assert set(rig.clock.slept_s) == {rig.settings.sweep_every_s}
