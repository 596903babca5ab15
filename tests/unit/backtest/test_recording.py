"""What a record says, and when: every form that is read, and what is told of the others."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from tests.unit.backtest.recordings import HOUR_S, Json, alert, at, deploy, file_of, read, webhook
from tests.unit.domain.builders import NOW_S
from worker.backtest.moments import time_of
from worker.backtest.recorded import Recorded
from worker.backtest.recording import Unread, read_body, read_file
from worker.domain.incoming.alert import Alert, AlertStatus
from worker.domain.incoming.ops_event import OpsEvent

FIRING, RESOLVED = alert(), alert(until_s=HOUR_S)
EVENT: Json = {"specversion": "1.0", "id": "1", "source": "/am", "type": "alert"}
TEXT = json.dumps(FIRING)


def api_v2(state: str, **changes: Any) -> Json:
    """As `amtool alert query -o json` prints it."""
    status = {"state": state, "silencedBy": [], "inhibitedBy": []}
    return {**FIRING, "status": status, "endsAt": time_of(NOW_S + 240.0), "fingerprint": "f",
            **changes}  # fmt: skip


def one(value: object) -> Recorded:
    (found,) = read(value)
    assert isinstance(found, Recorded), found
    return found


def bad(value: object) -> Unread:
    (found,) = read(value)
    assert isinstance(found, Unread), found
    return found


@pytest.mark.parametrize(
    "value",
    [
        FIRING,
        webhook(FIRING),
        [FIRING],
        {**EVENT, "data": FIRING},
        {**EVENT, "data": TEXT},
        {**EVENT, "data_base64": base64.b64encode(TEXT.encode()).decode()},
        {"value": FIRING},
        {"value": TEXT},
        {"value": [FIRING], "topic": "alerts"},
        {"value": {**EVENT, "data": webhook(FIRING)}},
    ],
    ids=["alert", "webhook", "array", "event", "event of text", "event of base64", "wrapped",
         "wrapped text", "wrapped array", "wrapped event"],
)  # fmt: skip
def test_every_envelope_holds_the_same_alert(value: object) -> None:
    found = one(value)
    assert isinstance(found.item, Alert)
    assert (found.item.name, found.item.status) == ("KubePodCrashLooping", AlertStatus.FIRING)
    assert found.subject.text == "service/shop/Deployment/web"
    assert found.at_s == NOW_S


def test_a_firing_alert_is_of_its_start_and_a_resolved_one_of_its_end() -> None:
    assert one(alert(from_s=60.0)).at_s == NOW_S + 60.0
    found = one(RESOLVED)
    assert found.at_s == NOW_S + HOUR_S
    assert isinstance(found.item, Alert)
    assert found.item.status is AlertStatus.RESOLVED


def test_the_wrappers_time_counts_more() -> None:
    assert one(at(90.0, FIRING)).at_s == NOW_S + 90.0
    assert one(at(7200.0, RESOLVED)).at_s == NOW_S + 7200.0
    assert one(at(30.0, deploy(0.0))).at_s == NOW_S + 30.0


def test_an_event_is_of_its_own_time() -> None:
    found = one(deploy(-60.0))
    assert isinstance(found.item, OpsEvent)
    assert found.at_s == NOW_S - 60.0
    assert found.subject.text == "service/shop/Deployment/web"


def test_an_alert_of_a_history_fires_and_is_resolved() -> None:
    """It has no status: nobody sent it, somebody exported it."""
    history = {name: value for name, value in RESOLVED.items() if name != "status"}
    fires, ends = read(history)
    assert isinstance(fires, Recorded)
    assert isinstance(ends, Recorded)
    assert (fires.at_s, ends.at_s) == (NOW_S, NOW_S + HOUR_S)
    assert isinstance(fires.item, Alert)
    assert isinstance(ends.item, Alert)
    assert [fires.item.status, ends.item.status] == [AlertStatus.FIRING, AlertStatus.RESOLVED]
    assert fires.item.fingerprint == ends.item.fingerprint


def test_without_a_status_what_was_received_before_its_end_fires() -> None:
    """As Prometheus posts it: the end is only when it would be over without another post."""
    posted = {name: value for name, value in RESOLVED.items() if name != "status"}
    found = one(at(60.0, posted))
    assert isinstance(found.item, Alert)
    assert found.item.status is AlertStatus.FIRING


@pytest.mark.parametrize(("state", "muted"), [("active", False), ("suppressed", True)])
def test_the_api_tells_whether_it_is_silenced(state: str, muted: bool) -> None:
    for value in (api_v2(state), at(60.0, api_v2(state))):
        found = one([value])
        assert isinstance(found.item, Alert)
        assert (found.item.status, found.muted) == (AlertStatus.FIRING, muted)


def test_every_alert_of_a_body_is_read_by_itself() -> None:
    found = read(webhook(FIRING, {"labels": {}}, RESOLVED))
    assert [type(each).__name__ for each in found] == ["Recorded", "Unread", "Recorded"]
    assert isinstance(found[1], Unread)
    assert found[1].place == "1.alerts[1]"


def test_the_place_is_that_of_the_file() -> None:
    found = read_file(file_of(FIRING, [RESOLVED, 7]), "week.jsonl")
    places = [each.place for each in found]
    assert places == ["week.jsonl:1", "week.jsonl:2[0]", "week.jsonl:2[1]"]


def test_annotations_are_not_kept() -> None:
    found = one(FIRING)
    assert isinstance(found.item, Alert)
    assert found.item.annotations == {}


@pytest.mark.parametrize(
    ("value", "reason", "words"),
    [
        ({"labels": {"alertname": "A"}}, "bad_time", "wrap it with the time it came in as `at`"),
        ({**RESOLVED, "endsAt": None}, "bad_time", "when resolved, endsAt"),
        ({"kind": "deploy_started"}, "bad_time", "give at"),
        ({**FIRING, "startsAt": "1970-01-01T00:01:00Z"}, "bad_time", "check its clock"),
        ({**FIRING, "startsAt": "9999-01-01T00:00:00Z"}, "bad_time", "check its clock"),
        ({**FIRING, "startsAt": "yesterday"}, "bad_time", "'yesterday' is no time"),
        (at(-HOUR_S, FIRING), "bad_time", "lies in the future"),
        ({"at": 5, "value": FIRING}, "wrong_type", "RFC 3339"),
        ({"value": "{"}, "not_json", "no JSON"),
        ({"value": 7}, "wrong_type", "a JSON object"),
        (7, "wrong_type", "a JSON object"),
        ({}, "missing_field", "alertname"),
        ({"alerts": []}, "out_of_bounds", "0 entries"),
        ({"alerts": {}}, "wrong_type", "a list of alerts"),
        ({"kind": "Playbook", "at": "2026-01-31T12:00:00Z"}, "wrong_type", "deploy_started"),
        ({"labels": {"alertname": 7}}, "wrong_type", "alertname"),
        ({**EVENT, "data": {**EVENT, "data": {**EVENT, "data": FIRING}}}, "too_deep", "CloudEvent"),
    ],
)
def test_what_cant_be_read_says_why(value: object, reason: str, words: str) -> None:
    found = bad(value)
    assert found.reason == reason
    assert words in found.detail
    assert found.place.startswith("1")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"\xff\xfe", "not_utf8"),
        (b"{nope", "not_json"),
        (b'{"labels": {}, "labels": {}}', "duplicate_key"),
        (b'{"value": ' * 30 + b"1" + b"}" * 30, "too_deep"),
        (b"[" * 100_000, "too_deep"),
    ],
)
def test_bytes_that_are_no_record(body: bytes, reason: str) -> None:
    (found,) = read_body(body, "alerts/0/17")
    assert isinstance(found, Unread)
    assert (found.place, found.reason) == ("alerts/0/17", reason)


def test_a_topics_record_is_of_the_time_it_was_written() -> None:
    (found,) = read_body(json.dumps(webhook(FIRING)).encode(), "alerts/0/17", NOW_S + 5.0)
    assert isinstance(found, Recorded)
    assert (found.at_s, found.place) == (NOW_S + 5.0, "alerts/0/17.alerts[0]")


def test_of_one_moment_events_come_first_and_what_fires_before_its_end() -> None:
    event, fires = one(deploy(0.0)), one(FIRING)
    over = one(alert(from_s=-HOUR_S, until_s=0.0, pod="web-2"))
    order = sorted((over, fires, event), key=lambda each: each.order)
    assert order == [event, over, fires]
    ends_at_once = one(alert(until_s=0.0))
    assert sorted((ends_at_once, fires), key=lambda each: each.order) == [fires, ends_at_once]
