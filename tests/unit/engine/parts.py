"""Clock, telemetry, waker and sinks for the engine's tests; each tells what it was asked."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from worker.domain.document.outbox import Notice
from worker.domain.story.journal import Entry, sentence
from worker.engine.ports import Json, PermanentError, TransientError

NOON_S = 1767268800.0  # 2026-01-01T12:00:00Z


@dataclass
class SetClock:
    """Stands still until somebody moves it; `sleep` moves it, and gives way to others."""

    at_s: float = NOON_S
    slept_s: list[float] = field(default_factory=list)
    on_sleep: Callable[[int], None] | None = None  # called with how often somebody has slept

    def now_s(self) -> float:
        return self.at_s

    def monotonic_s(self) -> float:
        return self.at_s

    async def sleep(self, seconds: float) -> None:
        self.slept_s.append(seconds)
        self.at_s += seconds
        if self.on_sleep is not None:
            self.on_sleep(len(self.slept_s))
        await asyncio.sleep(0)

    def pass_s(self, seconds: float) -> None:
        self.at_s += seconds


@dataclass
class RecordedSpan:
    """Its own traceparent continues the parent's trace, as a real one does."""

    name: str
    parent: str
    links: tuple[str, ...]
    attributes: dict[str, str]
    set_later: dict[str, object] = field(default_factory=dict)

    def set(self, name: str, value: str | int | float | bool) -> None:
        self.set_later[name] = value

    @property
    def traceparent(self) -> str:
        return f"{self.parent[:36]}{'c' * 16}-01" if self.parent else ""


@dataclass
class Recorder:
    """The telemetry port, written down."""

    spans: list[RecordedSpan] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    labels: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    bugs: list[tuple[str, Exception]] = field(default_factory=list)
    told: list[tuple[str, Entry]] = field(default_factory=list)

    @contextmanager
    def span(
        self, name: str, *, parent: str = "", links: Sequence[str] = (), **attributes: str
    ) -> Iterator[RecordedSpan]:
        span = RecordedSpan(name, parent, tuple(links), attributes)
        self.spans.append(span)
        yield span

    def count(self, name: str, amount: int = 1, **labels: str) -> None:
        self.counts[name] = self.counts.get(name, 0) + amount
        self.labels.append((name, labels))

    def bug(self, where: str, error: Exception) -> None:
        self.bugs.append((where, error))

    def entries(self, subject: str, entries: Sequence[Entry]) -> None:
        self.told += [(subject, entry) for entry in entries]

    def story(self) -> list[str]:
        return [sentence(entry) for _, entry in self.told]


@dataclass
class Wakes:
    """The waker port, written down; nothing runs by itself."""

    woken: list[tuple[str, str]] = field(default_factory=list)
    at: dict[str, float] = field(default_factory=dict)

    def wake(self, subject_key: str, *, traceparent: str = "") -> None:
        self.woken.append((subject_key, traceparent))

    def wake_at(self, subject_key: str, at_s: float) -> None:
        self.at[subject_key] = at_s

    @property
    def keys(self) -> list[str]:
        return [key for key, _ in self.woken]


Trouble = TransientError | PermanentError


@dataclass
class ScriptedSink:
    """Answers each delivery with the next of `script` (then the last one again)."""

    name: str
    script: list[str | Trouble]
    taken: list[Notice] = field(default_factory=list)
    asked: int = 0
    hangs: bool = False

    async def deliver(self, notice: Notice, subject: str) -> str:
        self.asked += 1
        if self.hangs:
            await asyncio.Event().wait()
        answer = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        if not isinstance(answer, str):
            raise answer
        self.taken.append(notice)
        return answer


@dataclass
class KeptTopic:
    """A dead-letter topic; away while `away`."""

    letters: list[Json] = field(default_factory=list)
    away: bool = False

    async def publish(self, letter: Json) -> None:
        if self.away:
            raise TransientError("topic: away")
        self.letters.append(letter)
