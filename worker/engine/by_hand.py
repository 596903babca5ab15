"""Changing a subject's document on a person's word: index entry first, then the document, then a
wake. What is durable when it returns is seen by every decision from then on: one that was made
before loses its save."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from worker.domain.document.identity import Subject
from worker.domain.document.subject import SubjectDocument
from worker.engine.documents import CONFLICTS_MAX, Documents
from worker.engine.indexes import OpenIndex
from worker.engine.ports import PermanentError, StateStore, Telemetry, TransientError, Waker


class ByHand:
    def __init__(self, store: StateStore, waker: Waker, telemetry: Telemetry) -> None:
        self._documents = Documents(store)
        self._index = OpenIndex(store)
        self._waker = waker
        self._telemetry = telemetry

    async def change(
        self, subject: Subject, change: Callable[[SubjectDocument], SubjectDocument]
    ) -> SubjectDocument:
        """Apply a pure change, however often it takes; a subject seen for the first time gets a
        document. Raises TransientError, PermanentError."""
        for tries in range(CONFLICTS_MAX):
            loaded = await self._documents.load_many([subject])
            if subject.key in loaded.unreadable:
                raise PermanentError(f"{subject.text}: {loaded.unreadable[subject.key]}")
            found = loaded.found[subject.key]
            changed = change(found.document)
            if changed == found.document:
                if tries:  # a save that seemed to fail may have gone through
                    self._waker.wake(subject.key)
                return changed
            await self._index.add([subject])
            changed = replace(changed, departure="")
            if await self._documents.save(changed, found.version):
                self._tell(found.document, changed)
                self._waker.wake(subject.key)
                return changed
        raise TransientError(f"{subject.text}: lost {CONFLICTS_MAX} saves in a row")

    def _tell(self, before: SubjectDocument, after: SubjectDocument) -> None:
        fresh = tuple(entry for entry in after.journal if entry.seq > before.journal_seq)
        if fresh:
            self._telemetry.entries(after.subject.text, fresh)
