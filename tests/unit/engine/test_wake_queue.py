"""The queue of wakes: one turn a subject at a time, news during a turn means one more turn."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.unit.engine.parts import Recorder, SetClock
from tests.unit.engine.waiting_turns import LIVENESS_S, Turns
from worker.adapters.system_clock import SystemClock
from worker.engine import wake_queue
from worker.engine.ports import Clock
from worker.engine.wake_queue import WakeQueue


def queue(calls_at_once: int, clock: Clock | None = None) -> WakeQueue:
    return WakeQueue(clock or SystemClock(), Recorder(), calls_at_once=calls_at_once)


@asynccontextmanager
async def running(waker: WakeQueue, turns: Turns) -> AsyncIterator[None]:
    task = asyncio.create_task(waker.run(turns.work))
    try:
        yield
        assert not task.done()
    finally:
        await waker.stop(0.0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_woken_while_its_turn_runs_it_gets_one_more_turn() -> None:
    waker, turns = queue(4), Turns()
    async with running(waker, turns):
        waker.wake("a", traceparent="first")
        await turns.until_began(1)
        for number in range(5):
            waker.wake("a", traceparent=f"news {number}")
        waker.wake("a")
        turns.let_go("a", 5)
        waker.wake("end")
        assert sorted(await turns.until_began(3)) == ["a", "a", "end"]
    assert turns.began[0] == ("a", "first")
    assert ("a", "news 4") in turns.began, "the last trace that there was"


async def test_five_wakes_before_a_turn_are_one_turn() -> None:
    waker, turns = queue(1), Turns()
    for _ in range(5):
        waker.wake("a")
    waker.wake("b")
    turns.let_go("a", 9)
    turns.let_go("b", 9)
    async with running(waker, turns):
        assert await turns.until_began(2) == ["a", "b"]


async def test_a_number_of_turns_at_once_and_no_more() -> None:
    waker, turns = queue(2), Turns()
    keys = [f"subject-{number}" for number in range(6)]
    for key in keys:
        waker.wake(key)
    async with running(waker, turns):
        await turns.until_began(2)
        for key in keys:
            turns.let_go(key)
        assert sorted(await turns.until_began(6)) == keys
    assert turns.at_once == 2


async def test_a_long_turn_holds_up_its_own_subject_only() -> None:
    waker, turns = queue(2), Turns()
    async with running(waker, turns):
        waker.wake("long")
        await turns.until_began(1)
        waker.wake("long")
        turns.let_go("b", 2)
        for number in (2, 3):
            waker.wake("b")
            await turns.until_began(number)
        assert [key for key, _ in turns.began] == ["long", "b", "b"]


async def test_a_later_moment_replaces_an_earlier_one() -> None:
    waker, turns = queue(1), Turns()
    now_s = SystemClock().now_s()
    turns.let_go("a", 9)
    async with running(waker, turns):
        waker.wake_at("a", now_s)
        waker.wake_at("a", now_s + 3600.0)
        waker.wake_at("b", now_s + 3600.0)
        waker.wake_at("b", now_s)
        assert await turns.until_began(1) == ["b"]


async def test_a_moment_that_is_over_is_now() -> None:
    waker, turns = queue(1, SetClock()), Turns()
    async with running(waker, turns):
        waker.wake_at("a", 1.0)
        assert await turns.until_began(1) == ["a"]


async def test_stopped_it_wakes_nobody_anymore() -> None:
    waker, turns = queue(1), Turns()
    passed = asyncio.Event()
    async with running(waker, turns):
        waker.wake_at("a", SystemClock().now_s())
        await waker.stop(0.0)
        waker.wake_at("b", SystemClock().now_s())
        waker.wake("c")
        asyncio.get_running_loop().call_later(0.01, passed.set)  # later than those moments
        await passed.wait()
        await asyncio.sleep(0)
        assert turns.began == []


async def test_stopping_lets_a_turn_come_to_its_end() -> None:
    waker, turns = queue(1), Turns()
    async with running(waker, turns):
        waker.wake("a")
        await turns.until_began(1)
        stopping = asyncio.create_task(waker.stop(LIVENESS_S))
        await asyncio.sleep(0)
        assert not stopping.done()
        turns.let_go("a")
        await stopping
        assert turns.running == set()


async def test_stopping_waits_no_longer_than_it_may() -> None:
    waker, turns = queue(1), Turns()
    async with running(waker, turns):
        waker.wake("a")
        await turns.until_began(1)
        await waker.stop(0.01)
        assert turns.running == {"a"}


async def test_what_is_beyond_its_bounds_is_dropped_and_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(wake_queue, "PENDING_MAX", 2)
    monkeypatch.setattr(wake_queue, "TIMERS_MAX", 1)
    telemetry, turns = Recorder(), Turns()
    waker = WakeQueue(SystemClock(), telemetry, calls_at_once=4)
    for key in ("a", "b", "c", "a"):
        waker.wake(key, traceparent=f"of {key}")
    assert telemetry.counts == {"wakes_dropped": 1}
    for at_s in (1e12, 1e12):
        waker.wake_at("a", at_s)  # replaces its own
    assert telemetry.counts == {"wakes_dropped": 1}
    waker.wake_at("b", 1e12)
    assert telemetry.counts == {"wakes_dropped": 2}
    async with running(waker, turns):
        assert sorted(await turns.until_began(2)) == ["a", "b"]


async def test_a_cancelled_turn_ends_the_waker_and_leaves_no_task() -> None:
    waker, turns = queue(3), Turns()
    before = asyncio.all_tasks()
    async with running(waker, turns):
        waker.wake("a")
        await turns.until_began(1)
    assert asyncio.all_tasks() == before
