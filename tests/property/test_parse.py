"""Whatever JSON comes in is read or named: parsing is total, and the two readings agree."""

from __future__ import annotations

import base64
import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.property.worlds import examples
from worker.domain.incoming.alert import Alert, AlertStatus, fingerprint_of, parse
from worker.domain.incoming.malformed import Malformed, MalformedReason
from worker.domain.incoming.ops_event import OpsEvent, parse_ops_event

RECEIVED_S = 1_769_860_860.0
DETAIL_LENGTH_MAX = 1000  # a name of 256 characters twice, a shown value, and words

finite = st.floats(allow_nan=False, allow_infinity=False)  # JSON has no other numbers
texts = st.text(max_size=8)
scalars = st.one_of(st.none(), st.booleans(), st.integers(), finite, texts)
any_json = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(texts, inner, max_size=3)),
    max_leaves=8,
)
times = st.one_of(
    st.datetimes().map(lambda at: at.isoformat() + "Z"),
    st.sampled_from(("0001-01-01T00:00:00Z", "", "now", "9999-12-31T23:59:59-23:59")),
    any_json,
)
labels = st.one_of(
    st.dictionaries(texts, texts, max_size=3).map(lambda some: {"alertname": "A", **some}),
    any_json,
)
entries = st.fixed_dictionaries(
    {"labels": labels},
    optional={
        "annotations": labels,
        "status": st.one_of(st.sampled_from(("firing", "resolved")), any_json),
        "startsAt": times,
        "endsAt": times,
        "fingerprint": st.one_of(texts, any_json),
        "kind": st.one_of(st.just("on_it"), any_json),
        "at": times,
        "novelty": any_json,
    },
)
bodies = st.one_of(
    entries, st.lists(st.one_of(entries, any_json), max_size=3).map(lambda a: {"alerts": a}),
    any_json,
)  # fmt: skip


def wrapped(body: Any, how: int) -> Any:
    match how:
        case 0:
            return body
        case 1:
            return {"specversion": "1.0", "data": body}
        case 2:
            return {"specversion": "1.0", "data": json.dumps(body)}
    return {
        "specversion": "1.0",
        "data_base64": base64.b64encode(json.dumps(body).encode()).decode(),
    }


payloads = st.builds(wrapped, st.builds(wrapped, bodies, st.integers(0, 3)), st.integers(0, 3))


def check(malformed: Malformed) -> None:
    assert malformed.reason in MalformedReason
    assert 0 < len(malformed.detail) <= DETAIL_LENGTH_MAX


@examples(400)
@given(payloads)
def test_alerts_are_read_or_named(payload: Any) -> None:
    parsed = parse(payload, received_at_s=RECEIVED_S)
    assert parsed.alerts or parsed.malformed
    for malformed in parsed.malformed:
        check(malformed)
    for alert in parsed.alerts:
        assert isinstance(alert, Alert)
        assert alert.name == alert.labels["alertname"] != ""
        assert alert.status in AlertStatus
        assert alert.starts_at_s <= RECEIVED_S + 600.0
        assert alert.fingerprint


@examples(200)
@given(payloads)
def test_ops_events_are_read_or_named(payload: Any) -> None:
    read = parse_ops_event(payload, received_at_s=RECEIVED_S)
    if isinstance(read, Malformed):
        check(read)
    else:
        assert isinstance(read, OpsEvent)
        assert read.id


@examples(100)
@given(bodies, st.integers(1, 3))
def test_a_wrapping_changes_nothing(body: Any, how: int) -> None:
    if not isinstance(body, dict) or "specversion" in body:
        return
    bare = parse(body, received_at_s=RECEIVED_S)
    assert parse(wrapped(body, how), received_at_s=RECEIVED_S) == bare


@examples(100)
@given(st.dictionaries(texts, texts, max_size=4), st.randoms(use_true_random=False))
def test_a_fingerprint_is_of_the_labels_not_of_their_order(
    some: dict[str, str], random: Any
) -> None:
    items = list(some.items())
    random.shuffle(items)
    assert fingerprint_of(dict(items)) == fingerprint_of(some)
    assert len(fingerprint_of(some)) == 16
