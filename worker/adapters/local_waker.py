"""Waking in one process: timers, and a bounded number of turns at once, one a subject."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from worker.engine.ports import Clock

Work = Callable[[str, str], Awaitable[bool]]
"""Subject key and traceparent to: is there still work?"""


class LocalWaker:
    """A subject that is woken while its turn runs gets one more turn afterwards."""

    def __init__(self, clock: Clock, *, turns_at_once: int) -> None:
        self._clock = clock
        self._turns_at_once = turns_at_once
        self._pending: dict[str, str] = {}
        self._busy: set[str] = set()
        self._news = asyncio.Event()
        self._timers: dict[str, asyncio.TimerHandle] = {}

    def wake(self, subject_key: str, *, traceparent: str = "") -> None:
        self._pending[subject_key] = traceparent or self._pending.get(subject_key, "")
        self._news.set()

    def wake_at(self, subject_key: str, at_s: float) -> None:
        earlier = self._timers.pop(subject_key, None)
        if earlier is not None:
            earlier.cancel()
        delay_s = max(0.0, at_s - self._clock.now_s())
        loop = asyncio.get_running_loop()
        self._timers[subject_key] = loop.call_later(delay_s, self._due, subject_key)

    def _due(self, subject_key: str) -> None:
        self._timers.pop(subject_key, None)
        self.wake(subject_key)

    async def run(self, work: Work) -> None:
        """Run turns until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            for number in range(self._turns_at_once):
                tasks.create_task(self._worker(work), name=f"turns {number}")

    async def _worker(self, work: Work) -> None:
        while True:
            subject_key = next((key for key in self._pending if key not in self._busy), None)
            if subject_key is None:
                self._news.clear()
                await self._news.wait()
                continue
            traceparent = self._pending.pop(subject_key)
            self._busy.add(subject_key)
            try:
                await work(subject_key, traceparent)
            finally:
                self._busy.discard(subject_key)
                if subject_key in self._pending:
                    self._news.set()

    def stop(self) -> None:
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()
