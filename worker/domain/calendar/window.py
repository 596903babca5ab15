"""When the calendar lets the worker act: freezes, maintenance, and hours that are the only ones.

In doubt it is closed. Where a change of clocks makes the edge of a window mean two instants, a
freeze or a maintenance window takes the widest reading and is never shorter than what was written;
a window that permits takes the narrowest and is never longer (see `recurrence.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from heapq import merge
from math import inf

from worker.domain.calendar.recurrence import Absolute, Span, Weekly, occurrences

LOOK_AHEAD_DAYS = 100  # a quarter with its edges; what opens later is waited for by nobody
DAY_S = 86400.0
CALENDAR_FROM_S = -2.0e9  # the year 1906
CALENDAR_UNTIL_S = 2.0e11  # the year 8307; with the look-ahead still inside of Python's calendar


class WindowKind(StrEnum):
    """What a window means for new acts. Work that has begun is never cut off by one."""

    FREEZE = "freeze"  # none inside of it
    MAINTENANCE = "maintenance"  # none inside of it: people are at work, what is seen is recorded
    ACT_ONLY = "act_only"  # none outside of it and of the others of this kind in the same scope


@dataclass(frozen=True, slots=True)
class WindowScope:
    """Every namespace and every subject (its `text`) that is named; nothing named is everywhere."""

    namespaces: frozenset[str] = frozenset()
    subjects: frozenset[str] = frozenset()

    def covers(self, namespace: str, subject_text: str) -> bool:
        everywhere = not self.namespaces and not self.subjects
        return everywhere or namespace in self.namespaces or subject_text in self.subjects


@dataclass(frozen=True, slots=True)
class Window:
    name: str
    kind: WindowKind
    scope: WindowScope
    recurrence: Absolute | Weekly


@dataclass(frozen=True, slots=True)
class Closed:
    """No new act now. `window` is the one that says so, or the permitting one that opens next;
    `until_s` is when acts are next allowed, None when not within LOOK_AHEAD_DAYS."""

    window: str
    kind: WindowKind
    until_s: float | None


def blocking(
    windows: Sequence[Window], namespace: str, subject_text: str, now_s: float
) -> Closed | None:
    """What the calendar has against an act now: a freeze first, then maintenance, then the rest.

    A moment beyond every calendar is closed wherever any window is in scope.
    """
    here = [one for one in windows if one.scope.covers(namespace, subject_text)]
    if not here:
        return None
    if not CALENDAR_FROM_S <= now_s <= CALENDAR_UNTIL_S:
        return Closed(here[0].name, here[0].kind, None)
    by_kind = {kind: [one for one in here if one.kind is kind] for kind in WindowKind}
    closing = [*by_kind[WindowKind.FREEZE], *by_kind[WindowKind.MAINTENANCE]]
    permitting = by_kind[WindowKind.ACT_ONLY]
    window = _closed_by(closing, permitting, now_s)
    if window is None:
        return None
    return Closed(window.name, window.kind, _opens_s(closing, permitting, now_s))


def _closed_by(
    closing: Sequence[Window], permitting: Sequence[Window], now_s: float
) -> Window | None:
    for window in closing:
        if _holds(window, now_s):
            return window
    if not permitting or any(_holds(one, now_s) for one in permitting):
        return None
    return min(permitting, key=lambda one: _starts_s(one, now_s))


def _opens_s(closing: Sequence[Window], permitting: Sequence[Window], now_s: float) -> float | None:
    """On from end to end of what is closed, through all that overlaps or follows without a gap."""
    closed, permitted = _Ahead(closing, now_s), _Ahead(permitting, now_s)
    at_s, last_s = now_s, min(now_s + LOOK_AHEAD_DAYS * DAY_S, CALENDAR_UNTIL_S)
    while at_s <= last_s:
        if closed.reach_s(at_s) > at_s:
            at_s = closed.reach_s(at_s)
        elif not permitting or permitted.reach_s(at_s) > at_s:
            return at_s
        elif permitted.next_start_s is None:
            return None
        else:
            at_s = permitted.next_start_s
    return None


class _Ahead:
    """The occurrences of several windows, each read once, up to a moment that only moves on."""

    def __init__(self, windows: Sequence[Window], now_s: float) -> None:
        days = LOOK_AHEAD_DAYS + 1  # a change of clocks in between, and the last moment is a day on
        self._spans = merge(*(_spans(one, now_s, days) for one in windows))
        self._next = next(self._spans, None)
        self._reach_s = -inf

    def reach_s(self, at_s: float) -> float:
        """The latest end of all that has begun by then."""
        while self._next is not None and self._next[0] <= at_s:
            self._reach_s = max(self._reach_s, self._next[1])
            self._next = next(self._spans, None)
        return self._reach_s

    @property
    def next_start_s(self) -> float | None:
        return None if self._next is None else self._next[0]


def _holds(window: Window, at_s: float) -> bool:
    return any(from_s <= at_s < until_s for from_s, until_s in _spans(window, at_s, 1))


def _starts_s(window: Window, at_s: float) -> float:
    """When it begins after this moment, infinite when not within LOOK_AHEAD_DAYS."""
    spans = _spans(window, at_s, LOOK_AHEAD_DAYS)
    return next((from_s for from_s, _ in spans if at_s < from_s), inf)


def _spans(window: Window, at_s: float, days_after: int) -> Iterator[Span]:
    widest = window.kind is not WindowKind.ACT_ONLY
    return occurrences(window.recurrence, at_s, days_after, widest=widest)
