"""Who owns which pod, from memory: every workload and pod, listed once and then watched.

Only metadata is read. What vanished is remembered for hours: an alert about a pod that is gone
still finds its owner.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, Protocol

from worker.domain.identity import Target
from worker.engine.ports import Clock, Json, PermanentError, Telemetry, TransientError

KINDS = ("Pod", "ReplicaSet", "Deployment", "StatefulSet", "DaemonSet", "Job")
VANISHED_KEPT_S = 6 * 3600.0
VANISHED_MAX = 20000  # objects; the oldest are forgotten first
CHAIN_MAX = 5  # owners above a pod; a longer chain is a loop
WATCH_TIMEOUT_S = 240  # the API server ends a watch then, and it is begun anew
RETRY_S = 2.0
LINE_MAX_BYTES = 4 * 1024 * 1024  # one watch event
METADATA_LIST = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
METADATA = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"

Key = tuple[str, str, str]


class MetadataApi(Protocol):
    """What is needed of the API's connection."""

    def path(self, kind: str) -> str: ...

    async def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str],
        headers: Mapping[str, str],
    ) -> tuple[int, Mapping[str, str], Json]: ...

    async def session(self) -> tuple[Any, str, dict[str, str]]: ...


class KubernetesInventory:
    """Implements the domain's Inventory; `run` keeps it true until it is cancelled."""

    def __init__(self, api: MetadataApi, clock: Clock, telemetry: Telemetry) -> None:
        self._api = api
        self._clock = clock
        self._telemetry = telemetry
        self._uids: dict[Key, str] = {}
        self._owners: dict[Key, Key | None] = {}
        self._vanished: OrderedDict[Key, tuple[float, str, Key | None]] = OrderedDict()
        self._listed = {kind: asyncio.Event() for kind in KINDS}

    @property
    def ready(self) -> bool:
        """Every kind was listed once."""
        return all(event.is_set() for event in self._listed.values())

    def owner_of_pod(self, namespace: str, pod: str) -> Target | None:
        key: Key = ("Pod", namespace, pod)
        uid = self._uid(key)
        if uid is None:
            return None
        for _ in range(CHAIN_MAX):
            owner = self._owner(key)
            if owner is None:
                break
            key, uid = owner, self._uid(owner) or ""
        return Target(key[0], key[1], key[2], uid or "")

    def workload(self, namespace: str, kind: str, name: str) -> Target | None:
        uid = self._uids.get((kind, namespace, name))
        return None if uid is None else Target(kind, namespace, name, uid)

    async def run(self) -> None:
        """Watch every kind; ends only by cancellation."""
        async with asyncio.TaskGroup() as tasks:
            for kind in KINDS:
                tasks.create_task(self._keep(kind), name=f"inventory {kind}")

    async def _keep(self, kind: str) -> None:
        while True:
            try:
                version = await self._list(kind)
                while version:
                    version = await self._watch(kind, version)
            except (TransientError, PermanentError):
                self._telemetry.count("inventory_failed", kind=kind)
                await self._clock.sleep(RETRY_S)

    async def _list(self, kind: str) -> str:
        """Replace all we know of this kind; the collection's resourceVersion."""
        found: list[Json] = []
        query = {"limit": "500"}
        while True:
            status, _, page = await self._api.request(
                "GET",
                self._api.path(kind),
                query=query,
                headers={"Accept": METADATA_LIST},
            )
            if status != 200:
                raise TransientError(f"list {kind}: HTTP {status} {page.get('message', '')}")
            found += page.get("items") or []  # null when there are none
            metadata = page["metadata"]
            if not metadata.get("continue"):
                break
            query = {"limit": "500", "continue": metadata["continue"]}
        present = {self._put(kind, one["metadata"]) for one in found}
        for key in [k for k in self._uids if k[0] == kind and k not in present]:
            self._drop(key)
        self._listed[kind].set()
        version: str = metadata["resourceVersion"]
        return version

    async def _watch(self, kind: str, version: str) -> str:
        """Follow changes; the version to go on from, "" when a new list is needed."""
        import aiohttp
        import orjson

        session, base, authorization = await self._api.session()
        try:
            async with session.get(
                f"{base}{self._api.path(kind)}",
                params={
                    "watch": "1",
                    "resourceVersion": version,
                    "allowWatchBookmarks": "true",
                    "timeoutSeconds": str(WATCH_TIMEOUT_S),
                },
                headers={"Accept": METADATA, **authorization},
                timeout=aiohttp.ClientTimeout(total=None, sock_read=WATCH_TIMEOUT_S + 30),
                read_bufsize=LINE_MAX_BYTES,
            ) as answer:
                if answer.status != 200:
                    return ""
                async for line in answer.content:
                    event = orjson.loads(line)
                    if event["type"] == "ERROR":
                        return ""
                    version = self._apply(kind, event) or version
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            raise TransientError(f"watch {kind}: {type(error).__name__}") from error
        return version

    def _apply(self, kind: str, event: Mapping[str, Any]) -> str:
        metadata = event["object"]["metadata"]
        if event["type"] == "DELETED":
            self._drop((kind, metadata.get("namespace", ""), metadata["name"]))
        elif event["type"] in ("ADDED", "MODIFIED"):
            self._put(kind, metadata)
        version: str = metadata.get("resourceVersion", "")
        return version

    def _put(self, kind: str, metadata: Json) -> Key:
        namespace = metadata.get("namespace", "")
        key: Key = (kind, namespace, metadata["name"])
        self._uids[key] = metadata["uid"]
        self._owners[key] = next(
            (
                (one["kind"], namespace, one["name"])
                for one in metadata.get("ownerReferences") or []
                if one.get("controller")
            ),
            None,
        )
        return key

    def _drop(self, key: Key) -> None:
        uid = self._uids.pop(key, None)
        owner = self._owners.pop(key, None)
        if uid is None:
            return
        now_s = self._clock.now_s()
        self._vanished.pop(key, None)
        self._vanished[key] = (now_s, uid, owner)
        while self._vanished:
            oldest = next(iter(self._vanished))
            too_old = self._vanished[oldest][0] < now_s - VANISHED_KEPT_S
            if not too_old and len(self._vanished) <= VANISHED_MAX:
                break
            del self._vanished[oldest]

    def _uid(self, key: Key) -> str | None:
        uid = self._uids.get(key)
        if uid is None and key in self._vanished:
            return self._vanished[key][1]
        return uid

    def _owner(self, key: Key) -> Key | None:
        if key in self._owners:
            return self._owners[key]
        vanished = self._vanished.get(key)
        return vanished[2] if vanished else None
