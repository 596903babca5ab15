"""Windows against the oracle of every minute, against what the wall clock reads, and at random."""

from __future__ import annotations

from datetime import time
from zoneinfo import ZoneInfo

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.property.calendar_minutes import (
    CHANGES,
    DAY_MINUTES,
    DAYS,
    MARGIN_DAYS,
    MINUTE_S,
    Week,
    closed_minutes,
    readings,
    week_of,
)
from worker.domain.calendar.recurrence import Absolute, Weekday, Weekly
from worker.domain.calendar.window import Closed, Window, WindowKind, WindowScope, blocking

times = st.one_of(
    st.builds(time, st.integers(1, 3), st.integers(0, 59)),  # around a change
    st.builds(time, st.integers(0, 23), st.sampled_from((0, 15, 30))),
)


@st.composite
def windows_of(draw: st.DrawFn, week: Week, kinds: tuple[WindowKind, ...]) -> Window:
    kind = draw(st.sampled_from(kinds))
    name = draw(st.sampled_from(("a", "b", "c")))
    if draw(st.integers(0, 3)) == 0:
        first = draw(st.integers(0, len(week.walls) - 1))
        length = draw(st.integers(1, 2 * DAY_MINUTES))
        from_s = float(week.from_s + first * MINUTE_S)
        return Window(name, kind, WindowScope(), Absolute(from_s, from_s + length * MINUTE_S))
    weekly = Weekly(
        draw(st.frozensets(st.sampled_from(Weekday), min_size=1)),
        draw(times),
        draw(times),
        week.zone,
        draw(st.frozensets(st.sampled_from(week.days()), max_size=2)),
    )
    return Window(name, kind, WindowScope(), weekly)


weeks = st.sampled_from(CHANGES).map(lambda change: week_of(*change))
asked = st.integers(MARGIN_DAYS * DAY_MINUTES, (MARGIN_DAYS + DAYS) * DAY_MINUTES)
EVERY_KIND = tuple(WindowKind)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_every_answer_is_the_one_of_the_minutes(data: st.DataObject) -> None:
    week = data.draw(weeks)
    windows = data.draw(st.lists(windows_of(week, EVERY_KIND), min_size=1, max_size=5))
    expected = closed_minutes(week, windows)
    end = (MARGIN_DAYS + DAYS) * DAY_MINUTES
    around = [i for i in range(MARGIN_DAYS * DAY_MINUTES, end) if expected[i] != expected[i - 1]]
    moments = {*data.draw(st.lists(asked, max_size=5)), *around, *(i - 1 for i in around)}
    for minute in moments:
        now_s = week.from_s + minute * MINUTE_S + data.draw(st.sampled_from((0.0, 0.5, 59.999)))
        found = blocking(windows, "shop", "service/shop/Deployment/web", now_s)
        assert (found is not None) == bool(expected[minute]), week.walls[minute]
        if found is None:
            continue
        assert found.window in {one.name for one in windows}
        opens = expected.find(0, minute)
        if 0 <= opens < end:
            assert found.until_s == week.from_s + opens * MINUTE_S
        else:
            assert found.until_s is None or found.until_s >= week.from_s + end * MINUTE_S


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_a_freeze_covers_all_that_it_reads_and_a_permission_no_more(data: st.DataObject) -> None:
    """Only the wall clock is asked: what stands between the two readings is inside."""
    week = data.draw(weeks)
    window = data.draw(windows_of(week, EVERY_KIND))
    if not isinstance(window.recurrence, Weekly):
        return
    occurrences = readings(week, window.recurrence)
    permits = window.kind is WindowKind.ACT_ONLY
    for minute in data.draw(st.lists(asked, min_size=20, max_size=60)):
        wall = week.walls[minute]
        reads_inside = any(start <= wall < end for start, end in occurrences)
        found = blocking([window], "shop", "any", float(week.from_s + minute * MINUTE_S))
        if permits:
            assert found is not None or reads_inside, wall
        else:
            assert found is not None or not reads_inside, wall


any_seconds = st.floats(allow_nan=False, allow_infinity=False)
any_absolute = st.builds(Absolute, any_seconds, any_seconds)
any_weekly = st.builds(
    Weekly,
    st.frozensets(st.sampled_from(Weekday)),
    st.times(),
    st.times(),
    st.sampled_from(("UTC", "Pacific/Apia", "Europe/Berlin", "Asia/Kathmandu")).map(ZoneInfo),
    st.frozensets(st.dates(), max_size=3),
)
any_window = st.builds(
    Window,
    st.text(),
    st.sampled_from(WindowKind),
    st.builds(WindowScope, st.frozensets(st.sampled_from(("shop", "bank"))), st.just(frozenset())),
    st.one_of(any_absolute, any_weekly),
)
HOURS = Window(
    "hours",
    WindowKind.ACT_ONLY,
    WindowScope(),
    Weekly(frozenset(Weekday), time(8), time(8, 1), ZoneInfo("UTC")),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(any_window, max_size=6), any_seconds | st.floats(-1e10, 1e12))
@example([HOURS], 2.0e11)
@example([HOURS], -2.0e9)
def test_it_answers_whatever_is_asked(windows: list[Window], now_s: float) -> None:
    found = blocking(windows, "shop", "any", now_s)
    assert found is None or isinstance(found, Closed)
    if found is not None and found.until_s is not None:
        assert found.until_s > now_s
        assert blocking(windows, "shop", "any", found.until_s) is None
