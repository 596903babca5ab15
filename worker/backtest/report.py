"""The report of a back-test: every incident, and the sums over all of them.

Rules of this file: it is made of journal entries only, the same that production would write, so
that it says nothing which the journal doesn't.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from worker.backtest.hours import Hours
from worker.backtest.incident_report import IncidentReport, Wait
from worker.backtest.moments import time_of
from worker.domain.document.identity import STORM
from worker.domain.story.journal import Entry, EntryKind, story
from worker.domain.story.reason import Reason

INCIDENTS_MAX = 100_000  # told one by one; of more there are only the sums
STORY_ENTRIES_MAX = 2000  # of the one incident whose story is wanted
BUSIEST = 10  # subjects that are named


@dataclass
class Report:
    """`wanted` is the incident whose story is kept, "" for none."""

    wanted: str = ""
    incidents: dict[str, IncidentReport] = field(default_factory=dict)
    untold: int = 0  # incidents beyond INCIDENTS_MAX
    hours: Hours = field(default_factory=Hours)
    decided: Counter[str] = field(default_factory=Counter)
    asked: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    held: Counter[str] = field(default_factory=Counter)
    escalated: Counter[str] = field(default_factory=Counter)
    ended: Counter[str] = field(default_factory=Counter)
    alerts: Counter[str] = field(default_factory=Counter)  # by subject
    opened: Counter[str] = field(default_factory=Counter)  # by subject
    _story: list[Entry] = field(default_factory=list)
    _story_of: str = ""

    def take(self, subject: str, entry: Entry) -> None:
        """The next journal entry of this subject."""
        at_s = entry.at_ms / 1000
        self._keep(subject, entry)
        if entry.kind is EntryKind.OPENED or entry.kind is EntryKind.ESCALATED:
            self._open(subject, entry, at_s)
        self._sum(subject, entry, at_s)
        incident = self.incidents.get(entry.incident)
        if incident is not None:
            incident.take(entry)

    def finish(self, at_s: float) -> None:
        """The recording is over."""
        for one in self.incidents.values():
            one.finish(at_s)

    @property
    def story(self) -> str:
        """What happened to the wanted incident, in words (times in UTC); "" when there is none."""
        return story(self._story)

    @property
    def longest(self) -> tuple[IncidentReport, Wait] | None:
        """The incident that was held for longest, and why."""
        found = ((one, wait) for one in self.incidents.values() if (wait := one.longest))
        return max(found, key=lambda pair: pair[1].longest_s, default=None)

    def busiest(self) -> list[dict[str, Any]]:
        """The subjects with the most incidents, and then the most alerts."""
        order = sorted(self.opened, key=lambda one: (-self.opened[one], -self.alerts[one], one))
        return [
            {"subject": one, "incidents": self.opened[one], "alerts": self.alerts[one]}
            for one in order[:BUSIEST]
        ]

    def totals(self) -> dict[str, Any]:
        """The sums."""
        longest = self.longest
        return {
            "incidents": sum(self.opened.values()),
            "open_at_the_end": sum(self.opened.values()) - sum(self.ended.values()),
            "storms": self.opened[STORM.text],
            "decided": dict(self.decided.most_common()),
            "asked": dict(self.asked.most_common()),
            "refused": dict(self.refused.most_common()),
            "held": dict(self.held.most_common()),
            "escalated": dict(self.escalated.most_common()),
            "ended": dict(self.ended.most_common()),
            "busiest": self.busiest(),
            "longest_hold": None if longest is None else _longest(*longest),
        }

    def as_json(self) -> dict[str, Any]:
        return {
            "totals": self.totals(),
            "hours": self.hours.as_json(),
            "incidents": [one.as_json() for one in self.in_order()],
            "incidents_only_counted": self.untold,
        }

    def in_order(self) -> Iterator[IncidentReport]:
        """By the time they were opened."""
        yield from sorted(self.incidents.values(), key=lambda one: (one.opened_s, one.id))

    def _open(self, subject: str, entry: Entry, at_s: float) -> None:
        """An overflow escalates an incident that was never told to be opened."""
        if entry.incident in self.incidents:
            return
        if entry.kind is EntryKind.ESCALATED and self.untold:
            return  # perhaps one of those that are only counted
        self.opened[subject] += 1
        if len(self.incidents) >= INCIDENTS_MAX:
            self.untold += 1
            return
        cause = entry.detail.get("cause", "") or str(entry.reason)
        cause = cause.replace(" ", "_")
        self.incidents[entry.incident] = IncidentReport(entry.incident, subject, cause, at_s)

    def _sum(self, subject: str, entry: Entry, at_s: float) -> None:
        action, reason = entry.detail.get("action", "").replace(" ", "_"), str(entry.reason)
        match entry.kind:
            case EntryKind.ALERT if entry.reason is Reason.ALERT_FIRING:
                self.alerts[subject] += 1
                self.hours.count("alerts", at_s)
            case EntryKind.DECIDED:
                self.decided[action] += 1
                self.hours.count("decided", at_s)
            case EntryKind.ASKED:
                self.asked[action] += 1
            case EntryKind.REFUSED:
                self.refused[reason] += 1
            case EntryKind.HELD:
                self.held[reason] += 1
            case EntryKind.ESCALATED:
                self.escalated[reason] += 1
                self.hours.count("escalated", at_s)
            case EntryKind.CLOSED:
                self.ended[reason] += 1

    def _keep(self, subject: str, entry: Entry) -> None:
        if not self.wanted:
            return
        if entry.incident == self.wanted:
            self._story_of = subject
        about = entry.incident in (self.wanted, "") and subject == self._story_of
        if about and len(self._story) < STORY_ENTRIES_MAX:
            self._story.append(entry)


def _longest(incident: IncidentReport, wait: Wait) -> dict[str, Any]:
    return {
        "incident": incident.id,
        "subject": incident.subject,
        "reason": wait.reason,
        "first_at": time_of(wait.first_s),
        "longest_s": wait.longest_s,
    }
