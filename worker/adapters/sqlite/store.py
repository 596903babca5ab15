"""Documents in one SQLite file: WAL, every save on disk when it returns, one worker at a time.

Rules of this file: one connection, used by one thread; a save of many is one transaction, in
which each key is checked by itself; what has expired is gone for everybody, whether it is still in
the file or not.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import sqlite3
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import orjson

from worker.domain.story.journal import Entry
from worker.engine.ports import Save, Stored, TransientError

T = TypeVar("T")

SCHEMA = """
CREATE TABLE IF NOT EXISTS documents (
  key TEXT PRIMARY KEY, version INTEGER NOT NULL, value BLOB NOT NULL, expires_at_s REAL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS journal (
  subject TEXT NOT NULL, seq INTEGER NOT NULL, entry BLOB NOT NULL, PRIMARY KEY (subject, seq)
) WITHOUT ROWID;
"""
EXPIRY_INDEX = """
CREATE INDEX IF NOT EXISTS documents_expiry ON documents (expires_at_s)
WHERE expires_at_s IS NOT NULL;
"""
UPDATE = """
UPDATE documents SET value = ?, version = version + 1, expires_at_s = ?
WHERE key = ? AND version = ? AND (expires_at_s IS NULL OR expires_at_s > ?)
"""
CREATE = """
INSERT INTO documents VALUES (?, 1, ?, ?)
ON CONFLICT (key) DO UPDATE
SET value = excluded.value, version = version + 1, expires_at_s = excluded.expires_at_s
WHERE expires_at_s <= ?
"""  # what has expired makes room
DELETE = """
DELETE FROM documents
WHERE key = ? AND version = ? AND (expires_at_s IS NULL OR expires_at_s > ?)
"""
PURGE = """
DELETE FROM documents
WHERE key IN (SELECT key FROM documents WHERE expires_at_s <= ? ORDER BY expires_at_s LIMIT ?)
"""
ALIVE = "(expires_at_s IS NULL OR expires_at_s > ?)"
BUSY_TIMEOUT_S = 5.0  # a reader of the file may hold a lock for a moment
KEYS_PER_QUERY = 500
EXPIRED_PER_SAVE_MAX = 64  # expired documents that one save removes: more than it can add


class DatabaseInUseError(Exception):
    """Another process works on this file: two would decide for the same subjects."""


class SqliteStore:
    """Opened at once. Raises DatabaseInUseError, sqlite3.Error."""

    def __init__(
        self, path: Path, *, read_only: bool = False, now_s: Callable[[], float] = time.time
    ) -> None:
        self._now_s = now_s
        self._lock = None if read_only else _claim(path)
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="sqlite")
        self._connection = self._thread.submit(_connect, path, read_only).result()
        self._alive = ""  # the condition, once it is known what this file knows

    async def load(self, keys: Sequence[str]) -> dict[str, Stored]:
        return await self._run(lambda: self._load(keys))

    async def save(self, saves: Sequence[Save]) -> frozenset[str]:
        return await self._run(lambda: self._save(saves))

    async def delete(self, key: str, version: str) -> bool:
        def delete() -> bool:
            with self._connection:
                parameters = (key, int(version), self._now_s())
                done = self._connection.execute(DELETE, parameters)
            return done.rowcount == 1

        return await self._run(delete)

    async def archive(self, subject: str, entries: Sequence[Entry]) -> None:
        """Keep journal entries for good. Raises TransientError."""

        def archive() -> None:
            with self._connection:
                self._connection.executemany(
                    "INSERT OR IGNORE INTO journal VALUES (?, ?, ?)",
                    [(subject, entry.seq, orjson.dumps(entry)) for entry in entries],
                )

        await self._run(archive)

    async def close(self) -> None:
        await asyncio.get_running_loop().run_in_executor(self._thread, self._connection.close)
        self._thread.shutdown()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _load(self, keys: Sequence[str]) -> dict[str, Stored]:
        stored: dict[str, Stored] = {}
        # A file that no worker has opened since there is expiry can be read all the same.
        self._alive = self._alive or (ALIVE if _knows_expiry(self._connection) else "? NOT NULL")
        for start in range(0, len(keys), KEYS_PER_QUERY):
            some = keys[start : start + KEYS_PER_QUERY]
            marks = ",".join("?" * len(some))
            query = (
                f"SELECT key, version, value FROM documents WHERE key IN ({marks}) "  # noqa: S608 only marks
                f"AND {self._alive}"
            )
            for key, version, value in self._connection.execute(query, (*some, self._now_s())):
                stored[key] = Stored(orjson.loads(value), str(version))
        return stored

    def _save(self, saves: Sequence[Save]) -> frozenset[str]:
        now_s = self._now_s()
        with self._connection:
            saved = frozenset([save.key for save in saves if self._put(save, now_s)])
            if any(save.ttl_s is not None for save in saves):
                self._connection.execute(PURGE, (now_s, EXPIRED_PER_SAVE_MAX))
        return saved

    def _put(self, save: Save, now_s: float) -> bool:
        value = orjson.dumps(save.value)
        expires_at_s = None if save.ttl_s is None else now_s + save.ttl_s
        if save.version:
            parameters = (value, expires_at_s, save.key, int(save.version), now_s)
            return self._connection.execute(UPDATE, parameters).rowcount == 1
        created = self._connection.execute(CREATE, (save.key, value, expires_at_s, now_s))
        return created.rowcount == 1

    async def _run(self, work: Callable[[], T]) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)
        except sqlite3.Error as error:
            raise TransientError(f"database: {error}") from error


def _claim(path: Path) -> int:
    """Hold `<database>.lock` for the life of this process; the system frees it whatever happens."""
    lock = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        raise DatabaseInUseError(
            f"database {path} is in use by another worker; stop it, or give this one another "
            "file with AIOPS_DATABASE"
        ) from None
    return lock


def _connect(path: Path, read_only: bool) -> sqlite3.Connection:
    if read_only:
        return sqlite3.connect(
            f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=BUSY_TIMEOUT_S
        )
    connection = sqlite3.connect(path, timeout=BUSY_TIMEOUT_S)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.executescript(SCHEMA)
    if not _knows_expiry(connection):  # a file of a version before there was any
        connection.execute("ALTER TABLE documents ADD COLUMN expires_at_s REAL")
    connection.executescript(EXPIRY_INDEX)
    return connection


def _knows_expiry(connection: sqlite3.Connection) -> bool:
    columns = [str(row[1]) for row in connection.execute("PRAGMA table_info(documents)")]
    return not columns or "expires_at_s" in columns
