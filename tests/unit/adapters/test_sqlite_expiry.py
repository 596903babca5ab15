"""Documents with a time to live in SQLite: gone at once, out of the file bit by bit."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from worker.adapters.sqlite.store import EXPIRED_PER_SAVE_MAX, SqliteStore
from worker.engine.ports import Save


@dataclass
class SetTime:
    now_s: float = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def time() -> SetTime:
    return SetTime()


@pytest.fixture
async def store(tmp_path: Path, time: SetTime) -> AsyncIterator[SqliteStore]:
    made = SqliteStore(tmp_path / "aiops.db", now_s=time)
    yield made
    await made.close()


def in_the_file(path: Path) -> set[str]:
    connection = sqlite3.connect(path)
    try:
        return {key for (key,) in connection.execute("SELECT key FROM documents")}
    finally:
        connection.close()


async def test_it_is_there_until_its_time_is_over(store: SqliteStore, time: SetTime) -> None:
    await store.save([Save("a", {"n": 1}, "", ttl_s=60), Save("b", {"n": 1}, "")])
    time.now_s += 59.5
    assert set(await store.load(["a", "b"])) == {"a", "b"}
    time.now_s += 0.5
    assert set(await store.load(["a", "b"])) == {"b"}


async def test_expired_it_can_only_be_created(store: SqliteStore, time: SetTime) -> None:
    await store.save([Save("a", {"n": 1}, "", ttl_s=60)])
    (before,) = (await store.load(["a"])).values()
    time.now_s += 60
    assert await store.save([Save("a", {"n": 2}, before.version, ttl_s=60)]) == frozenset()
    assert not await store.delete("a", before.version)
    assert await store.save([Save("a", {"n": 3}, "", ttl_s=60)]) == {"a"}
    assert (await store.load(["a"]))["a"].value == {"n": 3}
    assert await store.save([Save("a", {"n": 4}, "", ttl_s=60)]) == frozenset()


async def test_a_lost_save_changes_no_time(store: SqliteStore, time: SetTime) -> None:
    await store.save([Save("a", {"n": 1}, "", ttl_s=60)])
    assert await store.save([Save("a", {"n": 2}, "9", ttl_s=1000)]) == frozenset()
    assert await store.save([Save("a", {"n": 2}, "", ttl_s=1000)]) == frozenset()
    time.now_s += 60
    assert await store.load(["a"]) == {}


async def test_each_save_removes_some_that_have_expired(
    store: SqliteStore, time: SetTime, tmp_path: Path
) -> None:
    many = 2 * EXPIRED_PER_SAVE_MAX + 1
    for number in range(many):
        await store.save([Save(f"old-{number}", {"n": 1}, "", ttl_s=60)])
    await store.save([Save("kept", {"n": 1}, "")])
    time.now_s += 60
    left: list[int] = []
    for number in range(4):
        await store.save([Save(f"new-{number}", {"n": 1}, "", ttl_s=60)])
        names = in_the_file(tmp_path / "aiops.db")
        assert {"kept", f"new-{number}"} <= names
        left.append(sum(name.startswith("old-") for name in names))
    assert left == [1 + EXPIRED_PER_SAVE_MAX, 1, 0, 0]


async def test_others_pay_nothing_for_it(store: SqliteStore, time: SetTime, tmp_path: Path) -> None:
    await store.save([Save("old", {"n": 1}, "", ttl_s=60)])
    time.now_s += 60
    await store.save([Save("a", {"n": 1}, "")])
    assert in_the_file(tmp_path / "aiops.db") == {"old", "a"}


@pytest.fixture
def older(tmp_path: Path) -> Path:
    """A file as a version without expiry left it."""
    path = tmp_path / "older.db"
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute(
        "CREATE TABLE documents (key TEXT PRIMARY KEY, version INTEGER NOT NULL, "
        "value BLOB NOT NULL) WITHOUT ROWID"
    )
    connection.execute("INSERT INTO documents VALUES ('a', 7, '{\"n\": 1}')")
    connection.commit()
    connection.close()
    return path


async def test_an_older_file_is_brought_up_to_date(older: Path, time: SetTime) -> None:
    for _ in range(2):
        store = SqliteStore(older, now_s=time)
        found = await store.load(["a"])
        assert found["a"].value == {"n": 1}
        assert await store.save([Save("a", {"n": 1}, found["a"].version)]) == {"a"}
        assert await store.save([Save(f"b-{time.now_s}", {"n": 1}, "", ttl_s=60)])
        time.now_s += 60
        assert await store.load([f"b-{time.now_s - 60}"]) == {}
        await store.close()


async def test_an_older_file_can_be_read_as_it_is(older: Path) -> None:
    reader = SqliteStore(older, read_only=True)
    assert (await reader.load(["a", "b"]))["a"].value == {"n": 1}
    await reader.close()
    assert in_the_file(older) == {"a"}
