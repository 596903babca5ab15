"""Keeping the inventory true: every kind is listed once and then watched, metadata only, but for
autoscalers: what they scale stands in their spec.

Rules of this file: any doubt about the stream ends in a new list after a growing pause. One kind's
trouble never stops another kind.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Any, Protocol

from worker.adapters.kubernetes_inventory.memory import Key, Known, Memory
from worker.domain.document.identity import Target
from worker.engine.ports import Clock, Json, PermanentError, Telemetry, TransientError

AUTOSCALER = "HorizontalPodAutoscaler"
KINDS = (
    "Pod", "ReplicaSet", "Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob", AUTOSCALER,
)  # fmt: skip
OPTIONAL_KINDS = frozenset({"Job", "CronJob", AUTOSCALER})
"""Without the right to see them the rest still stands."""
SERVICE_KINDS = ("Deployment", "StatefulSet", "DaemonSet")
PAGES_MAX = 1000  # half a million objects of one kind; more is not a cluster but a fault
WATCH_TIMEOUT_S = 60  # the API server ends a watch then, and it is begun anew where it ended
WATCH_IDLE_MAX_S = 90.0  # a longer silence than a watch may last: the connection is dead
RETRY_FIRST_S, RETRY_MAX_S = 1.0, 30.0  # pause after a failure, doubled each time
METADATA_LIST = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
WHOLE = "application/json"
METADATA = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"
NOT_UNDERSTOOD = (KeyError, TypeError, AttributeError)  # an answer that is no list, or no event


class MetadataApi(Protocol):
    """What is needed of the API's connection. Both raise TransientError, PermanentError."""

    async def metadata_page(self, kind: str, *, accept: str, more: str) -> tuple[int, Json]: ...

    def watch(
        self, kind: str, *, accept: str, version: str, timeout_s: int, idle_max_s: float
    ) -> AsyncGenerator[Json]: ...


class KubernetesInventory:
    """Implements the domain's Inventory; `run` keeps it true until it is cancelled."""

    def __init__(self, api: MetadataApi, clock: Clock, telemetry: Telemetry) -> None:
        self._api = api
        self._clock = clock
        self._telemetry = telemetry
        self._memory = Memory()
        self._listed = {kind: asyncio.Event() for kind in KINDS}

    @property
    def ready(self) -> bool:
        """Every kind was listed once, or is optional and not to be had."""
        return all(event.is_set() for event in self._listed.values())

    async def wait_ready(self, timeout_s: float) -> bool:
        """Whether it became ready in time."""
        try:
            async with asyncio.timeout(timeout_s):
                for event in self._listed.values():
                    await event.wait()
        except TimeoutError:
            return False
        return True

    def owner_of_pod(self, namespace: str, pod: str) -> Target | None:
        return self._memory.owner_of_pod(namespace, pod, self._clock.now_s())

    def owner_of(self, namespace: str, kind: str, name: str) -> Target | None:
        find = self._memory.scaled_by if kind == AUTOSCALER else self._memory.owner_of
        return find(kind, namespace, name, self._clock.now_s())

    def workload(self, namespace: str, kind: str, name: str) -> Target | None:
        return self._memory.present(kind, namespace, name)

    def services(self) -> int | None:
        """Workloads that run all the time; None until all of them were listed."""
        return self._memory.count(SERVICE_KINDS) if self.ready else None

    async def run(self) -> None:
        """Keep up with every kind; ends only by cancellation."""
        async with asyncio.TaskGroup() as tasks:
            for kind in KINDS:
                tasks.create_task(self._keep(kind), name=f"inventory {kind}")

    async def _keep(self, kind: str) -> None:
        pause_s = RETRY_FIRST_S
        while True:
            try:
                version = await self._list(kind)
                while version:
                    version = await self._watch(kind, version)
                    pause_s = RETRY_FIRST_S
            except (TransientError, PermanentError) as error:
                if kind in OPTIONAL_KINDS and isinstance(error, PermanentError):
                    self._listed[kind].set()
                self._telemetry.count("inventory_failed", kind=kind)
            await self._clock.sleep(pause_s)
            pause_s = min(2 * pause_s, RETRY_MAX_S)

    async def _list(self, kind: str) -> str:
        """Replace all we know of this kind; the collection's resourceVersion."""
        found: dict[Key, Known] = {}
        more = ""
        for _ in range(PAGES_MAX):
            accept = WHOLE if kind == AUTOSCALER else METADATA_LIST
            status, page = await self._api.metadata_page(kind, accept=accept, more=more)
            if status != 200:
                raise _failed(f"list {kind}", status, page)
            try:
                found.update(_known(kind, one) for one in page["items"] or [])
                more = page["metadata"].get("continue") or ""
                version = str(page["metadata"]["resourceVersion"])
            except NOT_UNDERSTOOD as error:
                raise TransientError(f"list {kind}: its answer is not understood") from error
            if not more:
                self._memory.replace(kind, found, self._clock.now_s())
                self._listed[kind].set()
                return version
        raise TransientError(f"list {kind}: no end after {PAGES_MAX} pages")

    async def _watch(self, kind: str, version: str) -> str:
        """Follow changes; the version to go on from, "" when a new list is needed."""
        began_s = self._clock.monotonic_s()
        events = self._api.watch(
            kind,
            accept=WHOLE if kind == AUTOSCALER else METADATA,
            version=version,
            timeout_s=WATCH_TIMEOUT_S,
            idle_max_s=WATCH_IDLE_MAX_S,
        )
        async with aclosing(events):
            async for event in events:
                try:
                    if event["type"] == "ERROR":
                        if event["object"].get("code") == 410:  # too old to go on from
                            return ""
                        raise _failed(f"watch {kind}", event["object"].get("code"), event["object"])
                    version = self._apply(kind, event)
                except NOT_UNDERSTOOD as error:
                    raise TransientError(f"watch {kind}: an event is not understood") from error
        if self._clock.monotonic_s() - began_s < RETRY_FIRST_S:  # ended as soon as it began
            await self._clock.sleep(RETRY_FIRST_S)
        return version

    def _apply(self, kind: str, event: Mapping[str, Any]) -> str:
        metadata = event["object"]["metadata"]
        if event["type"] in ("ADDED", "MODIFIED"):
            self._memory.put(kind, *_known(kind, event["object"]))
        elif event["type"] == "DELETED":
            key = (metadata.get("namespace", ""), metadata["name"])
            self._memory.drop(kind, key, self._clock.now_s())
        return str(metadata["resourceVersion"])


def _known(kind: str, found: Json) -> tuple[Key, Known]:
    metadata = found["metadata"]
    namespace = metadata.get("namespace", "")
    if kind == AUTOSCALER:
        scaled = found["spec"]["scaleTargetRef"]
        target = Target(scaled["kind"], namespace, scaled["name"], "")
        return (namespace, metadata["name"]), Known(metadata["uid"], target)
    owners = (one for one in metadata.get("ownerReferences") or [] if one.get("controller"))
    owner = next((Target(one["kind"], namespace, one["name"], one["uid"]) for one in owners), None)
    return (namespace, metadata["name"]), Known(metadata["uid"], owner)


def _failed(what: str, status: int | None, body: Json) -> TransientError | PermanentError:
    words = f"{what}: HTTP {status} {body.get('message', '')}".strip()
    return PermanentError(words) if status in (401, 403, 404) else TransientError(words)
