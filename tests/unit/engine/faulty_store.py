"""A real SQLite store that can be told to fail, to lose a race, or to be slow, and keeps a log.

What it does on being told was seen on the real stores: a lost compare-and-swap names the key as
not saved and the others as saved; a store that is away raises TransientError.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import Path

from worker.adapters.sqlite.store import SqliteStore
from worker.engine.ports import Json, Save, Stored, TransientError

Hook = Callable[[Sequence[Save]], Awaitable[None]]
LoadHook = Callable[[Sequence[str]], Awaitable[None]]


class FaultyStore:
    """`log` has each answered operation: ("load" or "save" or "delete", keys)."""

    def __init__(self, path: Path) -> None:
        self.real = SqliteStore(path)
        self.log: list[tuple[str, tuple[str, ...]]] = []
        self.loads_fail = False
        self.saves_fail = False
        self.hangs = False
        self.lost: list[str] = []  # key prefixes whose next save is overtaken by somebody else
        self.unanswered: list[str] = []  # key prefixes whose next save is done, and nobody knows
        self.unsavable = ""  # a key that never gets saved
        self.before_load: LoadHook | None = None
        self.before_save: Hook | None = None

    async def load(self, keys: Sequence[str]) -> dict[str, Stored]:
        await self._trouble(self.loads_fail)
        if self.before_load is not None:
            await self.before_load(keys)
        stored = await self.real.load(keys)
        self.log.append(("load", tuple(keys)))
        return stored

    async def save(self, saves: Sequence[Save]) -> frozenset[str]:
        await self._trouble(self.saves_fail)
        if self.before_save is not None:
            await self.before_save(saves)
        done = await self.real.save([self._overtaken(save) for save in saves])
        done -= {key for key in done if self._silent(key)}
        self.log.append(("save", tuple(sorted(done))))
        return done

    async def delete(self, key: str, version: str) -> bool:
        await self._trouble(self.saves_fail)
        done = await self.real.delete(key, version)
        self.log.append(("delete", (key,)))
        return done

    async def put(self, key: str, value: Json) -> None:
        """Write a document whatever is there."""
        found = (await self.real.load([key])).get(key)
        assert await self.real.save([Save(key, value, found.version if found else "")])

    def once_before_saving(self, key: str, happen: Callable[[], Awaitable[None]]) -> None:
        """Let this happen right before the first save of a document with this key."""

        async def hook(saves: Sequence[Save]) -> None:
            if any(one.key == key for one in saves):
                self.before_save = None
                await happen()

        self.before_save = hook

    def saved(self, prefix: str) -> int:
        """How many saves of keys with this prefix were answered as saved."""
        return sum(
            key.startswith(prefix) for kind, keys in self.log if kind == "save" for key in keys
        )

    def _overtaken(self, save: Save) -> Save:
        """The same save against a version that nobody has: it loses, as after somebody's save."""
        if save.key == self.unsavable:
            return replace(save, version="999999999")
        for prefix in self.lost:
            if save.key.startswith(prefix):
                self.lost.remove(prefix)
                return replace(save, version="999999999")
        return save

    def _silent(self, key: str) -> bool:
        """Whether this save's answer gets lost."""
        for prefix in self.unanswered:
            if key.startswith(prefix):
                self.unanswered.remove(prefix)
                return True
        return False

    async def _trouble(self, fails: bool) -> None:
        if self.hangs:
            await asyncio.Event().wait()
        if fails:
            raise TransientError("store: away")

    async def close(self) -> None:
        await self.real.close()
