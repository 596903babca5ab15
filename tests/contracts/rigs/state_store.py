"""Stores to test: Redis behind Dapr, SQLite, and the simulation's."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Protocol

from tests.contracts.observing import until
from tests.lab.process import Process
from tests.simulation.fakes.memory_store import MemoryStore
from tests.simulation.fakes.virtual_time import VirtualClock
from worker.adapters.dapr.state import DaprStateStore
from worker.adapters.sqlite.store import SqliteStore
from worker.adapters.system_clock import SystemClock
from worker.engine.ports import Clock, StateStore, TransientError


class StoreRig(Protocol):
    @property
    def store(self) -> StateStore: ...

    @property
    def clock(self) -> Clock:
        """The one by which its documents expire."""

    def away(self) -> AbstractAsyncContextManager[None]:
        """Nothing keeps documents inside this block; afterwards everything is there again."""


class SidecarRig:
    """A store behind a sidecar; its server keeps port and data when it is killed and started."""

    def __init__(self, server: Process, store: DaprStateStore) -> None:
        self.store = store
        self.clock = SystemClock()
        self._server = server

    @asynccontextmanager
    async def away(self) -> AsyncIterator[None]:
        """Killed; what it had answered for is on its disk."""
        self._server.kill()
        try:
            yield
        finally:
            self._server.start()
        await until(self.clock, "the sidecar has found its server again", self._answers)

    async def _answers(self) -> bool:
        try:
            await self.store.load(["anything"])
        except TransientError:
            return False
        return True


class SqliteRig:
    def __init__(self, store: SqliteStore, path: Path) -> None:
        self.store = store
        self.clock = SystemClock()
        self._path = path

    @asynccontextmanager
    async def away(self) -> AsyncIterator[None]:
        """The table is renamed by another connection: every statement fails until it is back."""
        with sqlite3.connect(self._path) as other:
            other.execute("ALTER TABLE documents RENAME TO elsewhere")
        try:
            yield
        finally:
            with sqlite3.connect(self._path) as other:
                other.execute("ALTER TABLE elsewhere RENAME TO documents")


class MemoryRig:
    def __init__(self) -> None:
        self.store = MemoryStore()
        self.clock = VirtualClock()

    @asynccontextmanager
    async def away(self) -> AsyncIterator[None]:
        self.store.away = True
        try:
            yield
        finally:
            self.store.away = False
