"""One SQLite file: compare-and-swap key by key, and what SQLite was told about durability."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from worker.adapters.sqlite.store import KEYS_PER_QUERY, DatabaseInUseError, SqliteStore
from worker.engine.ports import Save, Stored, TransientError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "aiops.db"


@pytest.fixture
async def store(path: Path) -> AsyncIterator[SqliteStore]:
    opened = SqliteStore(path)
    yield opened
    await opened.close()


async def test_the_pragmas_are_really_set(store: SqliteStore) -> None:
    """On the very connection that saves: `synchronous` is a property of the connection."""

    def pragma(name: str) -> object:
        return store._connection.execute(f"PRAGMA {name}").fetchone()[0]

    asked = asyncio.get_running_loop().run_in_executor
    assert await asked(store._thread, pragma, "journal_mode") == "wal"
    assert await asked(store._thread, pragma, "synchronous") == 2, "FULL"
    assert await asked(store._thread, pragma, "busy_timeout") == 5000


async def test_what_is_saved_is_loaded_with_its_version(store: SqliteStore) -> None:
    assert await store.load([]) == {}
    assert await store.load(["a"]) == {}
    assert await store.save([Save("a", {"n": 1}, ""), Save("b", {"n": 2}, "")]) == {"a", "b"}
    assert await store.load(["a", "b", "c"]) == {
        "a": Stored({"n": 1}, "1"),
        "b": Stored({"n": 2}, "1"),
    }
    assert await store.save([Save("a", {"n": 3}, "1")]) == {"a"}
    assert (await store.load(["a"]))["a"] == Stored({"n": 3}, "2")


async def test_each_key_of_a_save_is_checked_by_itself(store: SqliteStore) -> None:
    await store.save([Save("a", {"n": 1}, ""), Save("b", {"n": 1}, "")])
    await store.save([Save("a", {"n": 2}, "1")])
    done = await store.save(
        [Save("a", {"n": 9}, "1"), Save("b", {"n": 2}, "1"), Save("c", {"n": 1}, "")]
    )
    assert done == {"b", "c"}
    loaded = await store.load(["a", "b", "c"])
    assert {key: one.value["n"] for key, one in loaded.items()} == {"a": 2, "b": 2, "c": 1}


async def test_created_once(store: SqliteStore) -> None:
    assert await store.save([Save("a", {"n": 1}, "")]) == {"a"}
    assert await store.save([Save("a", {"n": 2}, "")]) == frozenset()
    assert (await store.load(["a"]))["a"].value == {"n": 1}


async def test_a_version_of_nothing_saves_nothing(store: SqliteStore) -> None:
    assert await store.save([Save("a", {"n": 1}, "1")]) == frozenset()
    assert await store.load(["a"]) == {}


async def test_deleted_only_in_the_version_that_was_seen(store: SqliteStore) -> None:
    await store.save([Save("a", {"n": 1}, "")])
    await store.save([Save("a", {"n": 2}, "1")])
    assert await store.delete("a", "1") is False
    assert await store.delete("a", "2") is True
    assert await store.delete("a", "2") is False
    assert await store.load(["a"]) == {}


async def test_of_many_writers_one_wins_each_version(store: SqliteStore) -> None:
    """Twenty that add one each, as the engine does: load, change, save, and again on a conflict."""
    await store.save([Save("a", {"n": 0}, "")])

    async def add() -> None:
        while True:
            found = (await store.load(["a"]))["a"]
            if await store.save([Save("a", {"n": found.value["n"] + 1}, found.version)]):
                return

    await asyncio.gather(*(add() for _ in range(20)))
    assert (await store.load(["a"]))["a"] == Stored({"n": 20}, "21")


async def test_more_keys_than_one_query_takes(store: SqliteStore) -> None:
    keys = [f"key-{number}" for number in range(2 * KEYS_PER_QUERY + 1)]
    assert len(await store.save([Save(key, {"k": key}, "") for key in keys])) == len(keys)
    loaded = await store.load(keys)
    assert {key: one.value["k"] for key, one in loaded.items()} == {key: key for key in keys}


async def test_a_second_opener_is_refused_with_the_remedy(store: SqliteStore, path: Path) -> None:
    with pytest.raises(DatabaseInUseError) as refused:
        SqliteStore(path)
    assert str(path) in str(refused.value)
    assert "AIOPS_DATABASE" in str(refused.value)
    await store.save([Save("a", {"n": 1}, "")])


async def test_closed_it_is_free_again(path: Path) -> None:
    first = SqliteStore(path)
    await first.save([Save("a", {"n": 1}, "")])
    await first.close()
    second = SqliteStore(path)
    assert (await second.load(["a"]))["a"].value == {"n": 1}
    await second.close()


async def test_a_reader_beside_the_writer_sees_each_save_and_changes_nothing(
    store: SqliteStore, path: Path
) -> None:
    reader = SqliteStore(path, read_only=True)
    for number in range(3):
        await store.save([Save("a", {"n": number}, str(number or ""))])
        assert (await reader.load(["a"]))["a"].value == {"n": number}
    with pytest.raises(TransientError, match="readonly"):
        await reader.save([Save("a", {"n": 9}, "3")])
    await reader.close()
    assert await store.save([Save("a", {"n": 3}, "3")]) == {"a"}


async def test_a_reader_holds_up_no_writer(store: SqliteStore, path: Path) -> None:
    await store.save([Save("a", {"n": 0}, "")])
    reading = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, isolation_level=None)
    reading.execute("BEGIN")
    before = reading.execute("SELECT value FROM documents").fetchall()
    assert await store.save([Save("a", {"n": 1}, "1")]) == {"a"}
    assert reading.execute("SELECT value FROM documents").fetchall() == before
    reading.close()


async def test_a_file_without_tables_is_trouble_not_a_bug(path: Path) -> None:
    sqlite3.connect(path).close()
    reader = SqliteStore(path, read_only=True)
    with pytest.raises(TransientError, match="no such table"):
        await reader.load(["a"])
    await reader.close()
