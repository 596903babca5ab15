"""StateStore on Redis behind Dapr, on SQLite, and on the simulation's memory."""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from tests.contracts.cases.state_store import CASES
from tests.contracts.observing import Note, observed
from tests.contracts.rigs.lab import version
from tests.contracts.rigs.state_store import MemoryRig, SidecarRig, SqliteRig, StoreRig
from tests.contracts.transcripts import Transcript
from tests.lab import Lab
from tests.lab.dapr import Sidecar as SidecarProcess
from tests.simulation.fakes import virtual_time
from worker.adapters.dapr.sidecar import Sidecar
from worker.adapters.dapr.state import DaprStateStore
from worker.adapters.sqlite.store import SqliteStore

REDIS, SQLITE = Transcript("state_store"), Transcript("state_store_sqlite")
Case = Callable[[StoreRig, Note], Awaitable[None]]
each = pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)


@pytest.mark.e2e
@each
async def test_real_redis_through_dapr(case: Case, lab: Lab, daprd: SidecarProcess) -> None:
    sidecar = Sidecar(http_port=daprd.http_port)
    try:
        seen = await observed(case, SidecarRig(lab.redis, DaprStateStore(sidecar, "state")))
    finally:
        await sidecar.close()
    REDIS.check_or_record(case.__name__, seen, version("daprd", "redis-server"))


@each
async def test_real_sqlite(case: Case, tmp_path: Path) -> None:
    path = tmp_path / "contract.db"
    store = SqliteStore(path)
    try:
        seen = await observed(case, SqliteRig(store, path))
    finally:
        await store.close()
    SQLITE.check_or_record(case.__name__, seen, f"SQLite {sqlite3.sqlite_version}")


@each
def test_fake_memory(case: Case) -> None:
    REDIS.check_recorded(case.__name__, virtual_time.run(observed(case, MemoryRig())))
