"""REST: approvals, holds, demotions and the kill switch, by people with their roles."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.unit.engine.asking import ask
from tests.unit.engine.rig import SHOP
from tests.unit.interfaces.people_port import People, people
from tests.unit.interfaces.team import BOT, detail, get, people_file, post
from worker.domain.playbooks.playbook import Mode

WEB = {"subject": SHOP.text}


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[People]:
    """In approve mode, and it has asked something."""
    async with people(tmp_path, people=people_file(tmp_path), mode=Mode.APPROVE) as opened:
        await ask(opened.rig)
        yield opened


async def question(served: People) -> dict[str, Any]:
    (one,) = (await get(served, "/approvals")).json()
    return dict(one)


async def answer(served: People, verb: str, by: str, asked: dict[str, Any], **more: str) -> Any:
    body = {"digest": asked["digest"], "nonce": asked["nonce"], **more}
    return await post(served, f"/approvals/{asked['id']}/{verb}", body, by)


async def test_a_yes_is_taken_in_and_done_by_the_next_turn(served: People) -> None:
    asked = await question(served)
    assert (await get(served, f"/approvals/{asked['id']}")).json() == asked
    reply = await answer(served, "approve", "ann", asked, words="go ahead")
    assert reply.status == 202
    assert reply.json() == {
        "status": "taken in", "by": "ann", "words": "ann said yes; it is looked into",
    }  # fmt: skip
    assert "write" not in served.rig.cluster.order
    await served.rig.turn()
    assert served.rig.cluster.order.count("write") == 1
    assert "ann approved" in "\n".join(served.rig.telemetry.story())


async def test_a_no_hands_it_over(served: People) -> None:
    asked = await question(served)
    assert (await answer(served, "reject", "ann", asked)).status == 202
    await served.rig.turn()
    assert (await get(served, f"/approvals/{asked['id']}")).status == 404
    assert "write" not in served.rig.cluster.order


async def test_twenty_clicks_at_once_are_one_yes(served: People) -> None:
    asked = await question(served)
    clicks = [
        answer(served, "approve", by, asked) for by in ("ann", "bob", "olaf") for _ in range(7)
    ]
    replies = await asyncio.gather(*clicks)
    assert {reply.status for reply in replies} == {202, 409}
    taken = {reply.json()["by"] for reply in replies if reply.status == 202}
    assert [one["by"] for one in served.rig.on_disk()["answers"]] == list(taken)
    for reply in replies:
        assert reply.status == 202 or reply.json()["reason"] == "answered_before"


async def test_what_does_nothing_is_said_with_its_reason(served: People) -> None:
    asked = await question(served)
    for other, status, reason in (
        ({"digest": "e" * 64}, 409, "other_question"),
        ({"nonce": "0" * 16}, 409, "other_question"),
        ({"id": f"{asked['incident']}-r2"}, 404, "nothing_asked"),
        ({"id": "inc-000000000000-r1"}, 404, "nothing_asked"),
    ):
        reply = await answer(served, "approve", "ann", {**asked, **other})
        assert (reply.status, reply.json()["reason"]) == (status, reason), other
        assert detail(reply)
    machine = await answer(served, "approve", BOT, asked)
    assert (machine.status, machine.json()["reason"]) == (403, "approved_by_machine")
    served.rig.clock.pass_s(served.rig.settings.approval_s)
    late = await answer(served, "approve", "ann", asked)
    assert (late.status, late.json()["reason"]) == (410, "approval_expired")
    await served.rig.turn()
    over = await answer(served, "approve", "ann", asked)
    assert (over.status, over.json()["reason"]) == (409, "nothing_asked")


async def test_a_machine_may_say_no(served: People) -> None:
    assert (await answer(served, "reject", BOT, await question(served))).status == 202


@pytest.mark.parametrize(
    "changes",
    [{"digest": "D" * 64}, {"digest": ""}, {"digest": 7}, {"nonce": "x" * 16}, {"nonce": None}],
)
async def test_an_answer_that_names_nothing_is_refused(
    served: People, changes: dict[str, Any]
) -> None:
    asked = {**await question(served), **changes}
    reply = await answer(served, "approve", "ann", asked)
    assert reply.status == 422
    assert "send it as GET /api/v1/approvals/{id} has it" in detail(reply)


async def test_holding_takes_an_approver_and_letting_go_an_operator(served: People) -> None:
    body = {"scope": WEB, "for": "2h", "words": "migrating"}
    assert (await post(served, "/holds", body, by="vera")).status == 403
    held = await post(served, "/holds", body, by="ann")
    assert held.status == 201
    made = held.json()
    assert (made["where"], made["by"], made["words"]) == (SHOP.text, "ann", "migrating")
    assert made["until_s"] - made["since_s"] == 7200.0
    assert (await get(served, "/holds")).json() == [made]
    assert (await post(served, "/holds/resume", {"scope": WEB}, by="ann")).status == 403
    lifted = await post(served, "/holds/resume", {"scope": WEB, "words": "done"}, by="olaf")
    assert (lifted.status, lifted.json()) == (200, {"lifted": [made], "still": []})
    again = await post(served, "/holds/resume", {"scope": WEB}, by="olaf")
    assert again.status == 404
    assert "was not on hold by hand" in detail(again)


@pytest.mark.parametrize(
    "written", ["service/shop/Deployment/web", "shop/Deployment/web", "shop/deployment/web"]
)
async def test_a_subject_may_be_written_as_people_do(served: People, written: str) -> None:
    held = await post(served, "/holds", {"scope": {"subject": written}, "for": "1h"})
    assert (held.status, held.json()["where"]) == (201, SHOP.text)


@pytest.mark.parametrize("scope", [{"namespace": "shop"}, {"cluster": True}])
async def test_a_whole_scope_is_held_by_name(served: People, scope: dict[str, Any]) -> None:
    asked = await question(served)
    held = await post(served, "/holds", {"scope": scope, "for": "90s"}, by="bob")
    assert held.status == 201
    assert (await answer(served, "approve", "ann", asked)).status == 202
    await served.rig.turn()
    assert "write" not in served.rig.cluster.order, "a yes doesn't move a person's hands away"


async def test_a_typing_error_holds_nothing_and_says_so(served: People) -> None:
    reply = await post(served, "/holds", {"scope": {"subject": "shop/Deployment/wbe"}, "for": "1h"})
    assert reply.status == 404
    assert "the cluster has no service/shop/Deployment/wbe" in detail(reply)


async def test_demotions_are_listed_and_what_was_not_lowered_is_not_lifted(
    served: People,
) -> None:
    assert (await get(served, "/demotions")).json() == []
    body = {"playbook": "crash-loop", "namespace": "shop"}
    assert (await post(served, "/demotions/lift", body, by="ann")).status == 403
    reply = await post(served, "/demotions/lift", body)
    assert (reply.status, detail(reply)) == (
        404, "nothing lowered crash-loop for all of namespace shop",
    )  # fmt: skip
    elsewhere = {**body, "subject": "kitchen/Deployment/web"}
    assert (await post(served, "/demotions/lift", elsewhere)).status == 422


async def test_the_kill_switch_is_read_and_counts_as_set_when_it_cannot_be(
    served: People,
) -> None:
    state = (await get(served, "/kill-switch")).json()
    assert state == {"set": False, "readable": True, "words": "writes are let through"}
    served.rig.cluster.stopped = True
    assert (await get(served, "/kill-switch")).json()["set"] is True
    served.rig.cluster.switch_unreadable = True
    state = (await get(served, "/kill-switch")).json()
    assert (state["set"], state["readable"]) == (True, False)
    assert "ConfigMap is missing" in state["words"]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
async def test_nobody_turns_the_kill_switch_here(served: People, method: str) -> None:
    reply = await served.port.call(method, "/api/v1/kill-switch", b'{"stop": "false"}')
    assert reply.status == 405


async def test_while_the_store_is_away_everything_asks_to_come_again(served: People) -> None:
    asked = await question(served)
    served.rig.store.loads_fail = True
    for path in ("/approvals", "/holds", "/demotions", f"/incidents/{asked['incident']}/why"):
        assert (await get(served, path)).status == 503, path
    assert (await answer(served, "approve", "ann", asked)).status == 503
    hold = {"scope": {"cluster": True}, "for": "1h"}
    reply = await post(served, "/holds", hold)
    assert reply.status == 503
    assert int(reply.headers["retry-after"]) > 0
