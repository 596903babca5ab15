"""Where a window's edges lie when clocks change: in doubt it is closed.

In Berlin on 2026-03-29 the hour from 02:00 is skipped, on 2026-10-25 it is there twice.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.unit.domain.calendar_windows import (
    ACT_ONLY,
    FREEZE,
    MAINTENANCE,
    SHOP,
    WEB,
    asked,
    at,
    closed,
    weekly,
    window,
)  # fmt: skip
from worker.domain.calendar.recurrence import Absolute, Weekday
from worker.domain.calendar.window import WindowKind, blocking

MINUTE_S = 60.0
BERLIN = ZoneInfo("Europe/Berlin")

SPRING, AUTUMN = "2026-03-29", "2026-10-25"
CHANGES = [
    ("start skipped", SPRING, "02:30", "05:00", "2026-03-29T01:30+01:00", "2026-03-29T05:00+02:00"),
    ("end skipped", SPRING, "01:00", "02:30", "2026-03-29T01:00+01:00", "2026-03-29T03:30+02:00"),
    ("both skipped", SPRING, "02:15", "02:45", "2026-03-29T01:15+01:00", "2026-03-29T03:45+02:00"),
    ("over the skipped", SPRING, "01:00", "04:00", "2026-03-29T01:00+01:00",
     "2026-03-29T04:00+02:00"),
    ("from its start", SPRING, "02:00", "04:00", "2026-03-29T01:00+01:00",
     "2026-03-29T04:00+02:00"),
    ("from its end", SPRING, "03:00", "04:00", "2026-03-29T03:00+02:00", "2026-03-29T04:00+02:00"),
    ("start twice", AUTUMN, "02:30", "05:00", "2026-10-25T02:30+02:00", "2026-10-25T05:00+01:00"),
    ("end twice", AUTUMN, "01:00", "02:30", "2026-10-25T01:00+02:00", "2026-10-25T02:30+01:00"),
    ("both twice", AUTUMN, "02:15", "02:45", "2026-10-25T02:15+02:00", "2026-10-25T02:45+01:00"),
    ("over both", AUTUMN, "01:00", "04:00", "2026-10-25T01:00+02:00", "2026-10-25T04:00+01:00"),
    ("up to them", AUTUMN, "01:00", "02:00", "2026-10-25T01:00+02:00", "2026-10-25T02:00+01:00"),
    ("from after", AUTUMN, "03:00", "04:00", "2026-10-25T03:00+01:00", "2026-10-25T04:00+01:00"),
]  # fmt: skip
changes = pytest.mark.parametrize(
    ("day", "start", "end", "begins", "ends"),
    [row[1:] for row in CHANGES],
    ids=[row[0] for row in CHANGES],
)


@pytest.mark.parametrize("kind", [FREEZE, MAINTENANCE])
@changes
def test_what_closes_is_never_shorter_than_it_reads(
    kind: WindowKind, day: str, start: str, end: str, begins: str, ends: str
) -> None:
    one = window(weekly(start, end, days=frozenset({Weekday.SUNDAY})), kind)
    assert blocking([one], SHOP, WEB, at(begins) - MINUTE_S) is None
    assert asked(begins, one) == closed(kind, ends)
    assert blocking([one], SHOP, WEB, at(ends) - MINUTE_S) == closed(kind, ends)
    assert asked(ends, one) is None


NARROW = [
    ("start skipped", SPRING, "02:30", "05:00", "2026-03-29T03:30+02:00", "2026-03-29T05:00+02:00"),
    ("end skipped", SPRING, "01:00", "02:30", "2026-03-29T01:00+01:00", "2026-03-29T01:30+01:00"),
    ("start twice", AUTUMN, "02:30", "05:00", "2026-10-25T02:30+01:00", "2026-10-25T05:00+01:00"),
    ("end twice", AUTUMN, "01:00", "02:30", "2026-10-25T01:00+02:00", "2026-10-25T02:30+02:00"),
    ("over both", AUTUMN, "01:00", "04:00", "2026-10-25T01:00+02:00", "2026-10-25T04:00+01:00"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("day", "start", "end", "begins", "ends"),
    [row[1:] for row in NARROW],
    ids=[row[0] for row in NARROW],
)
def test_what_permits_is_never_longer_than_it_reads(
    day: str, start: str, end: str, begins: str, ends: str
) -> None:
    one = window(weekly(start, end, days=frozenset({Weekday.SUNDAY})), ACT_ONLY)
    before = blocking([one], SHOP, WEB, at(begins) - MINUTE_S)
    assert before == closed(ACT_ONLY, begins)
    assert asked(begins, one) is None
    assert blocking([one], SHOP, WEB, at(ends) - MINUTE_S) is None
    assert asked(ends, one) is not None


@pytest.mark.parametrize(("day", "start", "end"), [
    (SPRING, "02:15", "02:45"), (AUTUMN, "02:15", "02:45"),
])  # fmt: skip
def test_what_permits_only_in_doubt_does_not_open_that_day(day: str, start: str, end: str) -> None:
    one = window(weekly(start, end, days=frozenset({Weekday.SUNDAY})), ACT_ONLY)
    answer = asked(f"{day}T00:00+02:00", one)
    assert answer is not None
    assert answer.until_s is not None
    opens = datetime.fromtimestamp(answer.until_s, BERLIN)
    assert opens.date() == date.fromisoformat(day) + timedelta(days=7)
    assert opens.time() == time.fromisoformat(start)


def test_what_does_not_open_is_not_named_as_what_opens_next() -> None:
    both = frozenset({Weekday.SUNDAY})
    doubt = window(weekly("02:15", "02:45", days=both), ACT_ONLY, name="doubt")
    backwards = window(Absolute(at("2026-03-29T03:00Z"), 0.0), ACT_ONLY, name="backwards")
    noon = window(weekly("12:00", "13:00", days=both), ACT_ONLY, name="noon")
    answer = asked("2026-03-29T00:00+01:00", doubt, backwards, noon)
    assert answer == closed(ACT_ONLY, "2026-03-29T12:00+02:00", "noon")


def test_half_an_hour_of_difference() -> None:
    """Lord Howe's clocks go back by 30 minutes, on 2026-04-05 at 02:00."""
    one = window(weekly("01:45", "01:50", zone="Australia/Lord_Howe"))
    ends = closed(FREEZE, "2026-04-05T01:50+10:30")
    assert asked("2026-04-05T01:45+11:00", one) == ends
    assert asked("2026-04-05T01:49+10:30", one) == ends
    assert asked("2026-04-05T01:50+10:30", one) is None


def test_a_date_that_a_place_left_out() -> None:
    """Samoa had no 30 December 2011: a freeze of that Friday lies on both sides of it."""
    one = window(weekly("10:00", "11:00", days=frozenset({Weekday.FRIDAY}), zone="Pacific/Apia"))
    ends = closed(FREEZE, "2011-12-31T11:00+14:00")
    assert asked("2011-12-29T09:59-10:00", one) is None
    assert asked("2011-12-29T10:00-10:00", one) == ends
    assert asked("2011-12-31T10:59+14:00", one) == ends
    assert asked("2011-12-31T11:00+14:00", one) is None


def test_a_night_into_a_date_that_a_place_left_out() -> None:
    one = window(weekly("22:00", "02:00", days=frozenset({Weekday.THURSDAY}), zone="Pacific/Apia"))
    ends = closed(FREEZE, "2011-12-31T02:00+14:00")
    assert asked("2011-12-29T22:00-10:00", one) == ends
    assert asked("2011-12-31T01:59+14:00", one) == ends
    assert asked("2011-12-31T02:00+14:00", one) is None
