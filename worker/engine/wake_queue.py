"""Who is to be woken, and when: the queue in front of a runtime's way of running turns.

A hint only: what is dropped here (a full queue, a failed call, a restart) the sweep wakes again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from worker.engine.ports import Clock, Telemetry

PENDING_MAX = 10_000  # subjects waiting for their turn; the sweep covers what is beyond
TIMERS_MAX = 50_000  # subjects with a moment to be woken at

Call = Callable[[str, str], Awaitable[object]]
"""Gets one turn run, wherever that is: subject key and traceparent."""


class WakeQueue:
    """The engine's Waker. One call at a time for a subject, so that no slow one takes every place;
    a subject that is woken while its call runs gets one more call afterwards."""

    def __init__(self, clock: Clock, telemetry: Telemetry, *, calls_at_once: int) -> None:
        self._clock = clock
        self._telemetry = telemetry
        self._calls_at_once = calls_at_once
        self._pending: dict[str, str] = {}
        self._busy: set[str] = set()
        self._news = asyncio.Event()
        self._ended = asyncio.Event()
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._stopped = False

    def wake(self, subject_key: str, *, traceparent: str = "") -> None:
        if self._stopped:
            return
        if subject_key not in self._pending and len(self._pending) >= PENDING_MAX:
            self._telemetry.count("wakes_dropped")
            return
        self._pending[subject_key] = traceparent or self._pending.get(subject_key, "")
        self._news.set()

    def wake_at(self, subject_key: str, at_s: float) -> None:
        earlier = self._timers.pop(subject_key, None)
        if earlier is not None:
            earlier.cancel()
        if self._stopped:
            return
        if len(self._timers) >= TIMERS_MAX:
            self._telemetry.count("wakes_dropped")
            return
        delay_s = max(0.0, at_s - self._clock.now_s())
        loop = asyncio.get_running_loop()
        self._timers[subject_key] = loop.call_later(delay_s, self._due, subject_key)

    def _due(self, subject_key: str) -> None:
        self._timers.pop(subject_key, None)
        self.wake(subject_key)

    async def run(self, call: Call) -> None:
        """Make calls until cancelled, a bounded number at once."""
        async with asyncio.TaskGroup() as tasks:
            for number in range(self._calls_at_once):
                tasks.create_task(self._caller(call), name=f"wakes {number}")

    async def _caller(self, call: Call) -> None:
        while True:
            subject_key = next((key for key in self._pending if key not in self._busy), None)
            if subject_key is None:
                self._news.clear()
                await self._news.wait()
                continue
            traceparent = self._pending.pop(subject_key)
            self._busy.add(subject_key)
            try:
                await call(subject_key, traceparent)
            finally:
                self._busy.discard(subject_key)
                self._ended.set()
                if subject_key in self._pending:
                    self._news.set()

    async def stop(self, within_s: float) -> None:
        """Take no more wakes; let the calls that run come to their end, as far as time allows."""
        self._stopped = True
        self._pending.clear()
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()
        try:
            async with asyncio.timeout(within_s):
                while self._busy:
                    self._ended.clear()
                    await self._ended.wait()
        except TimeoutError:
            return
