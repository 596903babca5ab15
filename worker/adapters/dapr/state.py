"""Documents in Dapr's plain state API, saved with ETag and first-write.

Seen on Redis: a stale ETag answers 409, a lost race to create answers 500, and a save of several
keys is not atomic: the fresh ones are written although the answer is 409. So after a failed save
of many each key is saved by itself, and only a clean answer counts as saved.

Seen on PostgreSQL: a bulk load whose connection dies under it answers 200 as if nothing were
there. So one key is asked for by itself, where an error is an error; and whoever takes many keys
for absent finds out when it creates them, because first-write refuses what exists.

Redis sets a time to live by a second command after the write: a save that wasn't answered may have
left a document without one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import orjson

from worker.adapters.dapr.sidecar import Sidecar, segment
from worker.engine.ports import Save, Stored, TransientError

PARALLELISM = 32  # reads of one bulk request at the store
SINGLE_SAVES_AT_ONCE = 16  # saves key by key after a failed save of many


class DaprStateStore:
    def __init__(self, sidecar: Sidecar, store: str) -> None:
        self._sidecar = sidecar
        self._path = f"/v1.0/state/{segment(store)}"

    async def load(self, keys: Sequence[str]) -> dict[str, Stored]:
        if not keys:
            return {}
        if len(keys) == 1:
            return await self._load_one(keys[0])
        request = {"keys": list(keys), "parallelism": PARALLELISM}
        answer = await self._sidecar.call("POST", f"{self._path}/bulk", orjson.dumps(request))
        if not answer.ok:
            raise TransientError(f"state store: load answered {answer.status}")
        stored: dict[str, Stored] = {}
        for item in answer.json() or []:
            if item.get("error"):
                raise TransientError(f"state store: {str(item['error'])[:200]}")
            if item.get("data") is not None and item.get("etag"):
                stored[item["key"]] = Stored(item["data"], item["etag"])
        return stored

    async def _load_one(self, key: str) -> dict[str, Stored]:
        answer = await self._sidecar.call("GET", f"{self._path}/{segment(key)}")
        if not answer.ok:
            raise TransientError(f"state store: load answered {answer.status}")
        if answer.status == 204 or not answer.etag:
            return {}
        return {key: Stored(answer.json(), answer.etag)}

    async def save(self, saves: Sequence[Save]) -> frozenset[str]:
        if not saves:
            return frozenset()
        answer = await self._post(saves)
        if answer:
            return frozenset(save.key for save in saves)
        if len(saves) == 1:
            return frozenset()
        limit = asyncio.Semaphore(SINGLE_SAVES_AT_ONCE)

        async def alone(save: Save) -> str | None:
            async with limit:
                return save.key if await self._post([save]) else None

        done = await asyncio.gather(*(alone(save) for save in saves))
        return frozenset(key for key in done if key is not None)

    async def delete(self, key: str, version: str) -> bool:
        answer = await self._sidecar.call(
            "DELETE",
            f"{self._path}/{segment(key)}",
            headers={"If-Match": version},
            query={"concurrency": "first-write"},
        )
        return answer.ok

    async def _post(self, saves: Sequence[Save]) -> bool:
        body = orjson.dumps([_item(save) for save in saves])
        return (await self._sidecar.call("POST", self._path, body)).ok


def _item(save: Save) -> dict[str, Any]:
    """One key of a save request; without an ETag, first-write only creates."""
    item: dict[str, Any] = {
        "key": save.key,
        "value": save.value,
        "options": {"concurrency": "first-write", "consistency": "strong"},
    }
    if save.version:
        item["etag"] = save.version
    if save.ttl_s is not None:
        item["metadata"] = {"ttlInSeconds": str(save.ttl_s)}
    return item
