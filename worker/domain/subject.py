"""The one document of a subject, its bounds, and how an alert gets into it.

Everything a subject must remember is here, and is saved by compare-and-swap: what was accepted and
not yet considered, its incidents, what it owes, and the end of its journal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from worker.domain.alert import Alert, AlertStatus
from worker.domain.identity import Subject, Target
from worker.domain.incident import Incident
from worker.domain.journal import Entry, EntryKind, chained
from worker.domain.ops_event import OpsEvent
from worker.domain.reason import Reason

SCHEMA = 1

INCIDENTS_OPEN_MAX = 16  # open incidents a subject; what comes on top escalates
INCIDENTS_CLOSED_KEPT = 16  # closed incidents that stay readable in the document
INBOX_MAX = 64  # alerts and ops-events not yet considered
SEEN_MAX = 256  # fingerprints whose latest state is remembered, so that a late one changes nothing
TAIL_MAX = 50  # published journal entries that stay in the document
COOL_DOWNS_MAX = 64  # (cause, action) pairs
UNPUBLISHED_MAX = 200  # journal entries owed to the topic; beyond it nothing new is begun


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
class Intent:
    """A decided write, owed until its outcome is known. `fence` is the resourceVersion read."""

    id: str
    incident: str
    action: str
    target: Target
    fence: str
    generation: int
    decided_at_s: float
    sent_at_s: float
    resends: int = 0
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Notice:
    """A message that a human must receive, owed until a sink gives a receipt."""

    id: str
    incident: str
    kind: str
    severity: str
    summary: str
    reason: Reason
    at_s: float
    tries: int = 0
    next_try_s: float = 0.0
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CoolDown:
    """When an action was last done about a cause, by which incident, in how many incidents."""

    cause: str
    action: str
    incident: str
    done_at_s: float
    count: int
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
    last_now_s: float = 0.0
    pack_version: int = 0
    departures: int = 0  # how often this subject left the open index
    departed: bool = False  # it has left, and nothing came since
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def open_incidents(self) -> tuple[Incident, ...]:
        return tuple(incident for incident in self.incidents if incident.open)

    @property
    def unpublished(self) -> tuple[Entry, ...]:
        return tuple(entry for entry in self.journal if entry.seq > self.published_seq)

    @property
    def settled(self) -> bool:
        """Nothing open and nothing owed: nobody needs to wake this subject again."""
        return not (
            self.inbox or self.ops_events or self.overflowed or self.intents or self.notices
            or self.open_incidents or self.unpublished
        )  # fmt: skip

    def incident(self, incident_id: str) -> Incident | None:
        return next((one for one in self.incidents if one.id == incident_id), None)

    def with_incident(self, incident: Incident) -> SubjectDocument:
        """Add the incident, or put it in the place of its older self."""
        if self.incident(incident.id) is None:
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
        entry = chained(
            seq=self.journal_seq + 1, at_s=at_s, kind=kind, reason=reason, incident=incident,
            detail=detail, previous=self.journal_head,
        )  # fmt: skip
        journal = (*self.journal, entry)
        excess = len(journal) - TAIL_MAX
        if excess > 0:
            journal = tuple(
                e for i, e in enumerate(journal) if i >= excess or e.seq > self.published_seq
            )
        return replace(self, journal=journal, journal_seq=entry.seq, journal_head=entry.hash)


def accept(document: SubjectDocument, news: Sequence[Alert | OpsEvent]) -> SubjectDocument:
    """Put news into the inbox; what is known or late changes nothing, so this may be repeated.

    When the inbox is full the rest is counted, and the next turn escalates that count: an
    overflow is told, never silent.
    """
    seen = {one.fingerprint: one for one in document.seen}
    inbox = {alert.fingerprint: alert for alert in document.inbox}
    ops_events = list(document.ops_events)
    overflowed = document.overflowed
    changed = False
    for item in news:
        mark = _mark(item)
        known = seen.get(mark.fingerprint)
        if known is not None and mark.order <= known.order:
            continue
        changed = True
        seen.pop(mark.fingerprint, None)
        seen[mark.fingerprint] = mark
        if isinstance(item, Alert) and item.fingerprint in inbox:
            inbox[item.fingerprint] = item
        elif len(inbox) + len(ops_events) >= INBOX_MAX:
            overflowed += 1
        elif isinstance(item, Alert):
            inbox[item.fingerprint] = item
        else:
            ops_events.append(item)
    if not changed:
        return document
    return replace(
        document,
        inbox=tuple(inbox.values()),
        ops_events=tuple(ops_events),
        overflowed=overflowed,
        departed=False,
        seen=tuple(seen.values())[-SEEN_MAX:],
    )


def _mark(item: Alert | OpsEvent) -> Seen:
    if isinstance(item, Alert):
        return Seen(item.fingerprint, item.starts_at_s, item.status)
    return Seen(f"ops:{item.id}", item.at_s, AlertStatus.FIRING)
