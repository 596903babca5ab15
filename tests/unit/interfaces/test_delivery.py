"""Bulk deliveries: answered entry by entry, SUCCESS only for what is durable, never dropped."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.unit.engine.rig import NOBODY, alert, body
from tests.unit.interfaces.sidecar_port import SidecarPort, envelope, sidecar_port, statuses
from worker.domain.document.identity import Subject, SubjectKind
from worker.engine.documents import document_key
from worker.engine.ports import Json

TRACEPARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
A = Subject(SubjectKind.UNRESOLVED, "a", "")
FOR_A, ODD = body(alert(namespace="a")), body(alert("Odd", namespace="nowhere"))


@pytest.fixture
async def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[SidecarPort]:
    async with sidecar_port(tmp_path, monkeypatch) as opened:
        yield opened


async def delivered(served: SidecarPort, raw: bytes, source: str = "alerts") -> dict[str, str]:
    """entryId → status; the answer itself must be a 200 with a body."""
    reply = await served.port.post(f"/deliver/{source}", raw)
    assert reply.status == 200
    assert reply.headers["content-type"] == "application/json"
    return statuses(reply.json())


async def test_each_entry_is_answered_and_durable(served: SidecarPort) -> None:
    assert await delivered(served, envelope(FOR_A, ODD, b"{")) == {
        "id-0": "SUCCESS",
        "id-1": "SUCCESS",
        "id-2": "SUCCESS",  # nobody can read it: it is kept
    }
    assert served.rig.on_disk(A)["inbox"]
    assert served.rig.on_disk(NOBODY)["inbox"]
    (letter,) = await served.rig.engine.dead_letters.list()
    assert letter["position"] == "alerts/3/42", "topic, partition, offset"


@pytest.mark.parametrize(
    "poison",
    [
        b"\x00" * 100,
        b"[" * 100_000,
        rb'{"labels": {"alertname": "X", "namespace": "\ud800"}}',
        rb'{"specversion": "1.0", "data": "{\"labels\": {\"\\ud800\": \"\\ud800\"}}"}',
        b'{"labels": {"alertname": "' + b"x" * 5000 + b'"}}',
    ],
    ids=["zeros", "deep", "half a character", "the same wrapped", "long"],
)
async def test_no_record_holds_up_its_neighbours(served: SidecarPort, poison: bytes) -> None:
    """One that is never acknowledged would be delivered again and again, in front of all others."""
    answered = await delivered(served, envelope(FOR_A, poison, ODD))
    assert set(answered.values()) == {"SUCCESS"}
    assert len(await served.rig.engine.dead_letters.list()) == 1
    assert served.rig.on_disk(A)["inbox"]
    assert served.rig.on_disk(NOBODY)["inbox"]


async def test_an_entry_that_is_not_durable_is_retried_and_the_others_are_not(
    served: SidecarPort,
) -> None:
    served.rig.store.unsavable = document_key(A.key)
    assert await delivered(served, envelope(FOR_A, ODD, FOR_A)) == {
        "id-0": "RETRY",
        "id-1": "SUCCESS",
        "id-2": "RETRY",
    }


async def test_a_store_that_is_away_retries_all(served: SidecarPort) -> None:
    served.rig.store.saves_fail = True
    assert set((await delivered(served, envelope(FOR_A, ODD, b"{"))).values()) == {"RETRY"}
    served.rig.store.saves_fail = False
    assert set((await delivered(served, envelope(FOR_A, ODD, b"{"))).values()) == {"SUCCESS"}


async def test_before_owners_are_known_all_are_retried_and_nothing_is_stored(
    served: SidecarPort,
) -> None:
    served.ready = False
    assert await delivered(served, envelope(FOR_A, b"{")) == {"id-0": "RETRY", "id-1": "RETRY"}
    assert served.rig.store.log == []


async def test_an_empty_bulk_request_is_answered_in_full(served: SidecarPort) -> None:
    assert await delivered(served, envelope()) == {}


@pytest.mark.parametrize(
    "raw",
    [b"", b"{", b"[]", b"null", b"{}", b'{"entries": null}', b'{"entries": 3}', b"\xff", FOR_A],
)
async def test_a_wrong_envelope_is_500_and_so_asked_for_again(
    served: SidecarPort, raw: bytes
) -> None:
    """2xx would acknowledge what nobody read, 404 would drop it."""
    reply = await served.port.post("/deliver/alerts", raw)
    assert reply.status == 500
    assert reply.body
    assert served.rig.store.saved("subject-") == 0


@pytest.mark.parametrize("source", ["unknown", "alerts2", "ALERTS", "%2e%2e"])
async def test_an_unknown_source_is_500_never_404(served: SidecarPort, source: str) -> None:
    assert (await served.port.post(f"/deliver/{source}", envelope(FOR_A))).status == 500


@pytest.mark.parametrize(
    ("event", "taken"),
    [
        (json.loads(ODD), True),  # a broker component that doesn't encode
        ({"specversion": "1.0", "id": "1", "data": json.loads(ODD)}, True),
        (ODD.decode(), True),
        (None, False),
        (3, False),
    ],
    ids=["object", "cloud event", "text", "nothing", "number"],
)
async def test_an_event_in_another_form_is_read_or_kept(
    served: SidecarPort, event: object, taken: bool
) -> None:
    raw = json.dumps({"entries": [{"entryId": "e", "event": event}]}).encode()
    assert await delivered(served, raw) == {"e": "SUCCESS"}
    assert bool(served.rig.on_disk(NOBODY)) is taken
    assert bool(await served.rig.engine.dead_letters.list()) is not taken


@pytest.mark.parametrize(("given", "kept"), [(TRACEPARENT, TRACEPARENT[:36]), ("nonsense", "")])
async def test_the_records_own_trace_goes_on(served: SidecarPort, given: str, kept: str) -> None:
    await delivered(served, envelope(ODD, traceparent=given))
    (alert_kept,) = await served.rig.inbox(NOBODY)
    assert alert_kept.traceparent[:36] == kept


async def test_ops_events_have_a_route_of_their_own(served: SidecarPort) -> None:
    event = json.dumps({"kind": "deploy_started", "labels": {"namespace": "nowhere"}}).encode()
    assert await delivered(served, envelope(event), "ops-events") == {"id-0": "SUCCESS"}
    assert served.rig.on_disk(NOBODY)["ops_events"]


async def test_each_topic_is_subscribed_raw_and_in_bulk_from_its_own_component(
    served: SidecarPort,
) -> None:
    listed: list[Json] = (await served.port.get("/dapr/subscribe")).json()
    assert {(one["pubsubname"], one["topic"], one["route"]) for one in listed} == {
        ("kafka-alerts", "alerts", "/deliver/alerts"),
        ("kafka-ops-events", "ops-events", "/deliver/ops-events"),
    }
    for one in listed:
        assert one["metadata"] == {"rawPayload": "true"}
        assert one["bulkSubscribe"]["enabled"] is True
        assert "deadLetterTopic" not in one, "dead letters are ours"
