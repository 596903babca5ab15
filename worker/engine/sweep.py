"""The guarantee behind every wake: all open subjects are woken again and again until settled."""

from __future__ import annotations

from worker.engine.dead_letters import DeadLetters
from worker.engine.indexes import OpenIndex
from worker.engine.ports import Clock, Telemetry, TransientError, Waker


class Sweep:
    """Reads only the open index; runs in every replica, and twice does no harm."""

    def __init__(
        self,
        *,
        index: OpenIndex,
        dead_letters: DeadLetters,
        waker: Waker,
        clock: Clock,
        telemetry: Telemetry,
        every_s: float,
    ) -> None:
        self._index = index
        self._dead_letters = dead_letters
        self._waker = waker
        self._clock = clock
        self._telemetry = telemetry
        self._every_s = every_s

    async def once(self) -> int:
        """Wake all open subjects and publish owed dead letters; how many subjects are open."""
        subjects = await self._index.all()
        for key in sorted(subjects):
            self._waker.wake(key)
        await self._dead_letters.publish_owed()
        return len(subjects)

    async def forever(self) -> None:
        """Ends only by cancellation; the world's trouble is counted and tried again."""
        while True:
            try:
                await self.once()
            except TransientError:
                self._telemetry.count("sweep_failed")
            await self._clock.sleep(self._every_s)
