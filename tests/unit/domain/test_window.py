"""Calendar windows: what is closed, for whom, and until when."""

from __future__ import annotations

import math
from datetime import date, datetime, timedelta

import pytest

from tests.unit.domain.calendar_windows import (
    ACT_ONLY,
    FREEZE,
    MAINTENANCE,
    SHOP,
    WEB,
    absolute,
    asked,
    closed,
    weekly,
    window,
)  # fmt: skip
from worker.domain.calendar.recurrence import Absolute, Weekday
from worker.domain.calendar.window import (
    CALENDAR_UNTIL_S,
    LOOK_AHEAD_DAYS,
    Closed,
    WindowKind,
    WindowScope,
    blocking,
)


def test_without_windows_it_is_open() -> None:
    assert blocking((), SHOP, WEB, 0.0) is None


@pytest.mark.parametrize("kind", [FREEZE, MAINTENANCE])
def test_an_absolute_window_holds_its_start_and_not_its_end(kind: WindowKind) -> None:
    one = window(absolute("2026-11-27T00:00+01:00", "2026-11-28T00:00+01:00"), kind)
    assert asked("2026-11-26T23:59:59+01:00", one) is None
    assert asked("2026-11-27T00:00+01:00", one) == closed(kind, "2026-11-28T00:00+01:00")
    assert asked("2026-11-27T23:59:59+01:00", one) == closed(kind, "2026-11-28T00:00+01:00")
    assert asked("2026-11-28T00:00+01:00", one) is None


def test_an_absolute_window_that_ends_before_it_begins_is_none() -> None:
    one = window(absolute("2026-11-28T00:00Z", "2026-11-27T00:00Z"))
    assert [asked(f"2026-11-{day}T00:00Z", one) for day in (27, 28)] == [None, None]


def test_the_days_of_a_weekly_window_are_those_it_begins_on() -> None:
    """2026-06-05 is a Friday; the night belongs to it."""
    one = window(weekly("22:00", "06:00", days=frozenset({Weekday.FRIDAY})))
    ends = closed(FREEZE, "2026-06-06T06:00+02:00")
    assert asked("2026-06-05T05:00+02:00", one) is None
    assert asked("2026-06-05T21:59+02:00", one) is None
    assert asked("2026-06-05T22:00+02:00", one) == ends
    assert asked("2026-06-06T05:59+02:00", one) == ends
    assert asked("2026-06-06T06:00+02:00", one) is None
    assert asked("2026-06-06T22:00+02:00", one) is None


@pytest.mark.parametrize(("day", "number"), list(zip(Weekday, range(7), strict=True)))
def test_each_day_is_the_one_of_its_name(day: Weekday, number: int) -> None:
    monday = datetime.fromisoformat("2026-06-01T12:00+02:00")
    one = window(weekly("11:00", "13:00", days=frozenset({day})))
    found = [
        blocking([one], SHOP, WEB, (monday + timedelta(days=days)).timestamp()) is not None
        for days in range(7)
    ]
    assert found == [days == number for days in range(7)]


def test_equal_edges_are_a_whole_day() -> None:
    one = window(weekly("00:00", "00:00", days=frozenset({Weekday.FRIDAY})))
    assert asked("2026-06-04T23:59+02:00", one) is None
    assert asked("2026-06-05T00:00+02:00", one) == closed(FREEZE, "2026-06-06T00:00+02:00")
    assert asked("2026-06-06T00:00+02:00", one) is None


def test_an_excepted_date_is_one_it_does_not_begin_on() -> None:
    fridays = frozenset({Weekday.THURSDAY, Weekday.FRIDAY})
    one = window(weekly("22:00", "06:00", days=fridays, except_dates=frozenset({date(2026, 6, 5)})))
    assert asked("2026-06-05T05:00+02:00", one) == closed(FREEZE, "2026-06-05T06:00+02:00")
    assert asked("2026-06-05T23:00+02:00", one) is None


def test_act_only_is_closed_outside_of_all_of_its_windows() -> None:
    morning = window(weekly("08:00", "09:00"), ACT_ONLY, name="morning")
    evening = window(weekly("18:00", "19:00"), ACT_ONLY, name="evening")
    both = (morning, evening)
    assert asked("2026-06-05T08:30+02:00", *both) is None
    assert asked("2026-06-05T18:30+02:00", *both) is None
    assert asked("2026-06-05T12:00+02:00", *both) == closed(
        ACT_ONLY, "2026-06-05T18:00+02:00", "evening"
    )
    assert asked("2026-06-05T19:00+02:00", *both) == closed(
        ACT_ONLY, "2026-06-06T08:00+02:00", "morning"
    )


def test_act_only_that_never_opens_again_is_closed_without_an_end() -> None:
    past = window(absolute("2026-01-01T00:00Z", "2026-01-02T00:00Z"), ACT_ONLY)
    assert asked("2026-06-05T12:00Z", past) == Closed("w", ACT_ONLY, None)


def test_a_freeze_inside_of_the_only_hours_wins() -> None:
    hours = window(weekly("08:00", "18:00"), ACT_ONLY, name="hours")
    frozen = window(absolute("2026-06-05T10:00+02:00", "2026-06-05T12:00+02:00"), name="frozen")
    assert asked("2026-06-05T09:00+02:00", hours, frozen) is None
    assert asked("2026-06-05T11:00+02:00", hours, frozen) == closed(
        FREEZE, "2026-06-05T12:00+02:00", "frozen"
    )


