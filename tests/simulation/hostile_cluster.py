"""The API server as one host sees it: answers that get lost, come late, or never come."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from tests.simulation.hostile import Gated, Hostile
from tests.simulation.nemesis import LATE_MAX_S
from tests.simulation.parts import Applied, Shared
from worker.adapters.simulated.objects import controller, is_ready
from worker.engine.ports import (
    ApiAnswer,
    Json,
    ObjectRef,
    WriteRequest,
)

Objects = list[Json]
Key = tuple[str, str, str]
KNOWN_FOR_S = 120.0  # four sweeps: a sickness acknowledged so long ago is known by then


@dataclass(frozen=True, slots=True)
class Version:
    """How an object was when it was read: of one with a generation, whether its wishes are the
    same, of any, whether anything at all is."""

    uid: str
    resource_version: str
    generation: int

    def same(self, other: Version, request: WriteRequest) -> bool:
        """A JSON patch is fenced by the generation, anything else by the resourceVersion."""
        if isinstance(request.body, list) and self.generation:
            return (self.uid, self.generation) == (other.uid, other.generation)
        return (self.uid, self.resource_version) == (other.uid, other.resource_version)


@dataclass(frozen=True, slots=True)
class Look:
    """What a host knew of a write's target when it sent it, and how old its look at the service."""

    version: Version | None
    ago_s: float


class HostileCluster(Hostile):
    """Cluster and kill switch: both are the API server. What this host has read is noted, as it
    was when it was read last."""

    def __init__(self, host: Gated, shared: Shared) -> None:
        super().__init__(host, shared)
        self._read: dict[Key, Version] = {}
        self._looked_s: dict[tuple[str, str], float] = {}  # by namespace and app

    async def get(self, ref: ObjectRef) -> Json | None:
        self.shared.requests.append((self.host.name, "read", ref.name))
        await self.host.gate()
        if ref.name == self.shared.unanswered:
            await asyncio.get_running_loop().create_future()
        self.fails("read_fails", "get")
        self._looked_s[ref.namespace, ref.name.split("-")[0]] = self.shared.clock.now_s()
        found = await self.shared.cluster.get(ref)
        self._note(ref, [found] if found else [])
        await self.host.gate()
        return found

    async def list(self, ref: ObjectRef) -> Objects:
        await self.host.gate()
        self.fails("read_fails", "list")
        found = await self.shared.cluster.list(ref)
        self._note(ref, found)
        await self.host.gate()
        return found

    def _note(self, ref: ObjectRef, found: Objects) -> None:
        for one in found:
            metadata = one["metadata"]
            key = (ref.kind, metadata.get("namespace", ""), metadata["name"])
            self._read[key] = version_of(one)

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
        self.shared.requests.append((self.host.name, "write", request.intent_id))
        key = (request.ref.kind, request.ref.namespace, request.ref.name)
        subject = (request.ref.namespace, request.ref.name.split("-")[0])
        ago_s = self.shared.clock.now_s() - self._looked_s.get(subject, 0.0)
        answer = await self._sent(request, Look(self._read.get(key), ago_s))
        if answer.status == 0 and answer.sent:
            self.shared.requests.append((self.host.name, "unclear", request.intent_id))
        return answer

    async def _sent(self, request: WriteRequest, look: Look) -> ApiAnswer:
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
                nemesis.random.uniform(0.0, LATE_MAX_S), self._later, request, look
            )
            return ApiAnswer(0, {"message": "no answer"})
        answer = await self._apply(request, look)
        if nemesis.strikes("write_unanswered"):
            return ApiAnswer(0, {"message": "no answer"})
        await self.host.gate()
        return answer

    def _later(self, request: WriteRequest, look: Look) -> None:
        task = asyncio.ensure_future(self._apply(request, look))
        self.shared.late.append(task)

    async def _apply(self, request: WriteRequest, look: Look) -> ApiAnswer:
        durable = _names_intent(self.shared, request.intent_id, "subject-")
        claimed = _names_intent(self.shared, request.intent_id, "scope-")
        found, read = _now(self.shared, request.ref), look.version
        as_read = bool(found and read and version_of(found).same(read, request))
        ready = request.ref.kind == "Pod" and found is not None and is_ready(found)
        controlled = request.ref.kind != "Pod" or bool(found and controller(found))
        subject = (request.ref.namespace, request.ref.name.split("-")[0])
        before, others = self.shared.ready(subject), self.shared.disrupted(subject)
        answer = await self.shared.cluster.write(request)
        if 200 <= answer.status < 300:
            self.shared.applied.append(
                Applied(
                    self.shared.clock.now_s(), request, durable, claimed, as_read, ready,
                    controlled, self.shared.long_sick(KNOWN_FOR_S), self.shared.cluster.services(),
                    before, others, look.ago_s,
                )
            )  # fmt: skip
        return answer


def version_of(found: Json) -> Version:
    metadata = found["metadata"]
    return Version(metadata["uid"], metadata["resourceVersion"], metadata.get("generation", 0))


def _now(shared: Shared, ref: ObjectRef) -> Json | None:
    """The object as it truly is."""
    shared.cluster.world.advance()
    return shared.cluster.world.objects.get((ref.kind, ref.namespace, ref.name))


def _names_intent(shared: Shared, intent_id: str, prefix: str) -> bool:
    """Whether a stored document of these knows this intent, at this moment."""
    return any(intent_id.encode() in raw for raw in shared.store.raw(prefix))
