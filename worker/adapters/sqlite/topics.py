"""Embedded mode has no broker: the journal's archive is a table, dead letters stay in the store."""

from __future__ import annotations

from collections.abc import Sequence

from worker.adapters.sqlite.store import SqliteStore
from worker.domain.story.journal import Entry
from worker.engine.ports import Json


class SqliteJournal:
    """The journal beyond what a document keeps; (subject, seq) is the key, so a repeat is none."""

    def __init__(self, store: SqliteStore) -> None:
        self._store = store

    async def publish(self, subject: str, entries: Sequence[Entry]) -> None:
        await self._store.archive(subject, entries)


class SilentDeadLetterTopic:
    """The store itself has the letters, and nobody subscribes to anything here."""

    async def publish(self, letter: Json) -> None:
        return