def test_the_end_of_a_freeze_outside_of_the_only_hours_is_no_opening() -> None:
    hours = window(weekly("08:00", "18:00"), ACT_ONLY, name="hours")
    frozen = window(absolute("2026-06-05T10:00+02:00", "2026-06-06T08:30+02:00"), name="frozen")
    late = window(absolute("2026-06-06T17:00+02:00", "2026-06-07T09:00+02:00"), name="late")
    ends = closed(FREEZE, "2026-06-06T08:30+02:00", "frozen")
    assert asked("2026-06-05T11:00+02:00", hours, frozen, late) == ends
    assert asked("2026-06-06T17:30+02:00", hours, frozen, late) == closed(
        FREEZE, "2026-06-07T09:00+02:00", "late"
    )
    frozen = window(absolute("2026-06-05T10:00+02:00", "2026-06-05T20:00+02:00"), name="frozen")
    assert asked("2026-06-05T11:00+02:00", hours, frozen) == closed(
        FREEZE, "2026-06-06T08:00+02:00", "frozen"
    )


def test_back_to_back_and_overlapping_windows_are_followed_to_their_end() -> None:
    chain = (
        window(weekly("10:00", "11:00"), name="first"),
        window(weekly("11:00", "12:30"), MAINTENANCE, name="second"),
        window(weekly("12:00", "13:00"), name="third"),
        window(weekly("13:01", "14:00"), name="after a gap"),
    )
    until = "2026-06-05T13:00+02:00"
    assert asked("2026-06-05T10:30+02:00", *chain) == closed(FREEZE, until, "first")
    assert asked("2026-06-05T11:30+02:00", *chain) == closed(MAINTENANCE, until, "second")
    assert asked("2026-06-05T13:00+02:00", *chain) is None


def test_a_freeze_is_named_before_maintenance_whatever_their_order() -> None:
    people = window(weekly("10:00", "12:00"), MAINTENANCE, name="people")
    frozen = window(weekly("11:00", "12:00"), name="frozen")
    answer = asked("2026-06-05T11:30+02:00", people, frozen)
    assert answer is not None
    assert (answer.window, answer.kind) == ("frozen", FREEZE)


def test_what_is_always_closed_has_no_end() -> None:
    one = window(weekly("00:00", "00:00"))
    assert asked("2026-06-05T12:00+02:00", one) == Closed("w", FREEZE, None)


@pytest.mark.parametrize(("days", "found"), [(LOOK_AHEAD_DAYS, True), (LOOK_AHEAD_DAYS + 1, False)])
def test_an_opening_is_looked_for_so_many_days_ahead(days: int, found: bool) -> None:
    one = window(Absolute(1000.0, 1000.0 + days * 86400))
    assert blocking([one], SHOP, WEB, 1000.0) == Closed(
        "w", FREEZE, one.recurrence.until_s if found else None  # type: ignore[union-attr]
    )  # fmt: skip


def test_to_the_last_day_of_the_look_ahead_nothing_is_overlooked() -> None:
    """The clocks go forward in between, so that the hundredth day's end is after midnight."""
    long = window(absolute("2026-01-10T23:45+01:00", "2026-04-21T00:10+02:00"), name="long")
    night = window(weekly("00:00", "06:00", days=frozenset({Weekday.TUESDAY})), name="night")
    assert asked("2026-01-10T23:45+01:00", long, night) == Closed("long", FREEZE, None)


SCOPES = [
    (WindowScope(), True),
    (WindowScope(namespaces=frozenset({SHOP})), True),
    (WindowScope(namespaces=frozenset({"bank", SHOP})), True),
    (WindowScope(namespaces=frozenset({"bank"})), False),
    (WindowScope(namespaces=frozenset({"sho"})), False),
    (WindowScope(subjects=frozenset({WEB})), True),
    (WindowScope(subjects=frozenset({"service/shop/Deployment/we"})), False),
    (WindowScope(frozenset({"bank"}), frozenset({WEB})), True),
    (WindowScope(frozenset({SHOP}), frozenset({"service/bank/Deployment/web"})), True),
    (WindowScope(frozenset({"bank"}), frozenset({"service/bank/Deployment/web"})), False),
]


@pytest.mark.parametrize(("scope", "covered"), SCOPES)
def test_a_window_is_for_its_scope(scope: WindowScope, covered: bool) -> None:
    always = weekly("00:00", "00:00")
    never = absolute("2026-01-01T00:00Z", "2026-01-02T00:00Z")
    for one in (window(always, FREEZE, scope), window(never, ACT_ONLY, scope)):
        assert (asked("2026-06-05T12:00+02:00", one) is not None) == covered


@pytest.mark.parametrize(
    "now_s", [1e300, -1e300, CALENDAR_UNTIL_S * 2, -1e12, math.inf, -math.inf, math.nan]
)
def test_a_moment_beyond_every_calendar_is_closed(now_s: float) -> None:
    one = window(weekly("10:00", "11:00"), scope=WindowScope(namespaces=frozenset({SHOP})))
    assert blocking([one], SHOP, WEB, now_s) == Closed("w", FREEZE, None)
    assert blocking([one], "bank", "service/bank/Deployment/web", now_s) is None
