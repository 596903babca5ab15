"""A slow oracle of windows: every minute of a week around a change of clocks.

It knows nothing of `fold`: it reads the wall clock of each minute and looks up which minutes, and
where there is none which offsets, a reading belongs to.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from worker.domain.calendar.recurrence import WEEK, Absolute, Weekly
from worker.domain.calendar.window import Window, WindowKind

MINUTE_S = 60
DAY_MINUTES = 24 * 60
MARGIN_DAYS, DAYS = 3, 7  # windows of the margin reach into the days that are asked about

CHANGES = (
    ("Europe/Berlin", "2026-03-29"),
    ("Europe/Berlin", "2026-10-25"),
    ("America/New_York", "2026-03-08"),
    ("America/New_York", "2026-11-01"),
    ("Australia/Lord_Howe", "2026-04-05"),
    ("Australia/Lord_Howe", "2026-10-04"),
)


@dataclass(frozen=True)
class Week:
    """Every minute from MARGIN_DAYS before the week of a change to MARGIN_DAYS after it."""

    zone: ZoneInfo
    from_s: int
    walls: tuple[datetime, ...]  # what the wall clock reads at each minute
    minutes: dict[datetime, list[int]]

    def instants(self, wall: datetime) -> list[int]:
        """The minutes that a reading can mean."""
        if wall in self.minutes:
            return self.minutes[wall]
        skipped = next(i for i, read in enumerate(self.walls) if read > wall)
        offsets = [self.walls[i] - timedelta(minutes=i) for i in (skipped - 1, skipped)]
        return [(wall - offset) // timedelta(minutes=1) for offset in offsets]

    def days(self) -> list[date]:
        return sorted({wall.date() for wall in self.walls})[1:-2]


@cache
def week_of(zone_name: str, change: str) -> Week:
    zone = ZoneInfo(zone_name)
    noon = datetime.fromisoformat(change).replace(hour=12, tzinfo=zone)
    from_s = int(noon.timestamp()) - (DAYS // 2 + MARGIN_DAYS) * 86400
    count = (DAYS + 2 * MARGIN_DAYS) * DAY_MINUTES
    walls = tuple(
        datetime.fromtimestamp(from_s + i * MINUTE_S, zone).replace(tzinfo=None, fold=0)
        for i in range(count)
    )
    minutes: dict[datetime, list[int]] = {}
    for number, wall in enumerate(walls):
        minutes.setdefault(wall, []).append(number)
    return Week(zone, from_s, walls, minutes)


def readings(week: Week, weekly: Weekly) -> list[tuple[datetime, datetime]]:
    """Each occurrence as it was written: from this reading to that one."""
    found = []
    for day in week.days():
        if WEEK[day.weekday()] in weekly.days and day not in weekly.except_dates:
            end = datetime.combine(day, weekly.end)
            if weekly.end <= weekly.start:
                end += timedelta(days=1)
            found.append((datetime.combine(day, weekly.start), end))
    return found


def mark(week: Week, window: Window) -> bytearray:
    """One byte a minute: whether the window holds it."""
    held = bytearray(len(week.walls))
    if isinstance(window.recurrence, Absolute):
        once = window.recurrence
        spans = [(math.ceil((s - week.from_s) / MINUTE_S)) for s in (once.from_s, once.until_s)]
        ranges = [(spans[0], spans[1])]
    else:
        pick, other = (max, min) if window.kind is WindowKind.ACT_ONLY else (min, max)
        ranges = [
            (pick(week.instants(start)), other(week.instants(end)))
            for start, end in readings(week, window.recurrence)
        ]
    for start, end in ranges:
        for minute in range(max(0, start), min(end, len(held))):
            held[minute] = 1
    return held


def closed_minutes(week: Week, windows: list[Window]) -> bytearray:
    closing = [mark(week, one) for one in windows if one.kind is not WindowKind.ACT_ONLY]
    permitting = [mark(week, one) for one in windows if one.kind is WindowKind.ACT_ONLY]
    return bytearray(
        any(one[i] for one in closing)
        or (bool(permitting) and not any(one[i] for one in permitting))
        for i in range(len(week.walls))
    )
