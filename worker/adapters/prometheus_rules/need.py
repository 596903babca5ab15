"""A selector that a rule needs, and the way of its labels from there to the alert."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

NO_LABELS: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Labels:
    """Which labels of a series reach the alert as they are."""

    only: frozenset[str] | None = None
    without: frozenset[str] = NO_LABELS

    def __contains__(self, name: str) -> bool:
        return name not in self.without and (self.only is None or name in self.only)

    def keep(self, names: Iterable[str]) -> Labels:
        kept = frozenset(names)
        return replace(self, only=kept if self.only is None else self.only & kept)

    def drop(self, names: Iterable[str]) -> Labels:
        return replace(self, without=self.without | frozenset(names))


@dataclass(frozen=True, slots=True)
class Need:
    """A selector of instants: its matchers and its offset as PromQL, and what it surely reads by
    name ("": that is open)."""

    name: str
    matchers: tuple[str, ...]
    age: str
    labels: Labels

    def selector(self, more: Iterable[str]) -> str:
        """In PromQL, narrowed by `more` matchers."""
        return f"{{{','.join((*self.matchers, *more))}}}{self.age}"


@dataclass(frozen=True, slots=True)
class Place:
    """Where in an expression: what of it reaches the alert, how long ago, and whether it is
    needed or its absence is."""

    labels: Labels
    age_s: float = 0.0
    wanted: bool = True

    def nowhere(self) -> Place:
        """No label gets from here to the alert."""
        return replace(self, labels=self.labels.keep(NO_LABELS))
