"""The sinks against a real HTTP receiver: what is sent, what counts as a receipt, what doesn't."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import aiohttp
import pytest

from tests.unit.adapters.http_server import Answer, json_answer, serving
from tests.unit.adapters.notices import SUBJECT, notice
from worker.adapters.pagerduty_sink import PagerDutySink
from worker.adapters.webhook_sink import WebhookSink
from worker.engine.ports import PermanentError, Sink, TransientError

# Source: PagerDuty's Events API v2, "Send an alert event": 202 with this body.
TAKEN = {"status": "success", "message": "Event processed", "dedup_key": "inc-1"}

Make = Callable[[aiohttp.ClientSession, str], Sink]


def webhook(session: aiohttp.ClientSession, url: str) -> Sink:
    return WebhookSink(session, url)


def pagerduty(session: aiohttp.ClientSession, url: str) -> Sink:
    return PagerDutySink(session, url, "routing-key")


EITHER = pytest.mark.parametrize("make", [webhook, pagerduty])


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30.0)) as opened:
        yield opened


async def test_webhook_sends_the_notice_with_its_id_as_idempotency_key(
    session: aiohttp.ClientSession,
) -> None:
    async with serving([Answer(204)]) as server:
        receipt = await webhook(session, server.url).deliver(notice(), SUBJECT)
    assert receipt == "HTTP 204"
    (asked,) = server.asked
    assert asked.method == "POST"
    assert asked.headers["content-type"] == "application/json"
    assert asked.headers["idempotency-key"] == "inc-1-escalated"
    assert asked.json() == {
        "id": "inc-1-escalated",
        "incident": "inc-1",
        "subject": SUBJECT,
        "kind": "escalated",
        "severity": "critical",
        "reason": "ladder_exhausted",
        "summary": notice().summary,
        "at_s": 1767268800.5,
    }


async def test_pagerduty_triggers_and_resolves_under_one_dedup_key(
    session: aiohttp.ClientSession,
) -> None:
    """Source: Events API v2; required are routing_key, event_action, and for a trigger
    payload.summary, payload.source and payload.severity; a resolve needs its dedup_key."""
    async with serving([json_answer(TAKEN, 202)]) as server:
        sink = pagerduty(session, server.url)
        receipt = await sink.deliver(notice(), SUBJECT)
        await sink.deliver(notice("resolved"), SUBJECT)
    assert receipt == "dedup_key inc-1"
    trigger, resolve = (asked.json() for asked in server.asked)
    assert trigger == {
        "routing_key": "routing-key",
        "event_action": "trigger",
        "dedup_key": "inc-1",
        "payload": {
            "summary": notice().summary,
            "source": SUBJECT,
            "severity": "critical",
            "class": "ladder_exhausted",
            "custom_details": {"incident": "inc-1", "reason": "ladder_exhausted"},
        },
    }
    assert resolve == {
        "routing_key": "routing-key",
        "event_action": "resolve",
        "dedup_key": "inc-1",
    }


@pytest.mark.parametrize(
    ("given", "sent"),
    [("critical", "critical"), ("warning", "warning"), ("info", "info"), ("page", "error")],
)
async def test_pagerduty_knows_four_severities(
    session: aiohttp.ClientSession, given: str, sent: str
) -> None:
    async with serving([json_answer(TAKEN, 202)]) as server:
        await pagerduty(session, server.url).deliver(notice(severity=given), SUBJECT)
    assert server.asked[0].json()["payload"]["severity"] == sent


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"status": "success"}'])
async def test_a_receipt_without_dedup_key_names_the_one_that_was_sent(
    session: aiohttp.ClientSession, body: bytes
) -> None:
    async with serving([Answer(202, body)]) as server:
        receipt = await pagerduty(session, server.url).deliver(notice(), SUBJECT)
    assert receipt == "dedup_key inc-1"


@EITHER
@pytest.mark.parametrize(
    "answer",
    [Answer(500), Answer(503), Answer(429), Answer(cut=True)],
    ids=["500", "503", "429", "cut off"],
)
async def test_what_may_go_better_later(
    session: aiohttp.ClientSession, make: Make, answer: Answer
) -> None:
    async with serving([answer]) as server:
        with pytest.raises(TransientError):
            await make(session, server.url).deliver(notice(), SUBJECT)
    assert server.asked


@EITHER
async def test_nobody_listens(session: aiohttp.ClientSession, make: Make) -> None:
    async with serving([Answer()]) as server:
        pass
    with pytest.raises(TransientError):
        await make(session, server.url).deliver(notice(), SUBJECT)


@EITHER
async def test_no_answer_in_time(make: Make) -> None:
    patience = aiohttp.ClientTimeout(total=0.2)
    async with (
        serving([Answer(hang=True)]) as server,
        aiohttp.ClientSession(timeout=patience) as session,
    ):
        with pytest.raises(TransientError):
            await make(session, server.url).deliver(notice(), SUBJECT)


@EITHER
@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
async def test_what_no_repetition_helps_says_what_to_check(
    session: aiohttp.ClientSession, make: Make, status: int
) -> None:
    async with serving([Answer(status)]) as server:
        with pytest.raises(PermanentError, match=f"{status}: check "):
            await make(session, server.url).deliver(notice(), SUBJECT)


@EITHER
async def test_a_redirect_is_no_receipt_and_the_notice_goes_nowhere_else(
    session: aiohttp.ClientSession, make: Make
) -> None:
    async with serving([Answer()]) as elsewhere:
        away = Answer(302, headers={"Location": elsewhere.url})
        async with serving([away]) as server:
            with pytest.raises(PermanentError):
                await make(session, server.url).deliver(notice(), SUBJECT)
    assert elsewhere.asked == []


@pytest.mark.parametrize("status", [200, 202, 299])
async def test_pagerduty_takes_any_success_for_a_receipt(
    session: aiohttp.ClientSession, status: int
) -> None:
    async with serving([json_answer(TAKEN, status)]) as server:
        assert "dedup_key" in await pagerduty(session, server.url).deliver(notice(), SUBJECT)
