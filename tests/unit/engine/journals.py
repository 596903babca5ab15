"""Journals for the tests of what keeps them and reads them."""

from __future__ import annotations

from dataclasses import replace

from tests.unit.engine.faulty_store import FaultyStore
from worker.domain.document.identity import Subject, SubjectKind
from worker.domain.document.incident import Incident, Phase
from worker.domain.document.subject import SubjectDocument
from worker.domain.story.journal import Entry, EntryKind, chained
from worker.domain.story.reason import Reason
from worker.engine.archive import BLOCK_ENTRIES, BLOCKS_AT_ONCE, Archive
from worker.engine.documents import document_key, to_save
from worker.engine.indexes import OpenIndex
from worker.engine.reading import Reading

SHOP = Subject(SubjectKind.SERVICE, "shop", "Deployment/web")
NOON_S = 1_800_000_000.0
PAGE = BLOCK_ENTRIES * BLOCKS_AT_ONCE
Entries = list[Entry]


def run_of(count: int, words: str = "seen") -> Entries:
    """A whole chain of so many entries."""
    made: Entries = []
    for seq in range(1, count + 1):
        made.append(
            chained(
                seq=seq, at_s=1_800_000_000.0 + seq, kind=EntryKind.EVIDENCE,
                reason=Reason.OBSERVED, incident="inc-1", detail={"seen": words},
                previous=made[-1].hash if made else "",
            )
        )  # fmt: skip
    return made


async def all_of(archive: Archive, until: int, since: int = 1) -> Entries:
    return await archive.entries(SHOP.key, since_seq=since, until_seq=until)


def incident(identity: str, at_s: float) -> Incident:
    return Incident(
        id=identity, cause="crash_loop", phase=Phase.OPEN, severity="warning", opened_at_s=at_s,
        decide_by_s=at_s + 900.0, alerts=(), alerts_seen=1,
    )  # fmt: skip


class Life:
    """A subject to which things happen, one a second, each at once published and archived."""

    def __init__(self, store: FaultyStore) -> None:
        self.store = store
        self.reading = Reading(store)
        self.document = SubjectDocument(SHOP)
        self._archive = Archive(store)

    async def open(self, identity: str) -> None:
        opened = incident(identity, self.now_s())
        self.document = self.document.with_incident(opened)
        await self.happen(1, identity, EntryKind.OPENED)

    async def happen(self, count: int, of: str, kind: EntryKind = EntryKind.EVIDENCE) -> None:
        for _ in range(count):
            self.document = self.document.note(
                kind, Reason.OBSERVED, self.now_s(), of, seen=f"at {self.document.journal_seq + 1}"
            )
            if len(self.document.unpublished) >= BLOCK_ENTRIES:
                await self.settle()
        await self.settle()

    async def settle(self) -> None:
        owed = self.document.unpublished
        await self._archive.keep(SHOP, owed)
        self.document = replace(self.document, published_seq=self.document.journal_seq)

    async def stored(self) -> None:
        await OpenIndex(self.store).add([SHOP])
        found = (await self.store.load([document_key(SHOP.key)])).get(document_key(SHOP.key))
        assert await self.store.save([to_save(self.document, found.version if found else "")])
        self.store.log.clear()

    def now_s(self) -> float:
        return NOON_S + self.document.journal_seq

    def archive_loads(self) -> int:
        return sum(
            any(key.startswith("journal-") for key in keys)
            for kind, keys in self.store.log
            if kind == "load"
        )
