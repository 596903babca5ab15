"""What is no alert is named: the reason, and a sentence with field, value and remedy."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from worker.domain.incoming.alert import ALERTS_PER_MESSAGE_MAX, ANNOTATION_LENGTH_MAX, parse
from worker.domain.incoming.malformed import MalformedReason
from worker.domain.incoming.message import DATA_DEPTH_MAX, LABELS_MAX, NAME_LENGTH_MAX

RECEIVED_S = 1_769_860_860.0
LABELS = {"alertname": "KubePodCrashLooping"}
GOOD = {"labels": LABELS}
LONG_NAME = "n" * (NAME_LENGTH_MAX + 1)


def event(**fields: object) -> dict[str, object]:
    return {"specversion": "1.0", **fields}


def encoded(body: bytes) -> dict[str, object]:
    return event(data_base64=base64.b64encode(body).decode())


def nested(levels: int) -> str:
    """An alert of so many objects and lists inside each other."""
    return (
        '{"labels": {"alertname": "A"}, "x": ' + "[" * (levels - 1) + "1" + "]" * (levels - 1) + "}"
    )


def labelled(**labels: object) -> dict[str, object]:
    return {"labels": {**LABELS, **labels}}


WRONG_TYPE: list[tuple[object, list[str]]] = [
    (None, ["body", "NoneType", "send a JSON object"]),
    ("text", ["body", "'text'", "send a JSON object"]),
    ([GOOD], ["body", "list", "send a JSON object"]),
    (event(data=7), ["body", "int '7'", "send a JSON object"]),
    (event(data="[1]"), ["body", "list '[1]'", "send a JSON object"]),
    (event(data_base64="%%%"), ["data_base64", "'%%%'", "send base64"]),
    ({"alerts": {}}, ["alerts", "dict", "send a list of alerts"]),
    ({"alerts": ["text"]}, ["alerts[0]", "'text'", "an object with labels"]),
    ({"alerts": [{"labels": []}]}, ["alerts[0].labels", "list", "an object of texts"]),
    (labelled(pod=7), ["alert.labels.pod", "int '7'", "send a text"]),
    (labelled(pod=None), ["alert.labels.pod", "NoneType", "send a text"]),
    ({**GOOD, "annotations": "x"}, ["alert.annotations", "'x'", "an object of texts"]),
    ({**GOOD, "startsAt": 17}, ["alert.startsAt", "int '17'", "RFC 3339"]),
    ({**GOOD, "endsAt": {}}, ["alert.endsAt", "dict", "RFC 3339"]),
    ({**GOOD, "status": "on fire"}, ["alert.status", "'on fire'", "firing or resolved"]),
    ({**GOOD, "status": ["firing"]}, ["alert.status", "list", "firing or resolved"]),
    ({**GOOD, "fingerprint": 7}, ["alert.fingerprint", "int '7'", "or leave it out"]),
    ({**GOOD, "fingerprint": "f" * 65}, ["alert.fingerprint", "ffff", "or leave it out"]),
]
MISSING_FIELD: list[tuple[object, list[str]]] = [
    ({}, ["alert.labels.alertname", "rule's name"]),
    ({"labels": None}, ["alert.labels.alertname", "rule's name"]),
    ({"labels": {"alertname": ""}}, ["alert.labels.alertname", "rule's name"]),
    ({"alerts": [GOOD, {"labels": {}}]}, ["alerts[1].labels.alertname", "rule's name"]),
    (event(id="1"), ["data or data_base64", "send one of them"]),
    (event(data_base64=None), ["data or data_base64", "send one of them"]),
]
OUT_OF_BOUNDS: list[tuple[object, list[str]]] = [
    ({"alerts": []}, ["alerts", "0 entries", f"send 1 to {ALERTS_PER_MESSAGE_MAX}"]),
    (
        {"alerts": [GOOD] * (ALERTS_PER_MESSAGE_MAX + 1)},
        [f"{ALERTS_PER_MESSAGE_MAX + 1} entries", f"send 1 to {ALERTS_PER_MESSAGE_MAX}"],
    ),
    (labelled(**{LONG_NAME: "x"}), ["alert.labels: a name of 257", "'nnnn", "at most 256"]),
    (labelled(**{LONG_NAME: "x" * 1025}), ["alert.labels: a name of 257", "at most 256"]),
    (
        labelled(**{f"label{n}": "x" for n in range(LABELS_MAX)}),
        ["alert.labels", f"{LABELS_MAX + 1} entries", f"at most {LABELS_MAX}"],
    ),
    (labelled(pod="x" * 1025), ["alert.labels.pod", "1025 characters", "at most 1024"]),
    (
        {**GOOD, "annotations": {"runbook": "x" * (ANNOTATION_LENGTH_MAX + 1)}},
        ["alert.annotations.runbook", "8193 characters", "at most 8192"],
    ),
]
BAD_TIME: list[tuple[object, list[str]]] = [
    ({**GOOD, "startsAt": "yesterday"}, ["alert.startsAt", "'yesterday'", "send RFC 3339"]),
    ({**GOOD, "endsAt": "2026-13-01T00:00:00Z"}, ["alert.endsAt", "'2026-13", "send RFC 3339"]),
    (
        {**GOOD, "startsAt": "2026-01-31T12:11:01Z"},
        ["alert.startsAt", "'2026-01-31T12:11:01Z'", "future", "check the monitor's clock"],
    ),
]
OTHERS: dict[MalformedReason, list[tuple[object, list[str]]]] = {
    MalformedReason.NOT_JSON: [
        (event(data="{"), ["CloudEvent data, body: no JSON", "send JSON"]),
        (event(data='{"value": Infinity}'), ["CloudEvent data", "Infinity", "send JSON"]),
        (encoded(b"{"), ["CloudEvent data, body: no JSON", "send JSON"]),
    ],
    MalformedReason.NOT_UTF8: [
        (
            event(data='{"labels": {"alertname": "A", "\\ud800": "x"}}'),
            ["CloudEvent data", "half a character", "send whole ones"],
        ),
        (
            encoded(b'{"labels": {"alertname": "\\udfff"}}'),
            ["CloudEvent data", "half a character", "send whole ones"],
        ),
        (event(data='{"labels": "\ud800"}'), ["CloudEvent data", "byte 12", "send UTF-8"]),
        (encoded(b"\xff\xfe"), ["CloudEvent data", "byte 0", "send UTF-8"]),
    ],
    MalformedReason.DUPLICATE_KEY: [
        (event(data='{"labels": {"a": "1", "a": "2"}}'), ["CloudEvent data", "'a' twice"]),
        (encoded(b'{"labels": {}, "labels": {}}'), ["CloudEvent data", "'labels' twice"]),
        (event(data=event(data='{"k": 1, "k": 1}')), ["CloudEvent data", "'k' twice"]),
    ],
    MalformedReason.TOO_DEEP: [
        (
            event(data=event(data=event(data=GOOD))),
            ["body", "more than 2 CloudEvents", "send one"],
        ),
        (event(data="[" * 100_000), ["CloudEvent data", "nested deeper than 20 levels"]),
        (event(data=nested(DATA_DEPTH_MAX + 1)), ["CloudEvent data", "deeper than 20 levels"]),
        (
            encoded(nested(DATA_DEPTH_MAX + 1).encode()),
            ["CloudEvent data", "deeper than 20 levels", "send flat alerts"],
        ),
    ],
}
TABLE = {
    MalformedReason.WRONG_TYPE: WRONG_TYPE,
    MalformedReason.MISSING_FIELD: MISSING_FIELD,
    MalformedReason.OUT_OF_BOUNDS: OUT_OF_BOUNDS,
    MalformedReason.BAD_TIME: BAD_TIME,
    **OTHERS,
}


@pytest.mark.parametrize(
    ("reason", "payload", "words"),
    [
        pytest.param(reason, payload, words, id=f"{reason}-{number}")
        for reason, rows in TABLE.items()
        for number, (payload, words) in enumerate(rows)
    ],
)
def test_names_field_value_and_remedy(
    reason: MalformedReason, payload: object, words: list[str]
) -> None:
    malformed = parse(payload, received_at_s=RECEIVED_S).malformed
    assert [one.reason for one in malformed] == [reason]
    assert [word for word in words if word not in malformed[0].detail] == [], malformed[0].detail


def test_every_reason_is_given_here_or_by_those_who_read_bytes_and_stores() -> None:
    of_others = {"too_large", "unreadable_state"}
    assert set(TABLE) | of_others == set(MalformedReason)


def test_a_bad_alert_costs_only_itself() -> None:
    entries: list[Any] = [GOOD, 7, {"labels": {"alertname": "Other"}}, {"labels": {}}]
    parsed = parse({"alerts": entries}, received_at_s=RECEIVED_S)
    assert [alert.name for alert in parsed.alerts] == ["KubePodCrashLooping", "Other"]
    assert [one.reason for one in parsed.malformed] == ["wrong_type", "missing_field"]
    assert [one.detail.split(":")[0].split(" ")[0] for one in parsed.malformed] == [
        "alerts[1]", "alerts[3].labels.alertname",
    ]  # fmt: skip


@pytest.mark.parametrize("value", ["x" * 100_000, ["x"] * 100_000, {"x" * 100_000: 1}])
def test_the_detail_stays_short_whatever_came(value: object) -> None:
    (malformed,) = parse({**GOOD, "status": [value]}, received_at_s=RECEIVED_S).malformed
    assert len(malformed.detail) < 200


@pytest.mark.parametrize(
    "payload",
    [
        pytest.param(labelled(pod="x" * 1024), id="label value"),
        pytest.param(labelled(**{"n" * NAME_LENGTH_MAX: "x"}), id="label name"),
        pytest.param(event(data=nested(DATA_DEPTH_MAX)), id="depth of a text"),
        pytest.param(encoded(nested(DATA_DEPTH_MAX).encode()), id="depth of base64"),
        pytest.param(
            labelled(**{f"label{n}": "x" for n in range(LABELS_MAX - 1)}), id="count of labels"
        ),
        pytest.param({**GOOD, "annotations": {"a": "x" * ANNOTATION_LENGTH_MAX}}, id="annotation"),
        pytest.param({**GOOD, "fingerprint": "f" * 64}, id="fingerprint"),
        pytest.param({**GOOD, "startsAt": "2026-01-31T12:11:00Z"}, id="ten minutes ahead"),
        pytest.param(event(data=event(data=GOOD)), id="two wraps"),
    ],
)
def test_the_bound_itself_is_taken(payload: object) -> None:
    parsed = parse(payload, received_at_s=RECEIVED_S)
    assert (len(parsed.alerts), parsed.malformed) == (1, ())


def test_a_whole_message_of_the_largest_size_is_taken() -> None:
    parsed = parse({"alerts": [GOOD] * ALERTS_PER_MESSAGE_MAX}, received_at_s=RECEIVED_S)
    assert (len(parsed.alerts), parsed.malformed) == (ALERTS_PER_MESSAGE_MAX, ())
