"""The guarantee behind every wake: all open subjects are woken again and again until settled."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from worker.engine.dead_letters import DeadLetters
from worker.engine.indexes import OpenIndex
from worker.engine.ports import Clock, Telemetry, TransientError, Waker
from worker.engine.reclaim import Reclaim

LETTERS_AT_ONCE = 100  # dead letters that are published between two looks at their list


class Sweep:
    """Reads only the open index; runs in every replica, and twice does no harm."""

    def __init__(
        self,
        *,
        index: OpenIndex,
        dead_letters: DeadLetters,
        waker: Waker,
        reclaim: Reclaim,
        clock: Clock,
        telemetry: Telemetry,
        every_s: float,
    ) -> None:
        self._index = index
        self._reclaim = reclaim
        self._dead_letters = dead_letters
        self._waker = waker
        self._clock = clock
        self._telemetry = telemetry
        self._every_s = every_s

    async def once(self) -> int:
        """Wake all open subjects; how many there are. Raises TransientError."""
        subjects = await self._index.all()
        for key in sorted(subjects):
            self._waker.wake(key)
        return len(subjects)

    async def scopes(self) -> int:
        """Look after leases that have run out; how many there were. Raises TransientError."""
        return await self._reclaim.once()

    async def letters(self) -> int:
        """Publish the dead letters that are owed; how many. Raises TransientError."""
        published = 0
        while some := await self._dead_letters.publish_owed(LETTERS_AT_ONCE):
            published += some
        return published

    async def forever(self) -> None:
        """All of them, apart from each other, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._repeat(self.once), name="sweep")
            tasks.create_task(self._repeat(self.scopes), name="expired leases")
            tasks.create_task(self._repeat(self.letters), name="dead letters")

    async def _repeat(self, work: Callable[[], Awaitable[int]]) -> None:
        """The world's trouble is counted and tried again."""
        while True:
            try:
                await work()
            except TransientError:
                self._telemetry.count("sweep_failed")
            await self._clock.sleep(self._every_s)
