"""The engine's wake queue in front of an actor behind a real sidecar, a turn, a simulated actor."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from types import SimpleNamespace
from typing import cast

from tests.contracts.observing import WITHIN_S
from tests.contracts.rigs.lab import APP_ID
from tests.contracts.rigs.turns import Turn
from tests.lab import Lab
from tests.simulation.fakes.recording_telemetry import RecordingTelemetry
from tests.simulation.fakes.simulated_actors import SimulatedActors
from tests.simulation.fakes.virtual_time import VirtualClock
from worker.adapters.dapr.actor_calls import ActorCalls
from worker.adapters.dapr.sidecar import Sidecar
from worker.adapters.system_clock import SystemClock
from worker.app import Engine
from worker.engine.ports import Clock, Waker
from worker.engine.wake_queue import Call, WakeQueue
from worker.interfaces.serving import Listener
from worker.runtime_dapr import sidecar_app
from worker.settings import Settings

AT_ONCE = 4
REMINDER_EVERY_S = 1
DRAIN_S = 5.0


async def _idle(turn: Turn) -> bool:
    return False


class Turns:
    """Turns that begin, and what they do."""

    waker: Waker
    quiet_s = 1.0

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.telemetry = RecordingTelemetry()
        self.turns: list[Turn] = []
        self.work: Callable[[Turn], Awaitable[bool]] = _idle

    def queue(self, call: Call) -> WakeQueue:
        """A queue in front of this way to run turns."""
        made = WakeQueue(self.clock, self.telemetry, calls_at_once=AT_ONCE)
        self._queue, self._running = made, asyncio.create_task(made.run(call))
        return made

    async def began(self, subject: str, traceparent: str) -> bool:
        turn = Turn(subject, traceparent, self.clock.now_s())
        self.turns.append(turn)
        return await self.work(turn)

    def failed(self) -> int:
        return self.telemetry.total("wakes_failed")

    async def close(self) -> None:
        await self._queue.stop(WITHIN_S)
        self._running.cancel()
        with suppress(asyncio.CancelledError):
            await self._running


class LocalTurns(Turns):
    quiet_s = 0.25  # nothing but this process is in between

    def __init__(self) -> None:
        super().__init__(SystemClock())
        self.waker = self.queue(self.began)

    async def cut_off(self) -> None:
        raise AssertionError("there is nobody in between")


class SimulatedTurns(Turns):
    def __init__(self) -> None:
        super().__init__(VirtualClock())
        self._actors = SimulatedActors(
            self.began, self.clock, self.telemetry, reminder_every_s=REMINDER_EVERY_S
        )
        self.waker = self.queue(self._actors.work)

    async def cut_off(self) -> None:
        self._actors.away = True

    async def close(self) -> None:
        await super().close()
        self._actors.stop()


class ActorApp:
    """The worker's own app behind a sidecar, with the turn of whichever case runs now."""

    def __init__(self, http_port: int) -> None:
        self.http_port = http_port
        self.turns: DaprTurns | None = None

    async def work(self, subject_key: str, *, traceparent: str) -> bool:
        case, _, subject = subject_key.partition("-")
        if self.turns is None or case != self.turns.case:
            return False  # a reminder of an earlier case
        return await self.turns.began(subject, traceparent)


class DaprTurns(Turns):
    """Actors outlive their cases, so their ids begin with the case's name."""

    def __init__(self, lab: Lab, app: ActorApp, case: str) -> None:
        super().__init__(SystemClock())
        self.case = case
        self._lab = lab
        app.turns = self
        self._open(app.http_port)

    def _open(self, http_port: int) -> None:
        self._sidecar = Sidecar(http_port=http_port)
        calls = ActorCalls(self._sidecar, self.telemetry)

        async def call(subject: str, traceparent: str) -> None:
            await calls.work(f"{self.case}-{subject}", traceparent)

        self.waker = self.queue(call)

    async def cut_off(self) -> None:
        await self.close()
        self._open(self._lab.free_port())

    async def close(self) -> None:
        await super().close()
        await self._sidecar.close()


@asynccontextmanager
async def actor_app(lab: Lab, resources: Path) -> AsyncIterator[ActorApp]:
    """The sidecar's port of the worker, served in this process, and a sidecar that knows it."""
    port = lab.free_port()
    daprd = lab.start_daprd(app_id=APP_ID, app_port=port, resources=resources)
    app = ActorApp(daprd.http_port)
    parts = SimpleNamespace(accept=SimpleNamespace(accept=None), shell=app)
    sidecar = Sidecar(http_port=daprd.http_port)
    served = await sidecar_app(
        cast(Engine, parts), Settings(reminder_every_s=REMINDER_EVERY_S), sidecar, lambda: False
    )
    listener = Listener(served, host="127.0.0.1", port=port, drain_s=DRAIN_S)
    serving = asyncio.create_task(listener.serve())
    await listener.opened()
    await asyncio.to_thread(daprd.wait_ready)
    try:
        yield app
    finally:
        listener.should_exit = True
        await serving
        await sidecar.close()
        await asyncio.to_thread(daprd.stop)
