"""The durable thing about one subject and one cause, its attempts, and which phase may follow."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from worker.domain.document.identity import Subject, Target
from worker.domain.incoming.alert import AlertStatus
from worker.domain.observed.evidence import Baseline
from worker.domain.people.approval import Request
from worker.domain.story.reason import Reason

ALERTS_MAX = 16  # alerts kept in one incident, the latest; more only add to its count
ATTEMPTS_MAX = 32  # attempts kept in one incident; the ladder ends long before


class Phase(StrEnum):
    """`held` is open with a hold."""

    OPEN = "open"
    ACTING = "acting"
    VERIFYING = "verifying"
    ESCALATED = "escalated"
    RESOLVED = "resolved"


MAY_FOLLOW: Mapping[Phase, frozenset[Phase]] = {
    Phase.OPEN: frozenset({Phase.ACTING, Phase.ESCALATED, Phase.RESOLVED}),
    Phase.ACTING: frozenset({Phase.OPEN, Phase.VERIFYING, Phase.ESCALATED}),
    Phase.VERIFYING: frozenset({Phase.OPEN, Phase.RESOLVED, Phase.ESCALATED}),
    Phase.ESCALATED: frozenset({Phase.OPEN, Phase.RESOLVED}),  # open: what we set is put back
    Phase.RESOLVED: frozenset(),
}


@dataclass(frozen=True, slots=True)
class AlertRecord:
    """What an incident remembers of one alert."""

    fingerprint: str
    name: str
    status: AlertStatus
    starts_at_s: float
    severity: str
    pod: str = ""
    traceparent: str = ""
    labels: dict[str, str] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One decided action and what became of it. Until `outcome` is set it is owed.

    `found` is what the action replaced, which its undo puts back; `undoes` is the intent whose
    deed this one undoes, "" when it is a remedy of its own.
    """

    intent_id: str
    rung: int
    action: str
    target: Target
    decided_at_s: float
    before: Baseline | None
    parameters: dict[str, int | str] = field(default_factory=dict)
    found: dict[str, int | str] = field(default_factory=dict)
    undoes: str = ""
    undone: bool = False
    approved_by: str = ""
    outcome: Reason | None = None
    outcome_at_s: float = 0.0
    verdict: Reason | None = None
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def owed(self) -> bool:
        return self.outcome is None

    @property
    def done(self) -> bool:
        """It happened, as far as anyone can tell: only these use up an attempt of the remedy."""
        return self.outcome in (Reason.ACCEPTED, Reason.FOUND_DONE)


@dataclass(frozen=True, slots=True)
class Hold:
    """Not now: why, since when, and when to ask again. A patient one only watches (observe mode):
    the time in which it must be decided has not begun."""

    reason: Reason
    since_s: float
    until_s: float
    patient: bool = False


@dataclass(frozen=True, slots=True)
class Streak:
    """Healthy at every look since `since_s`, the last one at `seen_s`; restarts by pod uid tell a
    crash between two looks."""

    since_s: float
    seen_s: float
    restarts: dict[str, int]


@dataclass(frozen=True, slots=True)
class Incident:
    id: str
    cause: str
    phase: Phase
    severity: str
    opened_at_s: float
    decide_by_s: float
    alerts: tuple[AlertRecord, ...]
    alerts_seen: int
    onset: Baseline | None = None
    rung: int = 0  # of its ladder: what was done last, or what follows from that
    passed: dict[str, str] = field(default_factory=dict)  # rungs not for now, and why, as told
    attempts: tuple[Attempt, ...] = ()
    attempts_made: int = 0
    hold: Hold | None = None
    streak: Streak | None = None
    playbook: str = ""
    window_s: float = 0.0  # the longest that its alerts' rules were ever known to need
    request: Request | None = None  # open, or answered and about to be done
    asked: int = 0  # requests made so far
    told_suggestions: tuple[str, ...] = ()  # beginnings of the digests that a human was told of
    undoing: str = ""  # the intent whose deed is to be undone before anything else
    game_day: str = ""  # the chaos experiment it happened in
    seen: str = ""
    escalated_for: Reason | None = None
    told_by: str = ""  # the sink that received its beginning, and so gets its end
    resolution: Reason | None = None
    closed_at_s: float | None = None
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def open(self) -> bool:
        return self.phase is not Phase.RESOLVED

    @property
    def last_attempt(self) -> Attempt | None:
        return self.attempts[-1] if self.attempts else None

    def attempt(self, intent_id: str) -> Attempt | None:
        return next((one for one in self.attempts if one.intent_id == intent_id), None)

    @property
    def all_alerts_resolved(self) -> bool:
        return all(record.status is AlertStatus.RESOLVED for record in self.alerts)

    def to(self, phase: Phase, **changes: Any) -> Incident:
        """Move to another phase; what the table doesn't allow is a bug."""
        assert phase in MAY_FOLLOW[self.phase], f"{self.id}: {self.phase} → {phase}"
        return replace(self, phase=phase, **changes)

    def with_attempt(self, attempt: Attempt) -> Incident:
        """Add the attempt, or put it in the place of its older self. What never happened is let go
        before what did: that is counted, and undone."""
        if self.attempt(attempt.intent_id) is not None:
            same = (attempt if a.intent_id == attempt.intent_id else a for a in self.attempts)
            return replace(self, attempts=tuple(same))
        kept = [*self.attempts, attempt]
        if len(kept) > ATTEMPTS_MAX:
            kept.remove(next((a for a in kept if not (a.done or a.owed)), kept[0]))
        return replace(self, attempts=tuple(kept))


def incident_id(subject: Subject, cause: str, ordinal: int) -> str:
    """Derived, not drawn: two hosts that open the same incident give it the same id."""
    digest = hashlib.sha256(f"{subject.text}|{cause}|{ordinal}".encode()).hexdigest()
    return f"inc-{digest[:12]}"


def intent_id(incident: Incident) -> str:
    """Derived from incident, step and attempt, so doing it twice is doing it once."""
    return f"{incident.id}-s{incident.rung + 1}-a{incident.attempts_made + 1}"
