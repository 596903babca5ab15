"""One record as it was recorded: what a topic's record or a webhook body holds, with its time.

Read are: an Alertmanager webhook body (version 4), one alert, alerts of Alertmanager's API v2, an
ops-event, a CloudEvent around any of these, each by itself, in an array, or wrapped as
`{"at": "2026-01-31T12:00:00Z", "topic": "alerts", "value": {…}}`.

Rules of this file: a record's time is the wrapper's `at`; else that of the event itself: `startsAt`
of what fires, `endsAt` of what is resolved, `at` of an ops-event. An alert without a status that
has both, as in a history, fires at the one and is resolved at the other. Nothing raises: what
can't be read is told with its place and its reason.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import inf, isfinite
from typing import IO

from worker.backtest.framing import RECORD_MAX_BYTES, pieces
from worker.backtest.recorded import Recorded
from worker.backtest.subjects import recorded_subject
from worker.domain.incoming.alert import ALERTS_PER_MESSAGE_MAX, Alert, AlertStatus, parse
from worker.domain.incoming.json_text import decode
from worker.domain.incoming.malformed import Malformed, MalformedError, MalformedReason
from worker.domain.incoming.message import time_s, unwrap
from worker.domain.incoming.ops_event import OpsEvent, parse_ops_event

DEPTH_MAX = 20  # levels of JSON, as AIOPS_DEPTH_MAX has it
MUTED = "suppressed"  # a state of the API v2: silenced or inhibited
ELEMENTS_MAX = 100_000  # alerts in one array on one line; RECORD_MAX_BYTES hold fewer
EARLIEST_S = 946_684_800.0  # the year 2000: before it nobody recorded an alert
LATEST_S = 32_503_680_000.0  # the year 3000; Python's calendar ends far behind it


@dataclass(frozen=True, slots=True)
class Unread:
    """A record, or a piece of one, that is none: where it stands, and why."""

    place: str
    reason: str
    detail: str


Read = Recorded | Unread


def read_file(file: IO[bytes], name: str = "") -> Iterator[Read]:
    """All records of a file, in its order; `name` is put before the line numbers."""
    prefix = f"{name}:" if name else ""
    for piece in pieces(file):
        yield from read_body(piece.body, f"{prefix}{piece.line}")


def read_body(body: bytes | Malformed, place: str, at_s: float | None = None) -> Iterator[Read]:
    """The records of one body; `at_s` is when it came in, where that is known."""
    value: object = body
    if isinstance(body, bytes):
        value = decode(body, depth_max=DEPTH_MAX, body_max_bytes=RECORD_MAX_BYTES)
    try:
        yield from _value(value, place, at_s)
    except MalformedError as bad:
        yield _unread(place, bad.malformed)


def _value(value: object, place: str, at_s: float | None) -> Iterator[Read]:
    if isinstance(value, Malformed):
        raise MalformedError(value.reason, value.detail)
    if isinstance(value, list):
        for number, element in enumerate(value[:ELEMENTS_MAX]):
            try:
                yield from _value(element, f"{place}[{number}]", at_s)
            except MalformedError as bad:
                yield _unread(f"{place}[{number}]", bad.malformed)
        return
    if isinstance(value, dict) and "value" in value and "labels" not in value:
        at_s = time_s(value.get("at"), "at") or at_s
        value = value["value"]
        if isinstance(value, str):
            value = decode(value.encode(errors="replace"), depth_max=DEPTH_MAX,
                           body_max_bytes=RECORD_MAX_BYTES)  # fmt: skip
        if isinstance(value, list | Malformed):
            yield from _value(value, place, at_s)
            return
    body = unwrap(value)
    if "kind" in body and "alerts" not in body:
        yield _ops_event(body, place, at_s)
        return
    for number, entry in enumerate(_entries(body)):
        where = f"{place}.alerts[{number}]" if "alerts" in body else place
        yield from _alert(entry, where, at_s)


def _entries(body: object) -> list[object]:
    """The alerts of a webhook body, each to be read by itself; or the one that it is."""
    assert isinstance(body, dict)
    entries = body.get("alerts", [body])
    if not isinstance(entries, list) or not 0 < len(entries) <= ALERTS_PER_MESSAGE_MAX:
        (bad,) = parse(body, received_at_s=inf).malformed
        raise MalformedError(bad.reason, bad.detail)
    return entries


def _ops_event(body: object, place: str, at_s: float | None) -> Read:
    event = parse_ops_event(body, received_at_s=inf if at_s is None else at_s)
    if isinstance(event, Malformed):
        return _unread(place, event)
    moment_s = event.at_s if at_s is None else at_s
    return _recorded(event, moment_s, place)


def _alert(entry: object, place: str, at_s: float | None) -> Iterator[Read]:
    parsed = parse(entry, received_at_s=inf if at_s is None else at_s)
    for bad in parsed.malformed:
        yield _unread(place, bad)
    for alert in parsed.alerts:
        alert = replace(alert, annotations={})  # prose, up to a megabyte of it
        status = entry.get("status") if isinstance(entry, dict) else None
        muted = isinstance(status, dict) and status.get("state") == MUTED
        if at_s is not None:
            yield _recorded(alert, at_s, place, muted=muted)
            continue
        fires = replace(alert, status=AlertStatus.FIRING)
        if isinstance(status, dict) or alert.status is AlertStatus.FIRING:
            yield _recorded(fires, alert.starts_at_s, place, muted=muted)
            continue
        if status is None:
            yield _recorded(fires, alert.starts_at_s, place)
        yield _recorded(alert, inf if alert.ends_at_s is None else alert.ends_at_s, place)


def _recorded(item: Alert | OpsEvent, at_s: float, place: str, *, muted: bool = False) -> Read:
    if not isfinite(at_s):
        field = "at" if isinstance(item, OpsEvent) else "startsAt (when resolved, endsAt)"
        words = f"it has no time; give {field}, or wrap it with the time it came in as `at`"
        return Unread(place, str(MalformedReason.BAD_TIME), words)
    if not EARLIEST_S <= at_s <= LATEST_S:
        words = f"{at_s:.0f} s since 1970 is no time of a recording; check its clock"
        return Unread(place, str(MalformedReason.BAD_TIME), words)
    return Recorded(at_s, recorded_subject(item.labels), item, muted, place)


def _unread(place: str, bad: Malformed) -> Unread:
    return Unread(place, str(bad.reason), bad.detail)
