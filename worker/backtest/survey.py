"""A first look at a recording: how much there is, of when, about whom; and it in order of time.

Rules of this file: memory is bounded, whatever the size of the recording. What is out of its place
is put in order as long as no more than WINDOW_MAX records stand between; beyond that, and beyond
the other bounds, an error says what to do.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from math import inf

from worker.backtest.moments import day_of, time_of
from worker.backtest.recorded import Order, Recorded
from worker.backtest.recording import Read, Unread
from worker.domain.document.identity import Subject, SubjectKind
from worker.domain.incoming.ops_event import OpsEvent

WINDOW_MAX = 100_000  # records held to put them in order; about 150 MB
UNREAD_LISTED_MAX = 100  # of those that can't be read; the others are only counted
SPAN_MAX_S = 400 * 86400.0  # a year and its edges: a longer one has a wrong clock in it
SUBJECTS_MAX = 20_000  # each has its document in memory

Reader = Callable[[], Iterator[Read]]
"""The records as they were written down; each call reads them anew."""


class RecordingError(ValueError):
    """A recording that can't be replayed: why, where, and what to do."""


@dataclass
class Survey:
    """What a recording holds."""

    alerts: int = 0
    ops_events: int = 0
    unread: Counter[str] = field(default_factory=Counter)  # by reason
    listed: list[Unread] = field(default_factory=list)
    subjects: set[Subject] = field(default_factory=set)
    first: Recorded | None = None
    last: Recorded | None = None

    @property
    def records(self) -> int:
        return self.alerts + self.ops_events

    @property
    def services(self) -> int:
        """How many services it names."""
        return sum(one.kind is SubjectKind.SERVICE for one in self.subjects)

    def take(self, one: Read) -> None:
        """Count one. Raises RecordingError for what goes beyond the bounds."""
        if isinstance(one, Unread):
            self.unread[one.reason] += 1
            if len(self.listed) < UNREAD_LISTED_MAX:
                self.listed.append(one)
            return
        if isinstance(one.item, OpsEvent):
            self.ops_events += 1
        else:
            self.alerts += 1
        self.subjects.add(one.subject)
        if self.first is None or one.at_s < self.first.at_s:
            self.first = one
        if self.last is None or one.at_s > self.last.at_s:
            self.last = one
        if self.last.at_s - self.first.at_s > SPAN_MAX_S:
            raise RecordingError(
                f"{self.first.place} is of {day_of(self.first.at_s)} and {self.last.place} of "
                f"{day_of(self.last.at_s)}: more than {SPAN_MAX_S / 86400:.0f} days; correct the "
                "wrong time, or give a part of the recording"
            )
        if len(self.subjects) > SUBJECTS_MAX:
            raise RecordingError(
                f"{one.place}: more than {SUBJECTS_MAX} services; give the recording of some "
                "namespaces at a time"
            )


class Recording:
    """A recording that was looked through once; `records` gives it in order of time, any number of
    times. Each reader is one file, or one topic."""

    def __init__(self, readers: Sequence[Reader]) -> None:
        """Reads all of it. Raises RecordingError."""
        self._readers = readers
        self.survey = Survey()
        held: list[Recorded] = []
        for read in readers:
            for one in read():
                self.survey.take(one)
                if isinstance(one, Recorded) and len(held) <= WINDOW_MAX:
                    held.append(one)
        # What fits is read once; of what doesn't, nothing is kept.
        self._held = sorted(held, key=_order) if len(held) <= WINDOW_MAX else None

    def records(self) -> Iterator[Recorded]:
        """All of it in order of time. Raises RecordingError where more than WINDOW_MAX records of
        one reader are out of order."""
        if self._held is not None:
            return iter(self._held)
        parts = [in_time_order(_recorded(read())) for read in self._readers]
        return heapq.merge(*parts, key=_order)


def in_time_order(records: Iterable[Recorded], window_max: int = WINDOW_MAX) -> Iterator[Recorded]:
    """The same records by time, with never more than `window_max` of them in memory."""
    window: list[tuple[object, int, Recorded]] = []
    given_s = -inf
    for number, one in enumerate(records):
        if one.at_s < given_s:
            raise RecordingError(
                f"{one.place} is of {time_of(one.at_s)}, and more than {window_max} records of a "
                "later time stand before it; sort the file by time first, as with "
                "jq -s -c 'sort_by(.at)[]', or give each sorted part as a file of its own"
            )
        heapq.heappush(window, (one.order, number, one))
        if len(window) > window_max:
            yield (earliest := heapq.heappop(window)[2])
            given_s = earliest.at_s
    while window:
        yield heapq.heappop(window)[2]


def _order(one: Recorded) -> Order:
    return one.order


def _recorded(read: Iterator[Read]) -> Iterator[Recorded]:
    return (one for one in read if isinstance(one, Recorded))
