"""Both sides of the turn benchmark: the worker's own actor, and a bare one with the same calls.

The worker's side runs the real engine through the real sidecar, on a simulated cluster, so that
no API server is measured. The bare side repeats the sidecar calls that the worker's side was
counted to make for one turn, with documents of the same size, and does nothing else.
"""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import Mapping

import orjson
import uvicorn
from dapr.ext.fastapi import DaprActor
from fastapi import FastAPI, Request, Response

from benchmarks.still_cluster import StillCluster
from worker.adapters.dapr.actors import OrjsonSerializer, PooledActorClient, subject_actor
from worker.adapters.dapr.publish import DaprDeadLetterTopic, DaprJournalTopic, Topic
from worker.adapters.dapr.sidecar import Answer, Sidecar
from worker.adapters.dapr.state import DaprStateStore
from worker.adapters.expressions.evaluator import CelExpressions
from worker.adapters.system_clock import SystemClock
from worker.adapters.telemetry import OtelTelemetry, set_up_logging
from worker.app import Adapters, Engine, build_engine
from worker.domain.incoming.json_text import decode
from worker.engine.delivery import Delivery, Source
from worker.engine.ports import Save
from worker.packs import read_pack
from worker.settings import Settings

SUBJECTS = 300
NAMESPACE = "bench"
REMINDER_EVERY_S = 3600  # far beyond the benchmark: reminders are not what is measured


class CountingSidecar(Sidecar):
    """Counts calls by kind while a turn runs."""

    def __init__(self, *, http_port: int) -> None:
        super().__init__(http_port=http_port)
        self.calls: Counter[str] = Counter()

    async def call(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
    ) -> Answer:
        load = path.endswith("/bulk") or method == "GET"
        kind = "load" if load else path.split("/")[2]
        self.calls[kind] += 1
        return await super().call(method, path, body, headers=headers, query=query)


class SilentWaker:
    """Nothing is woken: every turn of the benchmark is called from outside."""

    def wake(self, subject_key: str, *, traceparent: str = "") -> None:
        return

    def wake_at(self, subject_key: str, at_s: float) -> None:
        return


def build_worker(sidecar: Sidecar) -> Engine:
    cluster = StillCluster(SystemClock())
    cluster.world.nodes["node"] = True
    for number in range(SUBJECTS):
        cluster.world.deploy(f"{NAMESPACE}-{number}", "service", replicas=1, image="app:1")
    cluster.world.advance()
    topic, pack = Topic(sidecar, "kafka-journal", "remediation-journal"), read_pack()
    adapters = Adapters(
        store=DaprStateStore(sidecar, "state"),
        cluster=cluster,
        inventory=cluster,
        kill_switch=cluster,
        journal=DaprJournalTopic(topic),
        dead_letter_topic=DaprDeadLetterTopic(topic),
        sinks=[],
        monitor=None,
        waker=SilentWaker(),
        clock=SystemClock(),
        telemetry=OtelTelemetry(),
        decode=lambda body: decode(body, depth_max=20, body_max_bytes=2**20),
        pack=lambda: pack,
        expressions=CelExpressions(),
    )
    return build_engine(adapters, Settings())


async def prepare(engine: Engine, run: str) -> None:
    """One fresh alert for each subject, accepted and durable."""
    alerts = [
        {
            "labels": {
                "alertname": f"KubePodNotReady{run}",
                "namespace": f"{NAMESPACE}-{number}",
                "deployment": "service",
            },
            "annotations": {"description": "x" * 500},
        }
        for number in range(SUBJECTS)
    ]
    deliveries = [Delivery(orjson.dumps(one), Source.ALERTS) for one in alerts]
    assert all(await engine.accept.accept(deliveries))


class Bare:
    """The same calls, counted for the worker, and a document of the same size."""

    def __init__(self, sidecar: Sidecar) -> None:
        self._store = DaprStateStore(sidecar, "state")
        self._topic = Topic(sidecar, "kafka-journal", "remediation-journal")
        self.per_turn: dict[str, int] = {}
        self._value = {"filler": "x" * 4000}

    async def work(self, key: str, _traceparent: str) -> bool:
        version = ""
        for _ in range(self.per_turn.get("load", 0)):
            found = await self._store.load([f"bare-{key}"])
            version = found[f"bare-{key}"].version if found else ""
        for _ in range(self.per_turn.get("state", 0)):
            await self._store.save([Save(f"bare-{key}", self._value, version)])
            version = ""
        for number in range(self.per_turn.get("publish", 0)):
            event = {"specversion": "1.0", "type": "bare", "source": "/bare", "id": str(number),
                     "data": {"filler": "x" * 400}}  # fmt: skip
            await self._topic.send(event, key)
        return False


async def serve() -> None:
    port, dapr_port = int(os.environ["BENCH_PORT"]), int(os.environ["DAPR_HTTP_PORT"])
    app = FastAPI(openapi_url=None)
    sidecar = CountingSidecar(http_port=dapr_port)
    engine = build_worker(sidecar)
    bare = Bare(sidecar)
    kind = {"now": "worker"}

    async def work(key: str, traceparent: str) -> bool:
        if kind["now"] == "bare":
            return await bare.work(key, traceparent)
        await engine.shell.work(key, traceparent=traceparent)
        return False

    @app.get("/healthz")
    async def healthz() -> Response:
        return Response("ok")

    @app.get("/dapr/subscribe")
    async def subscriptions() -> list[str]:
        return []

    @app.post("/prepare/{run}")
    async def prepared(run: str) -> Response:
        await prepare(engine, run)
        sidecar.calls.clear()
        kind["now"] = "worker"
        return Response("ok")

    @app.post("/bare")
    async def become_bare(request: Request) -> Response:
        bare.per_turn = orjson.loads(await request.body())
        kind["now"] = "bare"
        return Response("ok")

    @app.get("/calls")
    async def calls() -> dict[str, int]:
        return dict(sidecar.calls)

    actor = DaprActor(app)
    serializer = OrjsonSerializer()
    await actor.register_actor(
        subject_actor(work, REMINDER_EVERY_S),
        message_serializer=serializer,
        state_serializer=serializer,
        actor_client=PooledActorClient(sidecar),
    )
    config = uvicorn.Config(app, host="127.0.0.1", port=port, log_level="warning")
    await uvicorn.Server(config).serve()


if __name__ == "__main__":
    set_up_logging(console=False)
    asyncio.run(serve())
