"""The webhook: durable before the 2xx, 503 with Retry-After while nothing can be made durable."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from tests.unit.engine.rig import NOBODY, SHOP, alert, body, on_disk
from tests.unit.interfaces.people_port import WEBHOOK, People, people
from worker.domain.document.identity import INGEST
from worker.engine.documents import document_key
from worker.engine.ports import Save
from worker.interfaces import people as people_module

TRACEPARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
ODD = body(alert("Odd", namespace="nowhere"))


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[People]:
    async with people(tmp_path) as opened:
        yield opened


async def test_answered_2xx_the_alert_is_in_the_file(served: People) -> None:
    pod = await served.rig.deploy_sick()
    reply = await served.port.post(WEBHOOK, body(alert(namespace="shop", pod=pod)))
    stored = on_disk(served.rig.database, document_key(SHOP.key))  # a connection of its own
    assert (reply.status, reply.json()) == (200, {"status": "durable"})
    assert [one["labels"]["pod"] for one in stored["inbox"]] == [pod]
    assert served.rig.wakes.keys == [SHOP.key]


async def test_no_answer_comes_before_the_save(served: People) -> None:
    saving, go = asyncio.Event(), asyncio.Event()

    async def slow(saves: Sequence[Save]) -> None:
        if any(save.key == document_key(NOBODY.key) for save in saves):
            saving.set()
            await go.wait()

    served.rig.store.before_save = slow
    posted = asyncio.create_task(served.port.post(WEBHOOK, ODD))
    async with asyncio.timeout(30.0):  # liveness only
        await saving.wait()
        assert (await served.port.get("/livez")).status == 200, "others are served meanwhile"
        assert not posted.done()
        assert served.rig.on_disk(NOBODY) == {}
        go.set()
        assert (await posted).status == 200
    assert served.rig.on_disk(NOBODY)["inbox"]


@pytest.mark.parametrize("what", ["loads_fail", "saves_fail"])
async def test_a_store_that_is_away_asks_to_come_again(served: People, what: str) -> None:
    setattr(served.rig.store, what, True)
    reply = await served.port.post(WEBHOOK, ODD)
    assert reply.status == 503
    assert int(reply.headers["retry-after"]) > 0
    setattr(served.rig.store, what, False)
    assert served.rig.on_disk(NOBODY) == {}
    assert (await served.port.post(WEBHOOK, ODD)).status == 200
    assert len(await served.rig.inbox(NOBODY)) == 1


async def test_a_store_that_hangs_asks_to_come_again_at_the_deadline(tmp_path: Path) -> None:
    async with people(tmp_path, accept_deadline_s=0.05) as served:
        served.rig.store.hangs = True
        reply = await served.port.post(WEBHOOK, ODD)
    assert reply.status == 503
    assert int(reply.headers["retry-after"]) > 0


async def test_before_owners_are_known_it_asks_to_come_again(served: People) -> None:
    served.checks["inventory"] = False
    reply = await served.port.post(WEBHOOK, ODD)
    assert reply.status == 503
    assert int(reply.headers["retry-after"]) > 0
    assert served.rig.store.log == [], "nothing was touched"
    served.checks["inventory"] = True
    assert (await served.port.post(WEBHOOK, ODD)).status == 200


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "not_json"),
        (b"{", "not_json"),
        (b"\xff\xfe", "not_utf8"),
        (b"[" * 50 + b"]" * 50, "too_deep"),
        (b'{"a": 1, "a": 2}', "duplicate_key"),
        (b'{"alerts": []}', "out_of_bounds"),
        (b'{"alerts": [{"labels": {"alertname": 3}}]}', "wrong_type"),
        (b'{"alerts": [{"labels": {"alertname": "X"}, "startsAt": "noon"}]}', "bad_time"),
        (b"{}", "missing_field"),
        (rb'{"labels": {"alertname": "X", "pod": "\ud800"}}', "not_utf8"),
        (rb'{"labels": {"alertname": "X", "namespace": "\ud800"}}', "not_utf8"),
    ],
)
async def test_what_is_malformed_is_kept_and_answered_2xx(
    served: People, raw: bytes, reason: str
) -> None:
    """A 4xx would make Alertmanager drop it: this way a human gets to see it."""
    assert (await served.port.post(WEBHOOK, raw)).status == 200
    (letter,) = await served.rig.engine.dead_letters.list()
    assert (letter["reason"], letter["source"]) == (reason, "webhook")
    kept = on_disk(served.rig.database, f"deadletter-{letter['id']}")
    assert kept["size_bytes"] == len(raw)
    assert [one["name"] for one in served.rig.on_disk(INGEST)["inbox"]] == ["MalformedInput"]


async def test_a_malformed_body_that_cannot_be_kept_comes_again(served: People) -> None:
    served.rig.store.saves_fail = True
    assert (await served.port.post(WEBHOOK, b"{")).status == 503
    served.rig.store.saves_fail = False
    assert await served.rig.engine.dead_letters.list() == []


async def test_a_body_beyond_the_limit_is_kept_and_answered_2xx(tmp_path: Path) -> None:
    async with people(tmp_path, body_max_bytes=1024) as served:
        raw = b" " * 1025
        assert (await served.port.post(WEBHOOK, raw)).status == 200
        (letter,) = await served.rig.engine.dead_letters.list()
        assert (letter["reason"], letter["size_bytes"]) == ("too_large", 1025)


async def test_a_body_that_nobody_can_hold_is_not_read_to_its_end(
    served: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people_module, "BODY_READ_MAX_BYTES", 100_000)
    assert (await served.port.post(WEBHOOK, b" " * 100_001)).status == 503
    assert await served.rig.engine.dead_letters.list() == []
    assert (await served.port.post(WEBHOOK, ODD)).status == 200


@pytest.mark.parametrize(
    ("given", "kept"),
    [(TRACEPARENT, TRACEPARENT[:36]), ("nonsense", ""), (f"00-{'0' * 32}-{'1' * 16}-01", "")],
)
async def test_the_callers_trace_goes_on_with_the_alert(
    served: People, given: str, kept: str
) -> None:
    await served.port.post(WEBHOOK, ODD, {"traceparent": given})
    (alert_kept,) = await served.rig.inbox(NOBODY)
    assert alert_kept.traceparent[:36] == kept


async def test_many_at_once_are_all_there(served: People) -> None:
    bodies = [body(alert(f"Odd{number}", namespace="nowhere")) for number in range(8)]
    replies = await asyncio.gather(*(served.port.post(WEBHOOK, one) for one in bodies))
    taken = {f"Odd{number}" for number, reply in enumerate(replies) if reply.status == 200}
    assert taken, "somebody always wins"
    assert {one.name for one in await served.rig.inbox(NOBODY)} >= taken
    assert {reply.status for reply in replies} <= {200, 503}
