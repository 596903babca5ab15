"""How a settled subject leaves the open index, unless news came in the meantime."""

from __future__ import annotations

import itertools
from dataclasses import replace

from worker.domain.document.subject import SubjectDocument
from worker.engine.documents import Documents, Loaded
from worker.engine.indexes import OpenIndex, RecentIndex
from worker.engine.ports import Clock


class Departure:
    """`instance`: no other process has it, so that its marks in the open index are its own."""

    def __init__(
        self,
        *,
        documents: Documents,
        index: OpenIndex,
        recent: RecentIndex,
        clock: Clock,
        instance: str,
    ) -> None:
        self._documents = documents
        self._index = index
        self._recent = recent
        self._clock = clock
        self._instance = instance
        self._departures = itertools.count(1)

    async def leave(self, document: SubjectDocument) -> float | None:
        """Take a settled subject out of the open index, unless news came in the meantime."""
        key = document.subject.key
        if document.departure and await self._index.subject_of(key) is None:
            return None
        loaded = await self._documents.load(key)
        if loaded is None or loaded.document != document:
            return self._clock.now_s()
        await self._recent.add(document.subject, self._clock.now_s())
        return None if await self._depart(loaded) else self._clock.now_s()

    async def forget(self, subject_key: str) -> None:
        """An entry without a document: its maker died in between, or is about to save it."""
        subject = await self._index.subject_of(subject_key)
        if subject is not None:
            await self._depart(Loaded(SubjectDocument(subject), ""))

    async def _depart(self, loaded: Loaded) -> bool:
        """Mark the entry, save the document, remove the entry: see OpenIndex for the order."""
        subject = loaded.document.subject
        mark = f"{self._instance}-{next(self._departures)}"
        await self._index.leaving(subject, mark)
        departed = replace(loaded.document, departure=mark)
        if not await self._documents.save(departed, loaded.version):
            return False
        await self._index.left(subject.key, mark)
        return True
