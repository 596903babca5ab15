"""Clock: it goes on while somebody sleeps, and wakes whoever is due first."""

from __future__ import annotations

import asyncio

from tests.contracts.observing import Note
from worker.engine.ports import Clock

SHORT_S = 0.05  # long enough to be told apart from no time at all
RESOLUTION_S = 0.005  # of timers and clocks


async def sleep_takes_its_time(clock: Clock, note: Note) -> None:
    wall_s, before_s = clock.now_s(), clock.monotonic_s()
    await clock.sleep(SHORT_S)
    assert clock.monotonic_s() - before_s >= SHORT_S - RESOLUTION_S
    note(
        "after a sleep",
        wall_went_on=clock.now_s() - wall_s >= SHORT_S - RESOLUTION_S,
        after_2020=wall_s > 1_577_836_800,
    )


async def sleepers_wake_in_order(clock: Clock, note: Note) -> None:
    woken: list[str] = []

    async def sleeper(name: str, seconds: float) -> None:
        await clock.sleep(seconds)
        woken.append(name)

    await asyncio.gather(
        sleeper("third", 6 * SHORT_S), sleeper("first", SHORT_S), sleeper("second", 3 * SHORT_S)
    )
    note("woken", order=woken)


async def no_time_to_sleep(clock: Clock, note: Note) -> None:
    """Others get a turn nevertheless."""
    ran: list[str] = []

    async def other() -> None:
        ran.append("other")

    for seconds in (0.0, -1.0):
        task = asyncio.create_task(other())
        await clock.sleep(seconds)
        await task
    note("others", ran=ran)


async def a_cut_off_sleep(clock: Clock, note: Note) -> None:
    """A deadline of asyncio ends a sleep, in the same time."""
    try:
        async with asyncio.timeout(SHORT_S):
            await clock.sleep(3600.0)
        ended = "slept"
    except TimeoutError:
        ended = "timeout"
    note("sleep", ended=ended)


CASES = (sleep_takes_its_time, sleepers_wake_in_order, no_time_to_sleep, a_cut_off_sleep)
