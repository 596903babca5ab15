"""Telemetry without a collector: whose trace goes on, and what is refused."""

from __future__ import annotations

from typing import Protocol

from tests.contracts.observing import Note
from worker.domain.story.journal import EntryKind, chained
from worker.domain.story.reason import Reason
from worker.engine.ports import Telemetry

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


class TelemetryRig(Protocol):
    @property
    def telemetry(self) -> Telemetry: ...

    def counted(self, name: str, **labels: str) -> float: ...


async def span_without_a_parent(rig: TelemetryRig, note: Note) -> None:
    with rig.telemetry.span("turn", subject="web") as span:
        span.set("entries", 3)
        note("span", traceparent=span.traceparent)


async def span_with_a_parent(rig: TelemetryRig, note: Note) -> None:
    with rig.telemetry.span("turn", parent=PARENT, links=[PARENT]) as span:
        note("span", traceparent=span.traceparent)


async def span_with_an_unreadable_parent(rig: TelemetryRig, note: Note) -> None:
    zeros = "00-00000000000000000000000000000000-b7ad6b7169203331-01"
    for parent in ("garbage", zeros, PARENT + "\n"):
        with rig.telemetry.span("turn", parent=parent, links=[parent]) as span:
            note("span", traceparent=span.traceparent)


async def counts(rig: TelemetryRig, note: Note) -> None:
    rig.telemetry.count("deliveries_accepted", 3)
    rig.telemetry.count("deliveries_accepted")
    rig.telemetry.count("dead_letters", reason="not_json")
    note(
        "counted",
        plain=rig.counted("deliveries_accepted"),
        labelled=rig.counted("dead_letters", reason="not_json"),
    )


async def unknown_counter(rig: TelemetryRig, note: Note) -> None:
    try:
        rig.telemetry.count("nobody_declared_this")
    except KeyError as error:
        note("count", error=type(error).__name__)


async def other_labels(rig: TelemetryRig, note: Note) -> None:
    others: tuple[dict[str, str], ...] = ({"why": "x"}, {"reason": "x", "why": "x"}, {})
    for labels in others:
        try:
            rig.telemetry.count("dead_letters", 1, **labels)
        except ValueError as error:
            note("count", labels=labels, error=type(error).__name__)


async def bugs_are_counted(rig: TelemetryRig, note: Note) -> None:
    rig.telemetry.bug("turn", RuntimeError("a bug for the test"))
    note("counted", bugs=rig.counted("bugs"))


async def entries_are_counted(rig: TelemetryRig, note: Note) -> None:
    entry = chained(
        seq=1, at_s=1_800_000_000.0, kind=EntryKind.HELD, reason=Reason.HEALTHY,
        incident="incident-1", detail={}, previous="",
    )  # fmt: skip
    rig.telemetry.entries("service/shop/Deployment/web", [entry, entry])
    note("counted", entries=rig.counted("journal_entries", kind="held", reason="healthy"))


CASES = (
    span_without_a_parent, span_with_a_parent, span_with_an_unreadable_parent, counts,
    unknown_counter, other_labels, bugs_are_counted, entries_are_counted,
)  # fmt: skip
