"""Production: Kafka and state through the Dapr sidecar, one actor a subject, N replicas.

Both ports open first; everything that needs the sidecar or the cluster connects in the background,
because the sidecar itself waits for the app's port.
"""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Awaitable, Callable

from dapr.actor.runtime.runtime import ActorRuntime
from dapr.ext.fastapi import DaprActor
from fastapi import FastAPI, Request, Response

from worker.adapters.dapr.actor_calls import ActorCalls
from worker.adapters.dapr.actors import (
    OrjsonSerializer,
    PooledActorClient,
    incoming_traceparent,
    subject_actor,
)
from worker.adapters.dapr.delivery import delivery_router, subscription
from worker.adapters.dapr.publish import DaprDeadLetterTopic, DaprJournalTopic, Topic
from worker.adapters.dapr.sidecar import Sidecar
from worker.adapters.dapr.state import DaprStateStore
from worker.app import Adapters, Engine, build_engine
from worker.engine.delivery import Source
from worker.engine.ports import TransientError
from worker.engine.wake_queue import WakeQueue
from worker.interfaces.people import check_people, people_app
from worker.interfaces.serving import Listener, all_open, drain
from worker.outside import Outside, outside
from worker.settings import Settings
from worker.supervisor import Supervisor

HEALTH_PATH = "/healthz"  # the only path without a token: the sidecar's health check sends none
SIDECAR_CHECK_EVERY_S = 5.0
NOTICED_WITHIN_S = 1.0  # by then whoever balances the people's port has seen it unready


async def run_dapr(settings: Settings) -> None:
    """Serve until SIGTERM, then drain. Raises YamlFileError, PortTakenError."""
    check_people(settings)
    world = outside(settings)
    sidecar = Sidecar(
        http_port=settings.dapr_http_port,
        api_token=settings.dapr_api_token.get_secret_value(),
    )
    waker = WakeQueue(world.clock, world.telemetry, calls_at_once=settings.turns_at_once)
    engine = build_engine(_adapters(settings, world, sidecar, waker), settings)
    health = SidecarHealth(sidecar)
    checks: dict[str, Callable[[], bool]] = {
        "inventory": lambda: world.inventory.ready,
        "sidecar": lambda: health.ok,
    }
    draining = asyncio.Event()

    def ready() -> dict[str, bool]:
        found = {name: check() for name, check in checks.items()}
        return {**found, "serving": not draining.is_set()}

    app = await sidecar_app(engine, settings, sidecar, lambda: world.inventory.ready)
    people = people_app(engine, settings, ready, world.telemetry.registry)
    supervisor = Supervisor()
    listeners = [
        Listener(app, host="127.0.0.1", port=settings.sidecar_port, drain_s=settings.drain_s),
        Listener(
            people, host=settings.people_host, port=settings.people_port, drain_s=settings.drain_s
        ),
    ]
    serving = [
        supervisor.start(name, listener.serve())
        for name, listener in zip(("sidecar's port", "people's port"), listeners, strict=True)
    ]
    try:
        await all_open(listeners, serving)
        supervisor.start("inventory", world.inventory.run())
        supervisor.start("waker", waker.run(ActorCalls(sidecar, world.telemetry).work))
        supervisor.start("sweep", engine.sweep.forever())
        supervisor.start("playbooks", world.packs.run())
        supervisor.start("sidecar health", health.run())
        await supervisor.until_stopped()
        draining.set()
        await asyncio.sleep(min(NOTICED_WITHIN_S, settings.drain_s))
    finally:
        # Calls of ours end first: their turns run here or elsewhere, through our sidecar.
        await waker.stop(settings.drain_s / 2)
        await drain(listeners, serving, settings.drain_s / 2)
        await supervisor.end()
        await sidecar.close()
        await world.close()


def _adapters(settings: Settings, world: Outside, sidecar: Sidecar, waker: WakeQueue) -> Adapters:
    journal = Topic(sidecar, settings.journal_pubsub, settings.journal_topic)
    letters = Topic(sidecar, settings.journal_pubsub, settings.dead_letter_topic)
    return Adapters(
        store=DaprStateStore(sidecar, settings.state_store),
        cluster=world.api,
        inventory=world.inventory,
        kill_switch=world.kill_switch,
        journal=DaprJournalTopic(journal),
        dead_letter_topic=DaprDeadLetterTopic(letters),
        sinks=world.sinks,
        monitor=world.monitor,
        waker=waker,
        clock=world.clock,
        telemetry=world.telemetry,
        decode=world.decode,
        pack=world.packs.current,
        expressions=world.expressions,
        rules=world.rules,
        windows=world.windows,
    )


async def sidecar_app(
    engine: Engine, settings: Settings, sidecar: Sidecar, is_ready: Callable[[], bool]
) -> FastAPI:
    """What the sidecar calls: health, subscriptions, deliveries, actors."""
    app = FastAPI(title="aiops-operator sidecar port", openapi_url=None)

    @app.get(HEALTH_PATH)
    async def healthz() -> Response:
        return Response("ok")

    app.include_router(
        delivery_router(
            engine.accept.accept,
            [
                subscription(settings.alerts_pubsub, settings.alerts_topic, Source.ALERTS),
                subscription(
                    settings.ops_events_pubsub, settings.ops_events_topic, Source.OPS_EVENTS
                ),
            ],
            is_ready,
        )
    )
    actor = DaprActor(app)  # our /healthz is registered before its own, and so wins

    async def work(subject_key: str, traceparent: str) -> bool:
        return await engine.shell.work(subject_key, traceparent=traceparent)

    serializer = OrjsonSerializer()
    await actor.register_actor(
        subject_actor(work, settings.reminder_every_s),
        message_serializer=serializer,
        state_serializer=serializer,
        actor_client=PooledActorClient(sidecar),
    )
    assert "SubjectActor" in ActorRuntime.get_registered_actor_types()
    _guard(app, settings.app_api_token.get_secret_value())
    return app


def _guard(app: FastAPI, token: str) -> None:
    """The sidecar's token on every path but the health check's own, and the caller's trace."""

    @app.middleware("http")
    async def guard(
        request: Request, call_next: Callable[[Request], Awaitable[Response]]
    ) -> Response:
        raw_path = request.scope.get("raw_path", b"").decode("latin-1")
        if token and raw_path != HEALTH_PATH:
            given = request.headers.get("dapr-api-token", "")
            if not hmac.compare_digest(given.encode(), token.encode()):
                return Response("the sidecar's token is missing or wrong", 401)
        marked = incoming_traceparent.set(request.headers.get("traceparent", ""))
        try:
            return await call_next(request)
        finally:
            incoming_traceparent.reset(marked)


class SidecarHealth:
    """Whether the sidecar's components answer; part of readiness, never of liveness."""

    def __init__(self, sidecar: Sidecar) -> None:
        self._sidecar = sidecar
        self.ok = False

    async def run(self) -> None:
        while True:
            try:
                self.ok = (await self._sidecar.call("GET", "/v1.0/healthz/outbound")).ok
            except TransientError:
                self.ok = False
            await asyncio.sleep(SIDECAR_CHECK_EVERY_S if self.ok else 1.0)
