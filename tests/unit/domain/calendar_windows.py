"""Windows for tests, with moments as text such as `2026-03-29T01:00+01:00`; who asks is WEB."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from worker.domain.calendar.recurrence import Absolute, Weekday, Weekly
from worker.domain.calendar.window import Closed, Window, WindowKind, WindowScope, blocking

FREEZE, MAINTENANCE, ACT_ONLY = WindowKind
EVERYWHERE = WindowScope()
ALWAYS = frozenset(Weekday)
SHOP, WEB = "shop", "service/shop/Deployment/web"


def at(text: str) -> float:
    """Seconds since the epoch of a moment such as `2026-03-29T01:00+01:00`."""
    return datetime.fromisoformat(text).timestamp()


def weekly(
    start: str, end: str, *, days: frozenset[Weekday] = ALWAYS, zone: str = "Europe/Berlin",
    except_dates: frozenset[date] = frozenset(),
) -> Weekly:  # fmt: skip
    edges = (time.fromisoformat(start), time.fromisoformat(end))
    return Weekly(days, *edges, ZoneInfo(zone), except_dates)


def absolute(start: str, end: str) -> Absolute:
    return Absolute(at(start), at(end))


def window(
    recurrence: Absolute | Weekly, kind: WindowKind = FREEZE, scope: WindowScope = EVERYWHERE,
    name: str = "w",
) -> Window:  # fmt: skip
    return Window(name, kind, scope, recurrence)


def asked(moment: str, *windows: Window) -> Closed | None:
    return blocking(windows, SHOP, WEB, at(moment))


def closed(kind: WindowKind, until: str, name: str = "w") -> Closed:
    return Closed(name, kind, at(until))
