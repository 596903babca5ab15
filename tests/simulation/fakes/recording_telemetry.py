"""Telemetry that is read by the test: what was counted, traced, told and blamed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from worker.adapters.telemetry import COUNTERS, TRACEPARENT
from worker.domain.story.journal import Entry

Value = str | int | float | bool


@dataclass
class RecordedSpan:
    """Seen: telemetry/span_without_a_parent, telemetry/span_with_a_parent,
    telemetry/span_with_an_unreadable_parent (no collector, so nothing new is traced).
    """

    name: str
    traceparent: str
    links: tuple[str, ...]
    attributes: dict[str, Value]

    def set(self, name: str, value: Value) -> None:
        self.attributes[name] = value


@dataclass
class RecordingTelemetry:
    """Refuses what the real one refuses: a counter that is not declared, labels that are others.

    Seen: telemetry/unknown_counter, telemetry/other_labels, telemetry/counts.
    """

    counted: Counter[tuple[str, tuple[tuple[str, str], ...]]] = field(default_factory=Counter)
    spans: list[RecordedSpan] = field(default_factory=list)
    bugs: list[tuple[str, Exception]] = field(default_factory=list)
    told: list[tuple[str, Entry]] = field(default_factory=list)

    @contextmanager
    def span(
        self, name: str, *, parent: str = "", links: Sequence[str] = (), **attributes: str
    ) -> Iterator[RecordedSpan]:
        traceparent = parent if TRACEPARENT.fullmatch(parent) else ""
        opened = RecordedSpan(name, traceparent, tuple(links), dict(attributes))
        self.spans.append(opened)
        yield opened

    def count(self, name: str, amount: int = 1, **labels: str) -> None:
        _, wanted = COUNTERS[name]
        if set(labels) != set(wanted):
            raise ValueError(f"{name} has the labels {wanted}, not {sorted(labels)}")
        self.counted[name, tuple(sorted(labels.items()))] += amount

    def total(self, name: str) -> int:
        """Over all labels."""
        return sum(amount for (one, _), amount in self.counted.items() if one == name)

    def bug(self, where: str, error: Exception) -> None:
        """Seen: telemetry/bugs_are_counted."""
        self.count("bugs")
        self.bugs.append((where, error))

    def entries(self, subject: str, entries: Sequence[Entry]) -> None:
        """Seen: telemetry/entries_are_counted."""
        for entry in entries:
            self.count("journal_entries", kind=str(entry.kind), reason=str(entry.reason))
            self.told.append((subject, entry))
