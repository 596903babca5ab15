"""Spans, metrics and log lines; the core knows none of them.

Log lines and the journal's metrics are made from journal entries here and nowhere else. Spans are
exported over OTLP/HTTP when a collector is configured; without one nothing is traced.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import structlog
from opentelemetry import trace
from opentelemetry.propagate import extract, inject
from prometheus_client import CollectorRegistry, Counter

from worker.domain.story.journal import Entry, sentence

TRACEPARENT = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
LINKS_MAX = 32  # alerts merged into one turn that are linked; more say nothing new
FLUSH_MS = 3000  # at the end of the process, for spans not yet exported

EXPORT_TIMEOUT_S = 2  # of one export, retries included

COUNTERS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "deliveries_accepted": ("Deliveries that are durable and acknowledged.", ()),
    "accept_failed": ("Batches that were not durable and come again.", ("error",)),
    "dead_letters": ("Inputs that nobody can read.", ("reason",)),
    "letters_untold": ("Dead letters of which no human could be told.", ()),
    "turns_asked": ("Turns that were asked for by a wake, a reminder or the sweep.", ()),
    "turns_overtaken": ("Saves of a turn that lost against another one or an alert.", ()),
    "turns_failed": ("Turns that the world's trouble ended early.", ("error",)),
    "bugs": ("Errors that only a bug of the worker explains.", ()),
    "sweep_failed": ("Sweeps over the open index that failed.", ()),
    "notices_failed": ("Notices that a sink did not take.", ("sink",)),
    "journal_failed": ("Publishes of journal entries that failed.", ()),
    "inventory_failed": ("Lists and watches of the inventory that failed.", ("kind",)),
    "playbooks_swapped": ("Packs of playbooks that took the place of an older one.", ()),
    "playbooks_refused": (
        "Packs that were not taken: unreadable, older, or changed without a new version.",
        ("error",),
    ),
    "wakes_dropped": ("Wakes that found the queue full.", ()),
    "wakes_failed": ("Actor calls that failed; the sweep comes back to them.", ()),
    "journal_entries": ("Journal entries that became durable.", ("kind", "reason")),
}


class Span:
    def __init__(self, span: trace.Span) -> None:
        self._span = span

    def set(self, name: str, value: str | int | float | bool) -> None:
        self._span.set_attribute(name, value)

    @property
    def traceparent(self) -> str:
        carrier: dict[str, str] = {}
        inject(carrier, trace.set_span_in_context(self._span))
        return carrier.get("traceparent", "")


class OtelTelemetry:
    """`otlp_endpoint` is the base URL of an OTLP/HTTP collector, or ""."""

    def __init__(self, *, otlp_endpoint: str = "", instance: str = "") -> None:
        self.registry = CollectorRegistry()
        self._log = structlog.get_logger("aiops")
        self._provider = _provider(otlp_endpoint, instance)
        self._tracer = self._provider.get_tracer("aiops-operator")
        self._counters = {
            name: Counter(f"aiops_{name}", text, labels, registry=self.registry)
            for name, (text, labels) in COUNTERS.items()
        }

    @contextmanager
    def span(
        self, name: str, *, parent: str = "", links: Sequence[str] = (), **attributes: str
    ) -> Iterator[Span]:
        context = extract({"traceparent": parent}) if TRACEPARENT.fullmatch(parent) else None
        linked = [link for one in links[:LINKS_MAX] if (link := _link(one)) is not None]
        with self._tracer.start_as_current_span(
            name, context=context, links=linked, attributes=dict(attributes)
        ) as span:
            yield Span(span)

    def count(self, name: str, amount: int = 1, **labels: str) -> None:
        counter = self._counters[name]
        (counter.labels(**labels) if labels else counter).inc(amount)

    def bug(self, where: str, error: Exception) -> None:
        self.count("bugs")
        self._log.error("bug", where=where, exc_info=error)

    def entries(self, subject: str, entries: Sequence[Entry]) -> None:
        for entry in entries:
            self.count("journal_entries", kind=str(entry.kind), reason=str(entry.reason))
            self._log.info(
                sentence(entry), subject=subject, incident=entry.incident, seq=entry.seq,
                kind=str(entry.kind), reason=str(entry.reason),
            )  # fmt: skip

    def close(self) -> None:
        """Export what is left, within a deadline. Blocks for that long: call it in a thread."""
        flush = getattr(self._provider, "force_flush", None)
        if flush is not None:
            flush(FLUSH_MS)
            self._provider.shutdown()  # type: ignore[attr-defined]


def set_up_logging(*, console: bool) -> None:
    """JSON lines on stderr, or a readable console; either escapes control characters."""
    import logging
    import sys

    renderer: Any = (
        structlog.dev.ConsoleRenderer() if console else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def _provider(otlp_endpoint: str, instance: str) -> trace.TracerProvider:
    if not otlp_endpoint:
        return trace.NoOpTracerProvider()
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    resource = Resource.create({"service.name": "aiops-operator", "service.instance.id": instance})
    provider = TracerProvider(resource=resource)
    endpoint = f"{otlp_endpoint.rstrip('/')}/v1/traces"
    exporter = OTLPSpanExporter(endpoint=endpoint, timeout=EXPORT_TIMEOUT_S)
    provider.add_span_processor(BatchSpanProcessor(exporter, schedule_delay_millis=1000))
    return provider


def _link(traceparent: str) -> trace.Link | None:
    if not TRACEPARENT.fullmatch(traceparent):
        return None
    found = trace.get_current_span(extract({"traceparent": traceparent})).get_span_context()
    return trace.Link(found) if found.is_valid else None
