"""What people and programs may read: incidents, open and lately closed, with their story."""

from __future__ import annotations

from dataclasses import dataclass

from worker.domain.codec import encode
from worker.domain.identity import Subject
from worker.domain.incident import Incident
from worker.domain.journal import Entry, broken_at, story
from worker.domain.subject import SubjectDocument
from worker.engine.documents import Documents
from worker.engine.indexes import OpenIndex, RecentIndex
from worker.engine.ports import Json, StateStore


@dataclass(frozen=True, slots=True)
class Found:
    document: SubjectDocument
    incident: Incident

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The subject's journal from this incident's first entry on, as far as it concerns it."""
        return tuple(e for e in self.document.journal if e.incident in (self.incident.id, ""))

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
            "journal_broken_at": broken_at(self.document.journal),
            "story": story(entries),
        }


class Reading:
    def __init__(self, store: StateStore) -> None:
        self._documents = Documents(store)
        self._open = OpenIndex(store)
        self._recent = RecentIndex(store)

    async def incidents(self, *, closed_too: bool) -> list[Found]:
        """Newest first. Raises TransientError."""
        index = await self._open.all()
        if closed_too:
            index |= await self._recent.all()
        loaded = await self._documents.load_many([Subject.of_text(text) for text in index.values()])
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
        return next((one for one in everything if one.incident.id == incident_id), None)
