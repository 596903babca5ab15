"""What people and programs may read: incidents, open and lately closed, and journals.

A listing reads documents only. For one incident or one journal the archive is read as well, as far
as the document's own end of the journal doesn't reach.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from worker.domain.document.codec import encode
from worker.domain.document.identity import Subject
from worker.domain.document.incident import Incident
from worker.domain.document.subject import SubjectDocument
from worker.domain.story.journal import Entry, EntryKind, broken_at, story
from worker.engine.archive import BLOCK_ENTRIES, BLOCKS_AT_ONCE, Archive, block_of
from worker.engine.documents import Documents, LoadedMany
from worker.engine.indexes import OpenIndex, RecentIndex
from worker.engine.ports import Json, PermanentError, StateStore

EARLIER_MAX = 4096  # archived entries that are searched for an incident's beginning
EARLIER_MS = 60_000  # clocks of replicas may differ by half of it, so entries may be out of time


@dataclass(frozen=True, slots=True)
class Found:
    document: SubjectDocument
    incident: Incident
    earlier: tuple[Entry, ...] = ()  # from the archive: what the document has let go

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The subject's journal from this incident's first entry on, as far as it concerns it."""
        return tuple(e for e in self._journal if e.incident in (self.incident.id, ""))

    @property
    def _journal(self) -> tuple[Entry, ...]:
        return (*self.earlier, *self.document.journal)

    def summary(self) -> Json:
        """One line of a listing."""
        incident = self.incident
        last = incident.last_attempt
        return {
            "id": incident.id,
            "subject": self.document.subject.text,
            "cause": incident.cause,
            "phase": str(incident.phase),
            "severity": incident.severity,
            "hold": str(incident.hold.reason) if incident.hold else "",
            "opened_at_s": incident.opened_at_s,
            "closed_at_s": incident.closed_at_s,
            "resolution": str(incident.resolution or ""),
            "escalated_for": str(incident.escalated_for or ""),
            "action": f"{last.action} {last.target.name}" if last else "",
        }

    def whole(self) -> Json:
        """Everything that is known of it, with the story in prose."""
        entries = self.entries
        encoded = encode(self.incident)
        assert isinstance(encoded, dict)
        return {
            **encoded,
            "subject": self.document.subject.text,
            "journal": [encode(entry) for entry in entries],
            "journal_broken_at": broken_at(self._journal),
            "story": story(entries),
        }


class Reading:
    def __init__(self, store: StateStore) -> None:
        self._documents = Documents(store)
        self._archive = Archive(store)
        self._open = OpenIndex(store)
        self._recent = RecentIndex(store)

    async def incidents(self, *, closed_too: bool) -> list[Found]:
        """Newest first. Raises TransientError."""
        loaded = await self._load(await self._subjects(closed_too=closed_too))
        found = [
            Found(one.document, incident)
            for one in loaded.found.values()
            for incident in one.document.incidents
            if closed_too or incident.open
        ]
        return sorted(found, key=lambda one: -one.incident.opened_at_s)

    async def incident(self, incident_id: str) -> Found | None:
        """The incident of that id, open or lately closed. Raises TransientError."""
        everything = await self.incidents(closed_too=True)
        found = next((one for one in everything if one.incident.id == incident_id), None)
        return None if found is None else replace(found, earlier=await self._earlier(found))

    async def journals(self) -> list[Json]:
        """Every subject that is open or settled lately: where its journal ends, or why nobody can
        say. Raises TransientError."""
        subjects = await self._subjects(closed_too=True)
        loaded = await self._load(subjects)
        listed = [_head(one.document) for one in loaded.found.values()]
        listed += [
            {"key": key, "subject": subjects.get(key, ""), "unreadable": why}
            for key, why in loaded.unreadable.items()
        ]
        return sorted(listed, key=lambda one: str(one["subject"]))

    async def journal(self, subject_key: str, *, before_seq: int | None = None) -> Json | None:
        """The newest entries of one journal, or those before a number; `earlier` says before which
        number to ask next. None when there is no such subject. Raises TransientError."""
        try:
            loaded = await self._documents.load(subject_key)
        except PermanentError as error:
            return {"key": subject_key, "unreadable": str(error)}
        if loaded is None:
            return None
        document = loaded.document
        tail = document.journal if before_seq is None else ()
        until = min(before_seq or document.journal_seq + 1, _first_seq(document)) - 1
        since = _page_start(until)
        archived = await self._archive.entries(subject_key, since_seq=since, until_seq=until)
        return {
            **_head(document),
            "entries": [encode(entry) for entry in (*archived, *tail)],
            "earlier": since if archived and since > 1 else None,
        }

    async def _subjects(self, *, closed_too: bool) -> dict[str, str]:
        """Keys and texts of those that are open, and of those that settled lately."""
        index = await self._open.all()
        return index | await self._recent.all() if closed_too else index

    async def _load(self, subjects: dict[str, str]) -> LoadedMany:
        return await self._documents.load_many([Subject.of_text(s) for s in subjects.values()])

    async def _earlier(self, found: Found) -> tuple[Entry, ...]:
        """What the archive has of this incident's time and the document no longer."""
        key, incident = found.document.subject.key, found.incident
        earlier: list[Entry] = []
        some: Sequence[Entry] = found.document.journal
        until = _first_seq(found.document) - 1
        while until >= 1 and len(earlier) < EARLIER_MAX and not _reaches_back(some, incident):
            since = _page_start(until)
            some = await self._archive.entries(key, since_seq=since, until_seq=until)
            if not some:
                break
            earlier = [*some, *earlier]
            until = since - 1
        own = (place for place, one in enumerate(earlier) if one.incident == incident.id)
        return tuple(earlier[next(own, len(earlier)) :])


def _head(document: SubjectDocument) -> Json:
    return {
        "key": document.subject.key,
        "subject": document.subject.text,
        "head": document.journal_head,
        "seq": document.journal_seq,
    }


def _first_seq(document: SubjectDocument) -> int:
    """The first number that the document itself has; the next one when it has none."""
    return document.journal[0].seq if document.journal else document.journal_seq + 1


def _page_start(until_seq: int) -> int:
    """The first number of the page that ends here: so many blocks as are loaded at once."""
    return max(0, block_of(until_seq) - BLOCKS_AT_ONCE + 1) * BLOCK_ENTRIES + 1


def _reaches_back(entries: Sequence[Entry], incident: Incident) -> bool:
    """Whether the incident's beginning is among them, or they begin before it."""
    if any(e.kind is EntryKind.OPENED and e.incident == incident.id for e in entries):
        return True
    return bool(entries) and entries[0].at_ms < incident.opened_at_s * 1000 - EARLIER_MS
