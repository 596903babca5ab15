"""Paying what a subject owes to others: journal entries to their topic, notices to a human.

A receipt counts, nothing else. What isn't received stays in the document and is tried again; an
entry is received when it was published and is in the archive.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from worker.domain.deciding.handover import not_received, received
from worker.domain.deciding.policy import Policy
from worker.domain.document.identity import Subject
from worker.domain.document.outbox import Notice
from worker.domain.document.subject import SubjectDocument
from worker.domain.story.journal import Entry
from worker.engine.archive import Archive
from worker.engine.documents import Documents
from worker.engine.ports import (
    Clock,
    JournalTopic,
    PermanentError,
    Sink,
    Telemetry,
    TransientError,
)

ENTRIES_AT_ONCE = 16  # journal entries that are published before it is put on record


class Settle:
    def __init__(
        self,
        *,
        documents: Documents,
        journal: JournalTopic,
        archive: Archive,
        sinks: Sequence[Sink],
        clock: Clock,
        telemetry: Telemetry,
        policy: Policy,
        send_timeout_s: float,
    ) -> None:
        self._documents = documents
        self._journal = journal
        self._archive = archive
        self._sinks = sinks
        self._clock = clock
        self._telemetry = telemetry
        self._policy = policy
        self._send_timeout_s = send_timeout_s

    async def settle(self, document: SubjectDocument, lead_s: float) -> SubjectDocument:
        """Pay what can be paid now; returns the document as it is stored afterwards.

        `lead_s` is how far our clock is known to be ahead.
        """
        document = await self._tell(document, lead_s)
        return await self._publish(document)

    async def _tell(self, document: SubjectDocument, lead_s: float) -> SubjectDocument:
        now_s = self._clock.now_s() - lead_s
        for notice in document.notices:
            if notice.next_try_s > now_s:
                continue
            receipt = await self._deliver(notice, document.subject.text)
            at_s = self._clock.now_s() - lead_s
            document = await self._record(document, notice, receipt, at_s)
        return document

    async def _deliver(self, notice: Notice, subject: str) -> tuple[str, str] | None:
        """Sink and receipt of the first sink that takes it."""
        wanted = [sink for sink in self._sinks if notice.sink in ("", sink.name)]
        # One that is not configured any more can't be waited for.
        for sink in wanted or self._sinks:
            with self._telemetry.span("notify", sink=sink.name, notice=notice.id):
                try:
                    async with asyncio.timeout(self._send_timeout_s):
                        return sink.name, await sink.deliver(notice, subject)
                except (TransientError, PermanentError, TimeoutError):
                    self._telemetry.count("notices_failed", sink=sink.name)
        return None

    async def _record(
        self,
        document: SubjectDocument,
        notice: Notice,
        receipt: tuple[str, str] | None,
        now_s: float,
    ) -> SubjectDocument:
        def change(stored: SubjectDocument) -> SubjectDocument:
            if receipt is None:
                return not_received(stored, notice.id, self._policy, now_s)
            return received(stored, notice.id, sink=receipt[0], receipt=receipt[1], now_s=now_s)

        return await self._documents.change(document.subject.key, change) or document

    async def _publish(self, document: SubjectDocument) -> SubjectDocument:
        """Some entries at a time, each time put on record; one by one when that takes too long, so
        that a slow topic still gets on."""
        owed, at_once = document.unpublished, ENTRIES_AT_ONCE
        while owed:
            some = owed[:at_once]
            try:
                async with asyncio.timeout(self._send_timeout_s):
                    await self._journal.publish(document.subject.text, some)
            except (TransientError, TimeoutError) as error:
                self._telemetry.count("journal_failed")
                if isinstance(error, TransientError) or at_once == 1:
                    return document
                at_once = 1
                continue
            if not await self._kept(document.subject, some):
                return document
            document = await self._published(document, some[-1].seq)
            owed = owed[len(some) :]
        return document

    async def _kept(self, subject: Subject, entries: Sequence[Entry]) -> bool:
        """Before it is put on record, so that no entry leaves the document for nowhere."""
        try:
            async with asyncio.timeout(self._send_timeout_s):
                await self._archive.keep(subject, entries)
        except (TransientError, PermanentError, TimeoutError):
            self._telemetry.count("journal_failed")
            return False
        return True

    async def _published(self, document: SubjectDocument, last: int) -> SubjectDocument:
        def change(stored: SubjectDocument) -> SubjectDocument:
            return replace(stored, published_seq=max(stored.published_seq, last))

        return await self._documents.change(document.subject.key, change) or document
