"""What came and what was done, hour by hour: counted, and as bars for people who look."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from worker.backtest.moments import day_of, time_of

HOUR_S = 3600.0
DAY_HOURS = 24
BARS = "▁▂▃▄▅▆▇█"
NOTHING = "·"
SERIES = ("alerts", "decided", "escalated")


@dataclass
class Hours:
    """Counts by hour since the epoch, UTC, one series for each of SERIES."""

    counts: dict[str, Counter[int]] = field(
        default_factory=lambda: {one: Counter() for one in SERIES}
    )

    def count(self, series: str, at_s: float) -> None:
        self.counts[series][int(at_s // HOUR_S)] += 1

    def as_json(self) -> list[dict[str, Any]]:
        """The hours in which something was; the others were silent."""
        hours = sorted({hour for counts in self.counts.values() for hour in counts})
        return [
            {"at": time_of(hour * HOUR_S), **{one: self.counts[one][hour] for one in SERIES}}
            for hour in hours
        ]

    def days(self) -> Iterator[dict[str, str]]:
        """One row a day, from the first to the last: a bar for each hour, scaled to the largest."""
        hours = [hour for counts in self.counts.values() for hour in counts]
        if not hours:
            return
        largest = {one: max(self.counts[one].values(), default=0) for one in SERIES}
        for day in range(min(hours) // DAY_HOURS, max(hours) // DAY_HOURS + 1):
            first = day * DAY_HOURS
            row = {"day": day_of(first * HOUR_S)}
            for one in SERIES:
                row[one] = bars(self._day(self.counts[one], first), largest[one])
            yield row

    def _day(self, counts: Mapping[int, int], first: int) -> list[int]:
        return [counts.get(hour, 0) for hour in range(first, first + DAY_HOURS)]


def bars(counts: Sequence[int], largest: int) -> str:
    """A bar for each count; the largest is full, and even one is more than nothing."""
    return "".join(
        BARS[-(-count * len(BARS) // largest) - 1] if count > 0 else NOTHING for count in counts
    )
