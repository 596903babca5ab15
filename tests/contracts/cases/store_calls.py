"""What the cases of a StateStore do again and again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from worker.engine.ports import Save, StateStore


async def version_of(store: StateStore, key: str) -> str:
    found = await store.load([key])
    return found[key].version if key in found else ""


async def values(store: StateStore, *keys: str) -> Mapping[str, Any]:
    return {key: one.value.get("by") for key, one in sorted((await store.load(keys)).items())}


async def write(
    store: StateStore, key: str, by: str, version: str = "", *, ttl_s: int | None = None
) -> bool:
    return key in await store.save([Save(key, {"by": by}, version, ttl_s)])
