"""When something that recurs on a calendar occurs, in seconds since the epoch.

The edges of a weekly occurrence are readings of its zone's wall clock. When clocks change, a
reading may name two instants (the repeated hour) or none (the skipped hour: then it has one by the
time before the change and one by the time after it). Who asks says which way to lean: the widest
occurrence, from the earliest to the latest instant that its edges can mean, is never shorter than
it reads; the narrowest, from the latest to the earliest, is never longer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum

DAYS_ASIDE = 2  # an occurrence ends on the next day, and a change of clocks may move it a day more

Span = tuple[float, float]
"""From here on, and until there; the end itself is outside."""


class Weekday(StrEnum):
    """In the order of `date.weekday`."""

    MONDAY = "mon"
    TUESDAY = "tue"
    WEDNESDAY = "wed"
    THURSDAY = "thu"
    FRIDAY = "fri"
    SATURDAY = "sat"
    SUNDAY = "sun"


WEEK = tuple(Weekday)


@dataclass(frozen=True, slots=True)
class Absolute:
    """Once."""

    from_s: float
    until_s: float


@dataclass(frozen=True, slots=True)
class Weekly:
    """On the days it begins; an end that is not after the start is on the next day, so equal ones
    are a whole day. `except_dates` are dates it does not begin on."""

    days: frozenset[Weekday]
    start: time
    end: time
    zone: tzinfo
    except_dates: frozenset[date] = frozenset()


def occurrences(
    recurrence: Absolute | Weekly, at_s: float, days_after: int, *, widest: bool
) -> Iterator[Span]:
    """Those that may hold this moment or begin within so many days, in order; none is empty.

    `at_s` has to be a moment that Python's calendar holds, and so have the days after it.
    """
    if isinstance(recurrence, Absolute):
        if recurrence.from_s < recurrence.until_s:
            yield recurrence.from_s, recurrence.until_s
        return
    today = datetime.fromtimestamp(at_s, recurrence.zone).date()
    for number in range(-DAYS_ASIDE, days_after + 1):
        day = today + timedelta(days=number)
        if WEEK[day.weekday()] in recurrence.days and day not in recurrence.except_dates:
            from_s, until_s = _span(recurrence, day, widest=widest)
            if from_s < until_s:
                yield from_s, until_s


def _span(weekly: Weekly, day: date, *, widest: bool) -> Span:
    last_day = day if weekly.start < weekly.end else day + timedelta(days=1)
    starts_s = _instants_s(day, weekly.start, weekly.zone)
    ends_s = _instants_s(last_day, weekly.end, weekly.zone)
    return (min(starts_s), max(ends_s)) if widest else (max(starts_s), min(ends_s))


def _instants_s(day: date, reading: time, zone: tzinfo) -> tuple[float, float]:
    """The instants that a reading of the wall clock can mean, mostly the same one twice.

    PEP 495: `fold` chooses between the two of a repeated hour, and in a skipped hour between the
    offsets of before and after.
    """
    local = datetime.combine(day, reading, tzinfo=zone)
    return local.timestamp(), local.replace(fold=1).timestamp()
