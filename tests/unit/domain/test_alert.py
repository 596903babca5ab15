"""Reading alerts: every form that a monitor sends, and every wrapping around it."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from worker.domain.incoming.alert import Alert, AlertStatus, fingerprint_of, parse

RECEIVED_S = 1_769_860_860.0
STARTED = "2026-01-31T12:00:00Z"
STARTED_S = 1_769_860_800.0
ZERO = "0001-01-01T00:00:00Z"
LABELS = {"alertname": "KubePodCrashLooping", "namespace": "shop", "pod": "web-1"}

# Alertmanager's webhook, version 4, with every field that it sends.
WEBHOOK: dict[str, Any] = {
    "version": "4",
    "groupKey": '{}:{alertname="KubePodCrashLooping"}',
    "truncatedAlerts": 0,
    "status": "firing",
    "receiver": "worker",
    "groupLabels": {"alertname": "KubePodCrashLooping"},
    "commonLabels": LABELS,
    "commonAnnotations": {},
    "externalURL": "http://alertmanager:9093",
    "alerts": [
        {
            "status": "firing",
            "labels": LABELS,
            "annotations": {"summary": "web-1 crashes"},
            "startsAt": STARTED,
            "endsAt": ZERO,
            "generatorURL": "http://prometheus/graph",
            "fingerprint": "00b57a1b2f7a5e71",
        },
        {
            "status": "resolved",
            "labels": {**LABELS, "pod": "web-2"},
            "annotations": {},
            "startsAt": STARTED,
            "endsAt": "2026-01-31T12:00:30Z",
            "generatorURL": "",
            "fingerprint": "11b57a1b2f7a5e71",
        },
    ],
}


def event(**fields: object) -> dict[str, object]:
    """A CloudEvent in JSON format, as Dapr wraps a message."""
    return {"specversion": "1.0", "id": "1", "source": "daprd", "type": "com.dapr.event", **fields}


def encoded(body: object) -> str:
    return base64.b64encode(json.dumps(body).encode()).decode()


def one(payload: object, traceparent: str = "") -> Alert:
    parsed = parse(payload, received_at_s=RECEIVED_S, traceparent=traceparent)
    assert parsed.malformed == ()
    (alert,) = parsed.alerts
    return alert


def test_a_webhook_body_gives_each_of_its_alerts() -> None:
    parsed = parse(WEBHOOK, received_at_s=RECEIVED_S, traceparent="00-trace")
    assert parsed.malformed == ()
    assert parsed.alerts == (
        Alert(
            name="KubePodCrashLooping",
            status=AlertStatus.FIRING,
            labels=LABELS,
            annotations={"summary": "web-1 crashes"},
            starts_at_s=STARTED_S,
            ends_at_s=None,
            fingerprint="00b57a1b2f7a5e71",
            traceparent="00-trace",
        ),
        Alert(
            name="KubePodCrashLooping",
            status=AlertStatus.RESOLVED,
            labels={**LABELS, "pod": "web-2"},
            annotations={},
            starts_at_s=STARTED_S,
            ends_at_s=STARTED_S + 30.0,
            fingerprint="11b57a1b2f7a5e71",
            traceparent="00-trace",
        ),
    )


@pytest.mark.parametrize(
    "payload",
    [
        pytest.param(WEBHOOK, id="bare"),
        pytest.param(event(data=WEBHOOK), id="data is an object"),
        pytest.param(event(data=json.dumps(WEBHOOK)), id="data is a text of JSON"),
        pytest.param(event(data_base64=encoded(WEBHOOK)), id="data_base64"),
        pytest.param(event(data=event(data=WEBHOOK)), id="wrapped twice"),
        pytest.param(event(data_base64=encoded(event(data=WEBHOOK))), id="base64, then data"),
        pytest.param(event(data=json.dumps(event(data_base64=encoded(WEBHOOK)))), id="both"),
        pytest.param({**WEBHOOK, "novelty": [{"deep": 1}]}, id="unknown field"),
    ],
)
def test_every_wrapping_gives_the_same_alerts(payload: object) -> None:
    assert parse(payload, received_at_s=RECEIVED_S) == parse(WEBHOOK, received_at_s=RECEIVED_S)


@pytest.mark.parametrize("wrap", [lambda body: body, lambda body: event(data=body)])
def test_a_single_alert_of_the_api(wrap: Any) -> None:
    alert = one(wrap({"labels": LABELS, "startsAt": STARTED, "novelty": 1}))
    assert (alert.name, alert.status, alert.annotations) == (
        "KubePodCrashLooping", AlertStatus.FIRING, {},
    )  # fmt: skip
    assert alert.fingerprint == fingerprint_of(LABELS)


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        pytest.param({}, "firing", id="nothing is said"),
        pytest.param({"endsAt": ZERO}, "firing", id="Go's zero time is no end"),
        pytest.param({"endsAt": "2026-01-31T12:05:00Z"}, "firing", id="ends later"),
        pytest.param({"endsAt": "2026-01-31T12:01:00Z"}, "resolved", id="ends now"),
        pytest.param({"endsAt": "2026-01-31T12:00:30Z"}, "resolved", id="has ended"),
        pytest.param({"status": {"state": "active"}}, "firing", id="the v2 API's object"),
        pytest.param({"status": {"state": "suppressed"}}, "firing", id="silenced still fires"),
        pytest.param(
            {"status": {"state": "active"}, "endsAt": "2026-01-31T12:00:30Z"},
            "resolved",
            id="the v2 API's object, ended",
        ),
        pytest.param(
            {"status": "firing", "endsAt": "2026-01-31T12:00:30Z"}, "firing", id="the word counts"
        ),
        pytest.param({"status": "resolved", "endsAt": ZERO}, "resolved", id="resolved without end"),
    ],
)
def test_status(fields: dict[str, object], status: str) -> None:
    assert one({"labels": LABELS, "startsAt": STARTED, **fields}).status == status


@pytest.mark.parametrize(
    ("starts_at", "starts_at_s"),
    [
        (STARTED, STARTED_S),
        ("2026-01-31T14:00:00+02:00", STARTED_S),
        ("2026-01-31T12:00:00.250Z", STARTED_S + 0.25),
        ("2026-01-31T12:00:00", STARTED_S),
        ("2026-01-31T12:10:59Z", STARTED_S + 659.0),
        (ZERO, RECEIVED_S),
        ("", RECEIVED_S),
        (None, RECEIVED_S),
    ],
)
def test_when_it_started(starts_at: object, starts_at_s: float) -> None:
    assert one({"labels": LABELS, "startsAt": starts_at}).starts_at_s == starts_at_s


@pytest.mark.parametrize(
    ("labels", "fingerprint"),
    [
        # From the tests of prometheus/common, model: 14695981039346656037, 5799056148416392346.
        ({}, f"{14695981039346656037:016x}"),
        (
            {"name": "garland, briggs", "fear": "love is not enough"},
            f"{5799056148416392346:016x}",
        ),
    ],
)
def test_fingerprint_is_alertmanagers_own(labels: dict[str, str], fingerprint: str) -> None:
    assert fingerprint_of(labels) == fingerprint
    assert fingerprint_of(dict(reversed(labels.items()))) == fingerprint


def test_a_resolve_follows_the_firing_that_it_ends() -> None:
    bodies = [
        {"labels": LABELS, "status": status, "startsAt": starts_at}
        for starts_at in (STARTED, "2026-01-31T12:00:01Z")
        for status in ("firing", "resolved")
    ]
    orders = [one(body).order for body in bodies]
    assert orders == sorted(orders)
    assert len(set(orders)) == 4
