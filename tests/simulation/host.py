"""One replica of the worker: the real engine on hostile ports, with a memory that can be lost.

Two hosts may run turns of one subject at the same time, as was seen with Dapr: nothing but the
store's compare-and-swap and the API server's fence stands between them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from tests.simulation.fakes.recording_telemetry import RecordingTelemetry
from tests.simulation.hostile import (
    HostileJournal,
    HostileMonitor,
    HostileRules,
    HostileSink,
    HostileStore,
    SkewedClock,
)
from tests.simulation.hostile_cluster import HostileCluster
from tests.simulation.parts import Shared
from worker.adapters.expressions.evaluator import CelExpressions
from worker.app import Adapters, build_engine
from worker.domain.incoming.json_text import decode
from worker.engine.delivery import Delivery
from worker.engine.wake_queue import WakeQueue
from worker.settings import Settings

LATENCY_MAX_S = 0.05  # of one call to a port


class Host:
    """Runs until it crashes; then whatever it was doing never goes on."""

    def __init__(self, shared: Shared, settings: Settings, name: str, skew_s: float) -> None:
        self.name = name
        self.dead = asyncio.Event()
        self.died_s: float | None = None
        self._shared = shared
        self._nemesis = shared.nemesis
        self.pack = shared.pack
        if shared.nemesis.strikes("pack_behind"):
            self.pack = replace(shared.pack, version=shared.pack.version - 1)
        self.telemetry = RecordingTelemetry()
        clock = SkewedClock(shared.clock, skew_s)
        self.wakes = WakeQueue(clock, self.telemetry, calls_at_once=settings.turns_at_once)
        cluster = HostileCluster(self, shared)
        adapters = Adapters(
            store=HostileStore(self, shared),
            cluster=cluster,
            inventory=shared.cluster,
            kill_switch=cluster,
            journal=HostileJournal(self, shared),
            dead_letter_topic=shared.dead_letters,
            sinks=[HostileSink(self, shared)],
            monitor=HostileMonitor(self, shared),
            waker=self.wakes,
            clock=clock,
            telemetry=self.telemetry,
            decode=lambda body: decode(body, depth_max=20, body_max_bytes=2**20),
            pack=lambda: self.pack,
            expressions=CelExpressions(),
            rules=HostileRules(self, shared),
        )
        self.engine = build_engine(adapters, settings)
        self._tasks: Sequence[asyncio.Task[Any]] = [
            asyncio.create_task(self.wakes.run(self._turn), name=f"{name} wakes"),
            asyncio.create_task(self.engine.sweep.forever(), name=f"{name} sweep"),
        ]

    async def gate(self) -> None:
        """Every call to a port passes here, before and after: time goes by, and it may end here."""
        await self._dead_end()
        if self._nemesis.strikes("crash"):
            self.dead.set()
            self.died_s = self._shared.clock.now_s()
        await self._dead_end()
        await asyncio.sleep(self._nemesis.random.uniform(0.0, LATENCY_MAX_S))
        await self._dead_end()

    async def accept(self, *deliveries: Delivery) -> list[bool]:
        durable = await self.engine.accept.accept(deliveries)
        return durable if self.alive else []

    async def _turn(self, subject_key: str, traceparent: str) -> None:
        if not self._nemesis.strikes("wake_lost"):
            await self.engine.shell.work(subject_key, traceparent=traceparent)

    @property
    def alive(self) -> bool:
        return not self.dead.is_set()

    async def _dead_end(self) -> None:
        if not self.alive:
            await asyncio.get_running_loop().create_future()

    def end(self) -> None:
        """At the end of the simulation."""
        for task in self._tasks:
            task.cancel()
