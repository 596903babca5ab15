"""Spans as a collector receives them over OTLP, counters as Prometheus reads them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import structlog
from prometheus_client.openmetrics.exposition import generate_latest
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from tests.e2e.receivers import Collector, SeenSpan
from worker.adapters.telemetry import COUNTERS, LINKS_MAX, OtelTelemetry, set_up_logging
from worker.domain.story.journal import EntryKind, chained
from worker.domain.story.reason import Reason

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
TRACEPARENT = f"00-{TRACE}-{PARENT}-01"

BAD_TRACEPARENTS = [
    "",
    "nonsense",
    f"00-{'0' * 32}-{PARENT}-01",
    f"00-{TRACE}-{'0' * 16}-01",
    f"00-{TRACE.upper()}-{PARENT}-01",
    f"00-{TRACE}-{PARENT}",
    f"00-{TRACE}-{PARENT}-01-more",
    f"ff-{TRACE}-{PARENT}-01",
    f"00-{TRACE}-{PARENT}-01\r\nx: y",
]


@contextmanager
def collected(spans: list[SeenSpan]) -> Iterator[OtelTelemetry]:
    """A telemetry that exports for real; afterwards `spans` has what the collector received."""
    with Collector() as collector:
        telemetry = OtelTelemetry(otlp_endpoint=collector.url + "/", instance="pod-1")
        yield telemetry
        telemetry.close()
        spans += collector.spans()


def test_the_parents_trace_is_continued() -> None:
    spans: list[SeenSpan] = []
    with collected(spans) as telemetry, telemetry.span("accept", parent=TRACEPARENT) as span:
        inner = span.traceparent
    (seen,) = spans
    assert (seen.service, seen.name) == ("aiops-operator", "accept")
    assert (seen.trace_id, seen.parent_id) == (TRACE, PARENT)
    assert inner == f"00-{TRACE}-{seen.span_id}-01", "what is handed on names this span"


def test_spans_inside_each_other_are_parent_and_child() -> None:
    spans: list[SeenSpan] = []
    with (
        collected(spans) as telemetry,
        telemetry.span("turn", parent=TRACEPARENT),
        telemetry.span("probe pod_health", subject="s"),
    ):
        pass
    by_name = {one.name: one for one in spans}
    assert by_name["probe pod_health"].parent_id == by_name["turn"].span_id
    assert {one.trace_id for one in spans} == {TRACE}


def test_merged_alerts_are_links() -> None:
    others = [f"00-{number:032x}-{PARENT}-01" for number in (1, 2)]
    spans: list[SeenSpan] = []
    with collected(spans) as telemetry, telemetry.span("turn", parent=TRACEPARENT, links=others):
        pass
    (seen,) = spans
    assert seen.trace_id == TRACE
    assert sorted(seen.links) == [f"{number:032x}" for number in (1, 2)]


def test_links_are_bounded_and_bad_ones_are_left_out() -> None:
    many = [f"00-{number:032x}-{PARENT}-01" for number in range(1, LINKS_MAX + 10)]
    spans: list[SeenSpan] = []
    with collected(spans) as telemetry:
        with telemetry.span("many", links=many):
            pass
        with telemetry.span("bad", links=[*BAD_TRACEPARENTS, TRACEPARENT]):
            pass
    by_name = {one.name: one for one in spans}
    assert len(by_name["many"].links) == LINKS_MAX
    assert by_name["bad"].links == (TRACE,)


def test_a_bad_traceparent_begins_a_trace_of_its_own() -> None:
    spans: list[SeenSpan] = []
    with collected(spans) as telemetry:
        for parent in BAD_TRACEPARENTS:
            with telemetry.span(f"under {parent!r}", parent=parent):
                pass
    assert {one.name for one in spans} == {f"under {parent!r}" for parent in BAD_TRACEPARENTS}
    assert {one.parent_id for one in spans} == {""}
    traces = {one.trace_id for one in spans}
    assert len(traces) == len(spans)
    assert not traces & {TRACE, "0" * 32}


def test_without_a_collector_nothing_is_exported_and_the_callers_trace_goes_on() -> None:
    telemetry = OtelTelemetry()
    with telemetry.span("turn", links=[TRACEPARENT], subject="s") as span:
        span.set("known", True)
        assert span.traceparent == ""
    with telemetry.span("turn", parent=TRACEPARENT) as span:
        assert span.traceparent == TRACEPARENT
    telemetry.close()


def exposed(telemetry: OtelTelemetry) -> dict[str, dict[tuple[tuple[str, str], ...], float]]:
    """Family → labels → value, as an OpenMetrics parser reads it."""
    text = generate_latest(telemetry.registry).decode()  # type: ignore[no-untyped-call]
    return {
        family.name: {
            tuple(sorted(sample.labels.items())): sample.value
            for sample in family.samples
            if sample.name.endswith("_total")
        }
        for family in text_string_to_metric_families(text)  # type: ignore[no-untyped-call]
    }


def test_every_counter_is_exposed_and_counts() -> None:
    telemetry = OtelTelemetry()
    assert set(exposed(telemetry)) == {f"aiops_{name}" for name in COUNTERS}
    for name, (_, labels) in COUNTERS.items():
        given: dict[str, Any] = dict.fromkeys(labels, "x")
        telemetry.count(name, **given)
        telemetry.count(name, 2, **given)
    for name, (_, labels) in COUNTERS.items():
        key = tuple(sorted((label, "x") for label in labels))
        assert exposed(telemetry)[f"aiops_{name}"] == {key: 3.0}, name


def test_journal_entries_become_counts_and_one_json_line_each(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Text from outside stays inside its JSON value: no line break, no escape sequence."""
    before = structlog.get_config()
    entry = chained(
        seq=3, at_s=1.0, kind=EntryKind.ALERT, reason=Reason.ALERT_FIRING, incident="inc-1",
        detail={"alert": "Bad\n\x1b[31m{x}", "status": "firing", "labels": "pod web"}, previous="",
    )  # fmt: skip
    try:
        set_up_logging(console=False)
        telemetry = OtelTelemetry()
        telemetry.entries("service/shop/Deployment/web", [entry])
        telemetry.bug("here", RuntimeError("a bug\nof ours"))
    finally:
        structlog.configure(**before)
    told, bug = map(json.loads, capsys.readouterr().err.splitlines())
    assert told["event"] == "Alert Bad [31m{x} is firing (pod web)."
    assert (told["subject"], told["incident"]) == ("service/shop/Deployment/web", "inc-1")
    assert (told["seq"], told["kind"], told["reason"]) == (3, "alert", "alert_firing")
    assert (bug["event"], bug["where"], bug["level"]) == ("bug", "here", "error")
    assert "RuntimeError: a bug" in bug["exception"]
    key = (("kind", "alert"), ("reason", "alert_firing"))
    assert exposed(telemetry)["aiops_journal_entries"] == {key: 1.0}
    assert exposed(telemetry)["aiops_bugs"] == {(): 1.0}
