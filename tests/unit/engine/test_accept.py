"""Accepting: what is answered True is on disk, repeated deliveries change nothing."""

from __future__ import annotations

import pytest

from tests.unit.engine.parts import NOON_S
from tests.unit.engine.rig import NOBODY, SHOP, Rig, alert, body
from worker.domain.document.identity import INGEST, Subject, SubjectKind
from worker.engine.delivery import Delivery, Source

TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


async def test_a_batch_is_on_disk_when_it_is_answered(rig: Rig) -> None:
    pod = await rig.deploy_sick()
    shop = body(alert(namespace="shop", pod=pod), alert("KubePodNotReady", namespace="shop"))
    nobody = body(alert("Odd", namespace="nowhere"))
    node = body(alert("KubeNodeNotReady", node="node-3"))
    assert await rig.deliver(shop, nobody, node) == [True, True, True]
    stored = {
        subject.text: [one["name"] for one in rig.on_disk(subject)["inbox"]]
        for subject in (SHOP, NOBODY, Subject(SubjectKind.NODE, "", "node-3"))
    }
    assert stored == {
        "service/shop/Deployment/web": ["KubePodCrashLooping"],
        "unresolved/nowhere": ["Odd"],
        "node//node-3": ["KubeNodeNotReady"],
    }
    unowned = rig.on_disk(Subject(SubjectKind.UNRESOLVED, "shop", ""))
    assert [one["name"] for one in unowned["inbox"]] == ["KubePodNotReady"]


async def test_open_index_entries_precede_their_documents(rig: Rig) -> None:
    await rig.deliver(body(alert(namespace="a")), body(alert(namespace="b")))
    saves = [keys for kind, keys in rig.store.log if kind == "save"]
    assert len(saves) == 2, "index shards at once, then documents at once"
    assert all(key.startswith("open-") for key in saves[0])
    assert all(key.startswith("subject-") for key in saves[1])


async def test_each_changed_subject_is_woken_once_with_its_trace(rig: Rig) -> None:
    news = body(alert("A", namespace="a"), alert("B", namespace="a"))
    await rig.engine.accept.accept([Delivery(news, Source.ALERTS, "", TRACE)])
    ((key, traceparent),) = rig.wakes.woken
    assert key == Subject(SubjectKind.UNRESOLVED, "a", "").key
    assert traceparent.startswith(TRACE[:36]), "the accept span goes on in the alert's own trace"
    (span,) = rig.telemetry.spans
    assert (span.name, span.parent) == ("accept", TRACE)
    (kept,) = {one.traceparent for one in await rig.inbox(Subject(SubjectKind.UNRESOLVED, "a", ""))}
    assert kept == traceparent


async def test_delivered_twice_it_is_one_alert_and_no_second_wake(rig: Rig) -> None:
    news = body(alert(namespace="nowhere", at_s=NOON_S))
    assert await rig.deliver(news) == [True]
    before = rig.on_disk(NOBODY)
    rig.clock.pass_s(5.0)
    assert await rig.deliver(news) == [True]
    assert rig.on_disk(NOBODY) == before
    assert len(rig.wakes.woken) == 1


async def test_the_same_alert_twice_in_one_batch_is_one(rig: Rig) -> None:
    news = body(alert(namespace="nowhere", at_s=NOON_S))
    assert await rig.deliver(news, news) == [True, True]
    assert len(await rig.inbox(NOBODY)) == 1


async def test_an_empty_batch_is_answered_with_nothing(rig: Rig) -> None:
    assert await rig.engine.accept.accept([]) == []
    assert rig.store.saved("") == 0


@pytest.mark.parametrize(
    ("raw", "source", "reason"),
    [
        (b"\xff\xfe", Source.ALERTS, "not_utf8"),
        (b"{", Source.WEBHOOK, "not_json"),
        (b"[1]", Source.ALERTS, "wrong_type"),
        (b'{"kind": "party"}', Source.OPS_EVENTS, "wrong_type"),
        (b'{"alerts": [{"labels": {}}]}', Source.WEBHOOK, "missing_field"),
    ],
)
async def test_what_nobody_can_read_is_kept_and_acknowledged(
    rig: Rig, raw: bytes, source: Source, reason: str
) -> None:
    assert await rig.deliver(raw, source=source) == [True]
    (letter,) = await rig.engine.dead_letters.list()
    assert (letter["reason"], letter["source"]) == (reason, str(source))
    (told,) = await rig.inbox(INGEST)
    assert told.name == "MalformedInput"
    assert told.labels["letter"] == letter["id"]
    assert ("dead_letters", {"reason": reason}) in rig.telemetry.labels


async def test_the_good_part_of_a_broken_group_is_taken(rig: Rig) -> None:
    bad = {"status": "firing", "labels": {"severity": "page"}}
    assert await rig.deliver(body(alert(namespace="nowhere"), bad)) == [True]
    assert len(await rig.inbox(NOBODY)) == 1
    assert len(await rig.engine.dead_letters.list()) == 1


async def test_a_dead_letter_delivered_again_is_one_letter(rig: Rig) -> None:
    await rig.deliver(b"{")
    first = await rig.engine.dead_letters.list()
    rig.clock.pass_s(60.0)
    assert await rig.deliver(b"{") == [True]
    assert await rig.engine.dead_letters.list() == first
    assert len(await rig.inbox(INGEST)) == 1


async def test_the_same_body_elsewhere_is_another_letter(rig: Rig) -> None:
    await rig.deliver(b"{", b"{")
    positions = {one["position"] for one in await rig.engine.dead_letters.list()}
    assert positions == {"alerts/0/0", "alerts/0/1"}


async def test_an_ops_event_finds_its_subject(rig: Rig) -> None:
    await rig.deploy_sick()
    event = b'{"kind": "deploy_started", "id": "d-1", "labels": '
    event += b'{"namespace": "shop", "deployment": "web"}}'
    assert await rig.deliver(event, source=Source.OPS_EVENTS) == [True]
    assert [one["id"] for one in rig.on_disk(SHOP)["ops_events"]] == ["d-1"]
