"""From an incident to a human: the engine on SQLite, and a real receiver that is down at first."""

from __future__ import annotations

from pathlib import Path

import aiohttp
import pytest

from tests.unit.adapters.http_server import Answer, json_answer, serving
from tests.unit.engine.rig import NOBODY, Rig, alert, body
from worker.adapters.pagerduty_sink import PagerDutySink
from worker.adapters.webhook_sink import WebhookSink
from worker.domain.document.incident import Phase
from worker.domain.story.journal import sentence
from worker.domain.story.reason import Reason
from worker.engine.ports import Sink

DOWN = Answer(500, b"oops")


async def story(rig: Rig) -> list[str]:
    return [sentence(entry) for entry in (await rig.document(NOBODY)).journal]


async def turns_until_told(rig: Rig) -> int:
    """Turns, each at the time that the engine asks for, until no notice is owed; how many."""
    for number in range(1, 20):
        await rig.turn(NOBODY)
        if not (await rig.document(NOBODY)).notices:
            return number
        rig.clock.at_s = rig.wakes.at[NOBODY.key]
    raise AssertionError("still owed after 20 turns")


@pytest.mark.parametrize("failures", [1, 3])
async def test_pagerduty_is_asked_until_it_has_received_both_notices(
    tmp_path: Path, failures: int
) -> None:
    taken = json_answer({"status": "success", "dedup_key": "from-pagerduty"}, 202)
    async with serving([DOWN] * failures + [taken]) as server, aiohttp.ClientSession() as session:
        rig = Rig(tmp_path, sinks=[PagerDutySink(session, server.url, "key")])
        await rig.deliver(body(alert("Odd", namespace="nowhere", at_s=rig.clock.now_s())))
        assert await turns_until_told(rig) == failures + 1
        (incident,) = (await rig.document(NOBODY)).incidents
        assert (incident.phase, incident.escalated_for) == (
            Phase.ESCALATED,
            Reason.OWNER_UNKNOWN,
        )
        assert "pagerduty received the escalated notice (dedup_key from-pagerduty)." in await story(
            rig
        )
        over = {**alert("Odd", namespace="nowhere", at_s=rig.clock.now_s()), "status": "resolved"}
        await rig.deliver(body(over))
        assert await turns_until_told(rig) == 1
        assert (await rig.document(NOBODY)).settled
        await rig.close()
    sent = [asked.json() for asked in server.asked]
    assert [one["event_action"] for one in sent] == ["trigger"] * (failures + 1) + ["resolve"]
    assert {one["dedup_key"] for one in sent} == {incident.id}
    assert sent[0] == sent[failures], "the same event again, not a new one"


async def test_the_next_sink_is_told_when_the_pager_refuses(tmp_path: Path) -> None:
    async with (
        serving([Answer(403)]) as pager,
        serving([Answer(200)]) as webhook,
        aiohttp.ClientSession() as session,
    ):
        sinks: list[Sink] = [
            PagerDutySink(session, pager.url, "wrong key"),
            WebhookSink(session, webhook.url),
        ]
        rig = Rig(tmp_path, sinks=sinks)
        await rig.deliver(body(alert("Odd", namespace="nowhere")))
        assert await turns_until_told(rig) == 1
        assert "webhook received the escalated notice (HTTP 200)." in await story(rig)
        await rig.close()
    assert [one.json()["kind"] for one in webhook.asked] == ["escalated"]
    assert "wrong key" not in str(webhook.asked[0].body)
