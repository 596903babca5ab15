"""A scope's document in a store that compares and swaps, and writers that take turns in any order.

Every writer reads, is overtaken or not, and saves; who loses reads again. What was granted, and
what was given back, is noted beside it by the test, from the saves that were won.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from tests.unit.domain.builders import NOW_S
from worker.domain.scopes.scope import (
    Claim,
    Limits,
    ScopeDocument,
    ScopeKind,
    Sick,
    claimed,
    released,
    withdrawn,
)
from worker.domain.scopes.storm import StormLimits, reported
from worker.domain.story.reason import Reason

LEASE_S = 900.0
STORM = StormLimits()


@dataclass(frozen=True)
class Writer:
    """One intent: what it does one after the other, and how wrong its replica's clock is."""

    number: int
    subject: str
    disrupts: bool
    deeds: tuple[str, ...]
    skew_s: float = 0.0

    @property
    def intent(self) -> str:
        return f"i-{self.number}"


@dataclass
class Store:
    """`blind`: it saves whatever it is given, as a store would that compares nothing."""

    limits: Limits
    blind: bool = False
    document: ScopeDocument = field(default_factory=lambda: ScopeDocument(ScopeKind.CLUSTER))
    version: int = 0
    now_s: float = NOW_S
    granted: dict[str, str] = field(default_factory=dict)  # leases: intent and subject
    acts: dict[str, float] = field(default_factory=dict)  # not withdrawn
    refused: list[Reason] = field(default_factory=list)

    def save(self, document: ScopeDocument, version: int) -> bool:
        if version != self.version and not self.blind:
            return False
        self.document, self.version = document, self.version + 1
        return True


def work(store: Store, writer: Writer) -> Iterator[None]:
    """Its deeds; between reading and saving others may come."""
    for deed in writer.deeds:
        while True:
            yield
            document, version, at_s = store.document, store.version, store.now_s + writer.skew_s
            changed = _changed(document, store, writer, deed, at_s)
            yield
            if isinstance(changed, Reason):
                store.refused.append(changed)
                break
            if changed == document or store.save(changed, version):
                _noted(store, writer, deed)
                break
        if isinstance(changed, Reason):
            return  # without room it is not sent, and nothing follows


def _changed(
    document: ScopeDocument, store: Store, writer: Writer, deed: str, at_s: float
) -> ScopeDocument | Reason:
    match deed:
        case "claim":
            claim = Claim(writer.intent, writer.subject, writer.disrupts, LEASE_S)
            return claimed(document, claim, store.limits, at_s)
        case "release":
            return released(document, writer.intent)
        case "withdraw":
            return withdrawn(document, writer.intent)
        case _:
            sick = Sick(writer.subject, at_s, "crash_loop") if deed == "sick" else None
            return reported(
                document, subject=writer.subject, sick=sick, opened={f"inc-{writer.number}": at_s},
                known=100, limits=STORM, now_s=at_s,
            )  # fmt: skip


def _noted(store: Store, writer: Writer, deed: str) -> None:
    match deed:
        case "claim":
            if writer.disrupts:
                store.granted[writer.intent] = writer.subject
            for made in store.document.acts:  # it may have left the window meanwhile
                if made.intent == writer.intent:
                    store.acts[writer.intent] = made.at_s
        case "release":
            store.granted.pop(writer.intent, None)
        case "withdraw":
            store.granted.pop(writer.intent, None)
            store.acts.pop(writer.intent, None)


def interleaved(
    store: Store,
    writers: Sequence[Writer],
    schedule: Sequence[tuple[int, float]],
    check: Callable[[Store], None],
) -> None:
    """Each turn one of the writers goes on, after some seconds; then all go on to their end."""
    running = {writer.number: work(store, writer) for writer in writers}
    numbers = [writer.number for writer in writers]
    for number, passed_s in schedule:
        store.now_s += passed_s
        _step(running, numbers[number % len(numbers)])
        check(store)
    while running:
        for number in list(running):
            _step(running, number)
            check(store)


def _step(running: dict[int, Iterator[None]], number: int) -> None:
    if number in running and next(running[number], "done") == "done":
        del running[number]
