"""What one incident would have been: told from its journal entries, in the order they were made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from worker.backtest.moments import time_of
from worker.domain.story.journal import Entry, EntryKind
from worker.domain.story.reason import Reason

DEEDS_MAX = 64  # decided or asked, of one incident: a ladder ends long before


@dataclass(frozen=True, slots=True)
class Deed:
    """Something decided, or asked about."""

    at_s: float
    action: str
    target: str
    because: str
    detail: str
    undoes: str = ""

    @property
    def words(self) -> str:
        name = self.target.rpartition("/")[2]
        return f"{'undo: ' if self.undoes else ''}{self.action} {name}"

    def as_json(self) -> dict[str, Any]:
        told = {"at": time_of(self.at_s), "action": self.action, "target": self.target}
        told |= {"because": self.because, "detail": self.detail}
        return {**told, "undoes": self.undoes} if self.undoes else told


@dataclass(slots=True)
class Wait:
    """Why something was not done, or not yet: since when first, how often, how long at most."""

    reason: str
    first_s: float
    action: str
    target: str
    detail: str
    times: int = 0
    longest_s: float = 0.0

    def as_json(self) -> dict[str, Any]:
        told: dict[str, Any] = {"reason": self.reason, "first_at": time_of(self.first_s)}
        if self.action:
            told |= {"action": self.action, "target": self.target}
        return {**told, "detail": self.detail, "times": self.times, "longest_s": self.longest_s}


@dataclass(frozen=True, slots=True)
class Ending:
    """When and why it went to a human, or ended."""

    at_s: float
    reason: str
    detail: str

    def as_json(self) -> dict[str, Any]:
        return {"at": time_of(self.at_s), "reason": self.reason, "detail": self.detail}


@dataclass(slots=True)
class IncidentReport:
    id: str
    subject: str
    cause: str
    opened_s: float
    alerts: int = 0
    decided: list[Deed] = field(default_factory=list)
    asked: list[Deed] = field(default_factory=list)
    refused: dict[str, Wait] = field(default_factory=dict)  # a step, by reason
    held: dict[str, Wait] = field(default_factory=dict)  # all of it, by reason
    escalated: Ending | None = None
    ended: Ending | None = None
    _waiting: tuple[Wait, float] | None = None

    def take(self, entry: Entry) -> None:
        """The next entry about this incident."""
        at_s = entry.at_ms / 1000
        match entry.kind:
            case EntryKind.ALERT:
                self.alerts += entry.reason is Reason.ALERT_FIRING
            case EntryKind.DECIDED:
                self._goes_on(at_s)
                self._deed(self.decided, entry, at_s)
            case EntryKind.ASKED:
                self._goes_on(at_s)
                self._deed(self.asked, entry, at_s)
            case EntryKind.REFUSED:
                self._wait(self.refused, entry, at_s)
            case EntryKind.HELD:
                self._wait(self.held, entry, at_s)
            case EntryKind.ESCALATED:
                self._goes_on(at_s)
                detail = entry.detail.get("detail", "")
                self.escalated = Ending(at_s, str(entry.reason), detail)
            case EntryKind.CLOSED:
                self._goes_on(at_s)
                self.ended = Ending(at_s, str(entry.reason), entry.detail.get("detail", ""))

    def finish(self, at_s: float) -> None:
        """The recording is over: whatever waits has waited until now."""
        self._goes_on(at_s)

    @property
    def longest(self) -> Wait | None:
        """The reason that it was held for longest."""
        waits = (*self.refused.values(), *self.held.values())
        return max(waits, key=lambda one: one.longest_s, default=None)

    @property
    def outcome(self) -> str:
        """All of it on one line."""
        return ", then ".join(self._parts()) or "nothing"

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "subject": self.subject,
            "cause": self.cause,
            "opened_at": time_of(self.opened_s),
            "alerts": self.alerts,
            "decided": [one.as_json() for one in self.decided],
            "asked": [one.as_json() for one in self.asked],
            "refused": [one.as_json() for one in self.refused.values()],
            "held": [one.as_json() for one in self.held.values()],
            "escalated": self.escalated.as_json() if self.escalated else None,
            "ended": self.ended.as_json() if self.ended else None,
        }

    def _parts(self) -> Iterator[str]:
        deeds = [(one.at_s, one.words) for one in self.decided]
        deeds += [(one.at_s, f"asked whether to {one.words}") for one in self.asked]
        yield from (words for _, words in sorted(deeds, key=lambda one: one[0]))
        if self.escalated is not None:
            yield f"to a human: {self.escalated.reason}"
        elif not deeds and self.longest is not None:
            yield f"held: {self.longest.reason}"
        if self.ended is not None:
            yield self.ended.reason

    def _deed(self, deeds: list[Deed], entry: Entry, at_s: float) -> None:
        if len(deeds) >= DEEDS_MAX:
            return
        told = entry.detail
        deeds.append(
            Deed(
                at_s, told.get("action", "").replace(" ", "_"), told.get("target", ""),
                str(entry.reason), told.get("because", ""), told.get("undoes", ""),
            )
        )  # fmt: skip

    def _wait(self, waits: dict[str, Wait], entry: Entry, at_s: float) -> None:
        self._goes_on(at_s)
        reason, told = str(entry.reason), entry.detail
        wait = waits.get(reason)
        if wait is None:
            action = told.get("action", "").replace(" ", "_")
            wait = Wait(reason, at_s, action, told.get("target", ""), told.get("detail", ""))
            waits[reason] = wait
        wait.times += 1
        self._waiting = (wait, at_s)

    def _goes_on(self, at_s: float) -> None:
        """What it waited for until now is over."""
        if self._waiting is not None:
            wait, since_s = self._waiting
            wait.longest_s = max(wait.longest_s, round(at_s - since_s, 3))
            self._waiting = None
