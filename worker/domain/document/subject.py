"""The one document of a subject, and its bounds.

Everything a subject must remember is here, and is saved by compare-and-swap: what was accepted and
not yet considered, its incidents, what it owes, and the end of its journal.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from worker.domain.document.change import Change, Recurrence
from worker.domain.document.identity import Subject
from worker.domain.document.incident import Incident
from worker.domain.document.outbox import HeldLease, Intent, Notice, ScopeNote, Shadow
from worker.domain.incoming.alert import Alert, AlertStatus
from worker.domain.incoming.ops_event import OpsEvent
from worker.domain.people.approval import Answer
from worker.domain.people.person_hold import PersonHold
from worker.domain.scopes.scope import Act
from worker.domain.story.journal import Entry, EntryKind, chained
from worker.domain.story.reason import Reason

SCHEMA = 1

INCIDENTS_OPEN_MAX = 16  # open incidents a subject; what comes on top escalates
INCIDENTS_CLOSED_KEPT = 16  # closed incidents that stay readable in the document
TAIL_MAX = 50  # published journal entries that stay in the document
ACTS_KEPT_MAX = 64  # acts of this subject, for its rate; more than any setting allows
ANSWERS_MAX = 16  # of humans, waiting to be read
COOL_DOWNS_MAX = 64  # (cause, action) pairs
COOL_DOWN_TIMES_MAX = 8  # incidents of a pair that are remembered: by then the pause is longest
UNPUBLISHED_MAX = 200  # journal entries owed to the topic; beyond it nothing new is begun
UNPUBLISHED_KEPT_MAX = 300  # beyond it entries are only counted, and the count is told later


@dataclass(frozen=True, slots=True)
class Seen:
    """The latest state of one fingerprint (or the id of one ops-event): older ones are late."""

    fingerprint: str
    starts_at_s: float
    status: AlertStatus

    @property
    def order(self) -> tuple[float, int]:
        return (self.starts_at_s, 1 if self.status is AlertStatus.RESOLVED else 0)


@dataclass(frozen=True, slots=True)
class CoolDown:
    """When an action was done about a cause: one moment an incident, its last write, the newest
    incident at the end. `earlier` are the incidents of the other moments."""

    cause: str
    action: str
    incident: str
    done_s: tuple[float, ...]
    earlier: tuple[str, ...] = ()
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SubjectDocument:
    subject: Subject
    schema: int = SCHEMA
    inbox: tuple[Alert, ...] = ()
    ops_events: tuple[OpsEvent, ...] = ()
    overflowed: int = 0
    seen: tuple[Seen, ...] = ()
    incidents: tuple[Incident, ...] = ()
    incidents_opened: int = 0
    intents: tuple[Intent, ...] = ()
    notices: tuple[Notice, ...] = ()
    cool_downs: tuple[CoolDown, ...] = ()
    journal: tuple[Entry, ...] = ()
    journal_seq: int = 0
    journal_head: str = ""
    published_seq: int = 0
    untold: int = 0  # entries that were only counted
    answers: tuple[Answer, ...] = ()
    holds: tuple[PersonHold, ...] = ()
    changes: tuple[Change, ...] = ()
    recurrences: tuple[Recurrence, ...] = ()
    leases: tuple[HeldLease, ...] = ()
    scope_notes: tuple[ScopeNote, ...] = ()
    acts: tuple[Act, ...] = ()
    shadows: tuple[Shadow, ...] = ()
    reported_sick: bool = False
    reported_node: str = ""  # the node that it blamed when it said so
    last_now_s: float = 0.0
    pack_version: int = 0
    departure: str = ""  # the mark under which it left the open index; "" since news came
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def open_incidents(self) -> tuple[Incident, ...]:
        return tuple([incident for incident in self.incidents if incident.open])

    @property
    def unpublished(self) -> tuple[Entry, ...]:
        """At the end of the journal: its numbers only grow."""
        owed = self.journal_seq - self.published_seq
        if owed <= 0:
            return ()
        return tuple([one for one in self.journal[-owed:] if one.seq > self.published_seq])

    @property
    def settled(self) -> bool:
        """Nothing open and nothing owed: nobody needs to wake this subject again."""
        return not (
            self.inbox or self.ops_events or self.overflowed or self.answers or self.intents
            or self.notices or self.open_incidents or self.unpublished
            or self.leases or self.scope_notes or self.reported_sick
        )  # fmt: skip

    def incident(self, incident_id: str) -> Incident | None:
        return next((one for one in self.incidents if one.id == incident_id), None)

    def with_incident(self, incident: Incident) -> SubjectDocument:
        """Add the incident, or put it in the place of its older self."""
        known = self.incident(incident.id)
        if known is incident:
            return self
        if known is None:
            return replace(self, incidents=(*self.incidents, incident))
        return replace(
            self,
            incidents=tuple(incident if i.id == incident.id else i for i in self.incidents),
        )

    def note(
        self,
        kind: EntryKind,
        reason: Reason,
        at_s: float,
        incident: str = "",
        /,
        **detail: str,
    ) -> SubjectDocument:
        """Append to the journal; published entries beyond the tail's bound are let go."""
        if len(self.unpublished) >= UNPUBLISHED_KEPT_MAX:
            return replace(self, untold=self.untold + 1)
        if self.untold:
            count = str(self.untold)
            told = replace(self, untold=0)._appended(
                EntryKind.UNTOLD, Reason.JOURNAL_STUCK, at_s, "", {"count": count}
            )
            return told._appended(kind, reason, at_s, incident, detail)
        return self._appended(kind, reason, at_s, incident, detail)

    def _appended(
        self, kind: EntryKind, reason: Reason, at_s: float, incident: str, detail: dict[str, str]
    ) -> SubjectDocument:
        entry = chained(
            seq=self.journal_seq + 1, at_s=at_s, kind=kind, reason=reason, incident=incident,
            detail=detail, previous=self.journal_head,
        )  # fmt: skip
        journal = (*self.journal, entry)
        excess = len(journal) - TAIL_MAX
        if excess > 0:
            owed = [one for one in journal[:excess] if one.seq > self.published_seq]
            journal = (*owed, *journal[excess:])
        return replace(self, journal=journal, journal_seq=entry.seq, journal_head=entry.hash)
