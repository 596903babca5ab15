"""Embedded mode: the whole worker in one process, SQLite instead of Kafka and Dapr.

The same engine and the same rules; its one limit is that there is only one of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from worker.adapters.sqlite.store import SqliteStore
from worker.adapters.sqlite.topics import SilentDeadLetterTopic, SqliteJournal
from worker.adapters.telemetry import OtelTelemetry
from worker.app import Adapters, Engine, build_engine
from worker.domain.calendar.window import Window
from worker.domain.playbooks.pack import Pack
from worker.engine.delivery import Decode
from worker.engine.ports import (
    Clock,
    ClusterApi,
    Expressions,
    Inventory,
    KillSwitch,
    Monitor,
    Rules,
    Sink,
    Telemetry,
)
from worker.engine.wake_queue import WakeQueue
from worker.interfaces.people import check_people, people_app
from worker.interfaces.serving import Listener, drain
from worker.outside import Outside, outside
from worker.settings import Settings
from worker.supervisor import Supervisor


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The ports that embedded mode does not choose: of a real cluster, or a simulated one."""

    cluster: ClusterApi
    inventory: Inventory
    kill_switch: KillSwitch
    monitor: Monitor | None
    sinks: list[Sink]
    clock: Clock
    telemetry: Telemetry
    decode: Decode
    pack: Callable[[], Pack]
    expressions: Expressions
    rules: Rules | None = None
    windows: tuple[Window, ...] = ()


@dataclass(frozen=True, slots=True)
class Embedded:
    """An engine on SQLite with what wakes it."""

    engine: Engine
    store: SqliteStore
    waker: WakeQueue

    async def work(self, subject_key: str, traceparent: str) -> bool:
        return await self.engine.shell.work(subject_key, traceparent=traceparent)

    async def close(self) -> None:
        await self.store.close()


def embed(settings: Settings, around: Surroundings) -> Embedded:
    """Build the engine on the settings' database. Raises DatabaseInUseError."""
    store = SqliteStore(settings.database)
    waker = WakeQueue(around.clock, around.telemetry, calls_at_once=settings.turns_at_once)
    adapters = Adapters(
        store=store,
        cluster=around.cluster,
        inventory=around.inventory,
        kill_switch=around.kill_switch,
        journal=SqliteJournal(store),
        dead_letter_topic=SilentDeadLetterTopic(),
        sinks=around.sinks,
        monitor=around.monitor,
        waker=waker,
        clock=around.clock,
        telemetry=around.telemetry,
        decode=around.decode,
        pack=around.pack,
        expressions=around.expressions,
        rules=around.rules,
        windows=around.windows,
    )
    return Embedded(build_engine(adapters, settings), store, waker)


async def run_embedded(settings: Settings) -> None:
    """Serve until SIGTERM. Raises DatabaseInUseError, YamlFileError, PortTakenError."""
    check_people(settings)
    world = outside(settings)
    try:
        await _serve(settings, world)
    finally:
        await world.close()


async def _serve(settings: Settings, world: Outside) -> None:
    embedded = embed(
        settings,
        Surroundings(
            cluster=world.api,
            inventory=world.inventory,
            kill_switch=world.kill_switch,
            monitor=world.monitor,
            sinks=list(world.sinks),
            clock=world.clock,
            telemetry=world.telemetry,
            decode=world.decode,
            pack=world.packs.current,
            expressions=world.expressions,
            rules=world.rules,
            windows=world.windows,
        ),
    )
    supervisor = Supervisor()
    listener = listen(settings, embedded, world.telemetry, lambda: world.inventory.ready)
    serving = supervisor.start("people's port", listener.serve())
    supervisor.start("inventory", world.inventory.run())
    supervisor.start("turns", embedded.waker.run(embedded.work))
    supervisor.start("sweep", embedded.engine.sweep.forever())
    supervisor.start("playbooks", world.packs.run())
    try:
        await supervisor.until_stopped()
    finally:
        await embedded.waker.stop(settings.drain_s)
        await drain([listener], [serving], settings.drain_s)
        await supervisor.end()
        await embedded.close()


def listen(
    settings: Settings,
    embedded: Embedded,
    telemetry: OtelTelemetry,
    inventory_ready: Callable[[], bool],
) -> Listener:
    """The people's listener; what comes before the inventory is ready is asked for again."""
    app = people_app(
        embedded.engine, settings, lambda: {"inventory": inventory_ready()}, telemetry.registry
    )
    return Listener(
        app, host=settings.people_host, port=settings.people_port, drain_s=settings.drain_s
    )
