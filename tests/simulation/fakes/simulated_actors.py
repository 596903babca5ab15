"""Actors as Dapr runs them: one turn a subject at a time, and a reminder while there is work."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable

from worker.engine.ports import Clock, Telemetry

Turn = Callable[[str, str], Awaitable[bool]]
"""Subject key and traceparent to: is there still work?"""


class SimulatedActors:
    """What the engine's wake queue calls; `away`, there is no sidecar.

    Seen: waker/wake, waker/woken_while_running, waker/wake_at_a_moment,
    waker/a_moment_that_has_passed, waker/a_later_moment_replaces,
    waker/trace_is_kept_by_a_plain_wake.
    """

    def __init__(
        self, turn: Turn, clock: Clock, telemetry: Telemetry, *, reminder_every_s: float
    ) -> None:
        self.away = False
        self._turn = turn
        self._clock = clock
        self._telemetry = telemetry
        self._reminder_every_s = reminder_every_s
        self._one_at_a_time: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._reminders: dict[str, asyncio.Task[None]] = {}
        self._traces = 0

    async def work(self, subject_key: str, traceparent: str) -> None:
        """A call that fails is counted, and not repeated.

        Seen: waker/nobody_there, waker/a_turn_that_fails.
        """
        if self.away:
            self._telemetry.count("wakes_failed")
            return
        try:
            async with self._one_at_a_time[subject_key]:
                open_work = await self._turn(subject_key, self._forwarded(traceparent))
        except RuntimeError:
            self._telemetry.count("wakes_failed")
            return
        if open_work and subject_key not in self._reminders:
            reminding = asyncio.create_task(self._remind(subject_key), name=f"tick {subject_key}")
            self._reminders[subject_key] = reminding

    async def _remind(self, subject_key: str) -> None:
        """Seen: waker/reminded_while_there_is_work."""
        open_work = True
        while open_work:
            await self._clock.sleep(self._reminder_every_s)
            async with self._one_at_a_time[subject_key]:
                open_work = await self._turn(subject_key, "")
        del self._reminders[subject_key]

    def _forwarded(self, traceparent: str) -> str:
        """The caller's own, or a new one. Seen: waker/traceparent_goes_along."""
        self._traces += 1
        return traceparent or f"00-{self._traces:032x}-{self._traces:016x}-00"

    def stop(self) -> None:
        """End the reminders; whoever runs a simulation does it at the end."""
        for reminding in self._reminders.values():
            reminding.cancel()
