"""Waking a subject by calling its actor through the sidecar, wherever it lives now.

A hint only: what is forgotten here (a full queue, a failed call, a restart) the sweep wakes.
"""

from __future__ import annotations

import asyncio

from worker.adapters.dapr.actors import ACTOR_TYPE
from worker.adapters.dapr.sidecar import Sidecar, segment
from worker.engine.ports import Clock, Telemetry, TransientError

PENDING_MAX = 10_000  # subjects waiting for a call; the sweep covers what is beyond
TIMERS_MAX = 50_000  # subjects with a moment to be woken at


class DaprWaker:
    def __init__(
        self, sidecar: Sidecar, clock: Clock, telemetry: Telemetry, *, calls_at_once: int
    ) -> None:
        self._sidecar = sidecar
        self._clock = clock
        self._telemetry = telemetry
        self._calls_at_once = calls_at_once
        self._pending: dict[str, str] = {}
        self._news = asyncio.Event()
        self._timers: dict[str, asyncio.TimerHandle] = {}

    def wake(self, subject_key: str, *, traceparent: str = "") -> None:
        if subject_key not in self._pending and len(self._pending) >= PENDING_MAX:
            self._telemetry.count("wakes_dropped")
            return
        self._pending[subject_key] = traceparent or self._pending.get(subject_key, "")
        self._news.set()

    def wake_at(self, subject_key: str, at_s: float) -> None:
        earlier = self._timers.pop(subject_key, None)
        if earlier is not None:
            earlier.cancel()
        if len(self._timers) < TIMERS_MAX:
            delay_s = max(0.0, at_s - self._clock.now_s())
            loop = asyncio.get_running_loop()
            self._timers[subject_key] = loop.call_later(delay_s, self._due, subject_key)

    def _due(self, subject_key: str) -> None:
        self._timers.pop(subject_key, None)
        self.wake(subject_key)

    async def run(self) -> None:
        """Call actors until cancelled, a bounded number at once."""
        async with asyncio.TaskGroup() as tasks:
            for number in range(self._calls_at_once):
                tasks.create_task(self._caller(), name=f"waker {number}")

    async def _caller(self) -> None:
        while True:
            while not self._pending:
                self._news.clear()
                await self._news.wait()
            subject_key = next(iter(self._pending))
            await self._call(subject_key, self._pending.pop(subject_key))

    async def _call(self, subject_key: str, traceparent: str) -> None:
        path = f"/v1.0/actors/{ACTOR_TYPE}/{segment(subject_key)}/method/work"
        headers = {"traceparent": traceparent} if traceparent else {}
        try:
            answer = await self._sidecar.call("POST", path, b"", headers=headers)
        except TransientError:
            self._telemetry.count("wakes_failed")
            return
        if not answer.ok:
            self._telemetry.count("wakes_failed")

    def stop(self) -> None:
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()
