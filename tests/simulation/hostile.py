"""The ports of one host, failing as the real parts were seen to fail.

Rules of this file: what is lost on the way there never happened, what is lost on the way back did;
a call that is cut off at the host's end may still take effect.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol

import orjson

from tests.simulation.nemesis import LATE_MAX_S
from tests.simulation.parts import Applied, Shared
from worker.adapters.simulated.objects import is_ready
from worker.domain.journal import Entry
from worker.domain.outbox import Notice
from worker.engine.ports import (
    ApiAnswer,
    Clock,
    Json,
    ObjectRef,
    Save,
    Stored,
    TransientError,
    WriteRequest,
)

Objects = list[Json]
KNOWN_FOR_S = 60.0  # a sickness acknowledged so long ago is known wherever something is decided


class Gated(Protocol):
    async def gate(self) -> None: ...


class SkewedClock:
    def __init__(self, clock: Clock, skew_s: float) -> None:
        self._clock = clock
        self._skew_s = skew_s

    def now_s(self) -> float:
        return self._clock.now_s() + self._skew_s

    def monotonic_s(self) -> float:
        return self._clock.monotonic_s()

    async def sleep(self, seconds: float) -> None:
        await self._clock.sleep(seconds)


class Hostile:
    def __init__(self, host: Gated, shared: Shared) -> None:
        self.host = host
        self.shared = shared

    def fails(self, fault: str, what: str) -> None:
        if self.shared.nemesis.strikes(fault):
            raise TransientError(f"{what}: made to fail")


class HostileStore(Hostile):
    async def load(self, keys: Sequence[str]) -> dict[str, Stored]:
        await self.host.gate()
        self.fails("load_fails", "load")
        loaded = await self.shared.store.load(keys)
        await self.host.gate()
        return loaded

    async def save(self, saves: Sequence[Save]) -> frozenset[str]:
        await self.host.gate()
        self.fails("save_fails", "save")
        # Encoded here, so that nothing in the store is shared with a memory that may be lost.
        frozen = [replace(one, value=orjson.loads(orjson.dumps(one.value))) for one in saves]
        saved = await self.shared.store.save(frozen)
        self.fails("save_unanswered", "save")
        await self.host.gate()
        return saved

    async def delete(self, key: str, version: str) -> bool:
        await self.host.gate()
        done = await self.shared.store.delete(key, version)
        await self.host.gate()
        return done


class HostileCluster(Hostile):
    """Cluster and kill switch: both are the API server."""

    async def get(self, ref: ObjectRef) -> Json | None:
        await self.host.gate()
        self.fails("read_fails", "get")
        found = await self.shared.cluster.get(ref)
        await self.host.gate()
        return found

    async def list(self, ref: ObjectRef) -> Objects:
        await self.host.gate()
        self.fails("read_fails", "list")
        found = await self.shared.cluster.list(ref)
        await self.host.gate()
        return found

    async def server_time_s(self) -> float:
        await self.host.gate()
        return await self.shared.cluster.server_time_s()

    async def is_set(self) -> bool:
        await self.host.gate()
        self.fails("read_fails", "kill switch")
        stopped = await self.shared.cluster.is_set()
        await self.host.gate()
        return stopped

    async def write(self, request: WriteRequest) -> ApiAnswer:
        if (since_s := self.shared.stopped_since_s) is not None:
            late_s = self.shared.clock.now_s() - since_s
            self.shared.sent_while_stopped.append((request.intent_id, late_s))
        await self.host.gate()
        nemesis = self.shared.nemesis
        if nemesis.strikes("write_not_sent"):
            return ApiAnswer(0, {"message": "refused"}, sent=False)
        if nemesis.strikes("write_unavailable"):
            return ApiAnswer(503, {"message": "unavailable"})
        if nemesis.strikes("write_throttled"):
            return ApiAnswer(429, {"message": "too many requests"}, retry_after_s=2.0)
        if nemesis.strikes("write_late"):
            asyncio.get_running_loop().call_later(
                nemesis.random.uniform(0.0, LATE_MAX_S), self._later, request
            )
            return ApiAnswer(0, {"message": "no answer"})
        answer = await self._apply(request)
        if nemesis.strikes("write_unanswered"):
            return ApiAnswer(0, {"message": "no answer"})
        await self.host.gate()
        return answer

    def _later(self, request: WriteRequest) -> None:
        task = asyncio.ensure_future(self._apply(request))
        self.shared.late.append(task)

    async def _apply(self, request: WriteRequest) -> ApiAnswer:
        durable = _names_intent(self.shared, request.intent_id)
        ready = _is_ready_pod(self.shared, request.ref)
        answer = await self.shared.cluster.write(request)
        if 200 <= answer.status < 300:
            self.shared.applied.append(
                Applied(
                    self.shared.clock.now_s(), request, durable, ready,
                    self.shared.long_sick(KNOWN_FOR_S), self.shared.cluster.services(),
                )
            )  # fmt: skip
        return answer


class HostileMonitor(Hostile):
    async def states(self, fingerprints: Sequence[str]) -> Mapping[str, str]:
        await self.host.gate()
        self.fails("monitor_fails", "monitor")
        return await self.shared.monitor.states(fingerprints)


class HostileSink(Hostile):
    name = "webhook"

    async def deliver(self, notice: Notice, subject: str) -> str:
        await self.host.gate()
        self.fails("sink_fails", "sink")
        receipt = await self.shared.sink.deliver(notice, subject)
        await self.host.gate()
        return receipt


class HostileJournal(Hostile):
    async def publish(self, subject: str, entries: Sequence[Entry]) -> None:
        for entry in entries:
            await self.host.gate()
            self.fails("journal_fails", "journal")
            await self.shared.journal.publish(subject, [entry])


def _is_ready_pod(shared: Shared, ref: ObjectRef) -> bool:
    """Whether it is a pod that has become well by now."""
    shared.cluster.world.advance()
    found = shared.cluster.world.objects.get((ref.kind, ref.namespace, ref.name))
    return ref.kind == "Pod" and found is not None and is_ready(found)


def _names_intent(shared: Shared, intent_id: str) -> bool:
    """Whether a stored document knows this intent, at this moment."""
    return any(intent_id.encode() in raw for raw in shared.store.raw("subject-"))
