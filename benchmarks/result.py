"""What a benchmark says: a ratio, the goal it has to hold, and how far its runs lie apart."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Result:
    """`ratio` is ours over the peer's (more is better); `goal` is the least ratio that holds."""

    name: str
    ratio: float
    goal: float
    spread: float

    def as_json(self) -> dict[str, object]:
        return asdict(self)

    def line(self) -> str:
        word = "holds" if self.ratio >= self.goal else "misses"
        return (
            f"{self.name}: ratio {self.ratio:.2f} (spread {self.spread:.2f}), "
            f"goal {self.goal:.2f} {word}"
        )


def compare(name: str, ours: Sequence[float], peer: Sequence[float], goal: float) -> Result:
    """Median rate over median rate; the spread is that of the ratios of paired runs."""
    ratios = [mine / theirs for mine, theirs in zip(ours, peer, strict=True)]
    return Result(
        name=name,
        ratio=round(statistics.median(ratios), 3),
        goal=goal,
        spread=round(max(ratios) - min(ratios), 3),
    )
