"""Reading what people and systems did."""

from __future__ import annotations

from typing import Any

import pytest

from worker.domain.incoming.malformed import Malformed
from worker.domain.incoming.ops_event import OpsEvent, OpsEventKind, parse_ops_event

RECEIVED_S = 1_769_860_860.0
BODY: dict[str, Any] = {
    "id": "deploy-7",
    "kind": "deploy_finished",
    "at": "2026-01-31T12:00:00Z",
    "actor": "ci",
    "labels": {"namespace": "shop", "deployment": "web"},
    "detail": {"image": "web:1.4"},
}
READ = OpsEvent(
    id="deploy-7",
    kind=OpsEventKind.DEPLOY_FINISHED,
    at_s=1_769_860_800.0,
    actor="ci",
    labels={"namespace": "shop", "deployment": "web"},
    detail={"image": "web:1.4"},
    traceparent="00-trace",
)


@pytest.mark.parametrize(
    "payload",
    [
        pytest.param(BODY, id="bare"),
        pytest.param({**BODY, "novelty": 1}, id="unknown field"),
        pytest.param({"specversion": "1.0", "data": BODY}, id="wrapped"),
        pytest.param(
            {"specversion": "1.0", "data": {"specversion": "1.0", "data": BODY}}, id="twice"
        ),
    ],
)
def test_reads_it_bare_or_wrapped(payload: object) -> None:
    read = parse_ops_event(payload, received_at_s=RECEIVED_S, traceparent="00-trace")
    assert read == READ


@pytest.mark.parametrize("kind", OpsEventKind)
def test_every_kind(kind: OpsEventKind) -> None:
    read = parse_ops_event({**BODY, "kind": str(kind)}, received_at_s=RECEIVED_S)
    assert isinstance(read, OpsEvent)
    assert read.kind is kind


def test_only_the_kind_is_needed() -> None:
    read = parse_ops_event({"kind": "on_it"}, received_at_s=RECEIVED_S)
    assert isinstance(read, OpsEvent)
    assert (read.at_s, read.actor, read.labels, read.detail) == (RECEIVED_S, "", {}, {})
    assert read.id == "on_it-1769860860.000"


@pytest.mark.parametrize(
    ("change", "reason", "words"),
    [
        ({"kind": None}, "missing_field", ["kind is missing", "deploy_started", "released"]),
        ({"kind": "reboot"}, "wrong_type", ["kind", "'reboot'", "one of deploy_started"]),
        ({"kind": ["on_it"]}, "wrong_type", ["kind", "list", "one of deploy_started"]),
        ({"at": 17}, "wrong_type", ["at: int '17'", "RFC 3339"]),
        ({"at": "soon"}, "bad_time", ["at: 'soon'", "RFC 3339"]),
        ({"id": 7}, "wrong_type", ["id: int '7'", "at most 256"]),
        ({"actor": "x" * 257}, "wrong_type", ["actor", "'xxx", "at most 256"]),
        ({"labels": []}, "wrong_type", ["body.labels", "list", "object of texts"]),
        ({"detail": {"image": 7}}, "wrong_type", ["body.detail.image", "int '7'", "a text"]),
        ({"detail": {"a": "x" * 1025}}, "out_of_bounds", ["body.detail.a", "1025", "1024"]),
    ],
)
def test_names_what_is_none(change: dict[str, object], reason: str, words: list[str]) -> None:
    read = parse_ops_event({**BODY, **change}, received_at_s=RECEIVED_S)
    assert isinstance(read, Malformed)
    assert read.reason == reason
    assert [word for word in words if word not in read.detail] == [], read.detail


def test_a_body_that_is_no_object() -> None:
    read = parse_ops_event([BODY], received_at_s=RECEIVED_S)
    assert isinstance(read, Malformed)
    assert read.reason == "wrong_type"
