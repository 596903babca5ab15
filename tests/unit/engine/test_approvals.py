"""A yes is taken in once, durable before it is said so, and done once; what is late is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.unit.engine.asking import answer, ask, asking, question
from tests.unit.engine.rig import SHOP, Rig
from worker.domain.document.incident import Phase
from worker.domain.people.approval import Say
from worker.domain.playbooks.playbook import Mode
from worker.domain.story.reason import Reason
from worker.engine.ports import PermanentError, Save, TransientError


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    made = await asking(tmp_path)
    yield made
    await made.close()


async def writes(rig: Rig) -> int:
    return rig.cluster.order.count("write")


async def test_the_question_says_exactly_what_would_be_done(rig: Rig) -> None:
    asked = await question(rig)
    incident = (await rig.document()).incidents[0]
    assert incident.request is not None
    assert (asked["id"], asked["incident"]) == (incident.request.id, incident.id)
    assert (asked["subject"], asked["action"]) == (SHOP.text, "evict_pod")
    assert asked["target"].startswith("shop/Pod/web-1-")
    assert asked["target_uid"].startswith("uid-")
    assert "crash" in asked["effect"].lower()
    assert asked["state"] == "open"
    assert asked["expires_at_s"] - asked["asked_at_s"] == rig.settings.approval_s
    assert await rig.engine.steering.approvals.find(asked["id"]) == asked
    assert await rig.engine.steering.approvals.find("inc-000000000000-r1") is None


async def test_a_yes_is_on_disk_when_it_is_said_to_be_taken_in(rig: Rig) -> None:
    asked = await question(rig)
    rig.wakes.woken.clear()
    taken = await answer(rig, asked, words="go ahead")
    assert taken.why is None
    (kept,) = rig.on_disk()["answers"]
    assert (kept["by"], kept["say"], kept["words"]) == ("alice", "yes", "go ahead")
    assert rig.wakes.keys == [SHOP.key]
    assert await writes(rig) == 0, "nothing was done by whoever took it in"
    assert (await question(rig))["state"] == "answered"


async def test_a_yes_is_done_once(rig: Rig) -> None:
    await answer(rig, await question(rig))
    for _ in range(3):
        await rig.turn()
    assert await writes(rig) == 1
    attempt = (await rig.document()).incidents[0].last_attempt
    assert attempt is not None
    assert attempt.approved_by == "alice"
    assert any(line.startswith("alice approved") for line in rig.telemetry.story())


async def test_a_no_hands_it_over_and_nothing_is_done(rig: Rig) -> None:
    await answer(rig, await question(rig), Say.NO, words="not today")
    await rig.turn()
    incident = (await rig.document()).incidents[0]
    assert (incident.phase, incident.escalated_for) == (
        Phase.ESCALATED, Reason.REJECTED_BY_HUMAN,
    )  # fmt: skip
    assert await writes(rig) == 0


async def test_of_two_at_the_same_time_one_is_taken_in(rig: Rig) -> None:
    asked = await question(rig)
    both = await asyncio.gather(answer(rig, asked, by="alice"), answer(rig, asked, by="bob"))
    assert sorted(str(one.why) for one in both) == ["None", "answered_before"]
    await rig.turn()
    assert await writes(rig) == 1


async def test_two_replicas_take_in_one_of_them_too(rig: Rig) -> None:
    """Both have loaded the document before either has saved it."""
    asked = await question(rig)
    other = rig.another_engine().steering.approvals
    inside = False
    said: list[Any] = []

    async def meanwhile(saves: Sequence[Save]) -> None:
        nonlocal inside
        if not inside and any(one.key.startswith("subject-") for one in saves):
            inside = True
            said.append(
                await other.answer(
                    asked["id"], digest=asked["digest"], nonce=asked["nonce"], say=Say.YES,
                    by="bob", bot=False, words="",
                )
            )  # fmt: skip

    rig.store.before_save = meanwhile
    taken = await answer(rig, asked, by="alice")
    assert [one.why for one in said] == [None]
    assert taken.why is Reason.ANSWERED_BEFORE
    assert "bob answered" in taken.words
    assert [one["by"] for one in rig.on_disk()["answers"]] == ["bob"]


async def test_a_save_that_seemed_to_fail_is_not_said_twice(rig: Rig) -> None:
    """It is on disk, and whoever saved it was told that it isn't."""
    asked = await question(rig)
    rig.wakes.woken.clear()

    async def unseen(saves: Sequence[Save]) -> None:
        if any(one.key.startswith("subject-") for one in saves):
            rig.store.before_save = None
            assert await rig.store.real.save(saves)

    rig.store.before_save = unseen
    assert (await answer(rig, asked)).why is None
    assert len(rig.on_disk()["answers"]) == 1
    assert rig.wakes.keys == [SHOP.key]


async def test_the_plan_is_made_again_and_another_one_is_asked_anew(rig: Rig) -> None:
    """Approved was the eviction of a pod that is gone by now."""
    asked = await question(rig)
    await answer(rig, asked)
    name = asked["target"].rpartition("/")[2]
    del rig.cluster.world.objects[("Pod", "shop", name)]
    for _ in range(5):
        rig.cluster.world.advance()
        rig.clock.pass_s(10.0)
    await rig.turn()
    evicted = [one for one in rig.telemetry.story() if "Decided" in one]
    assert not evicted, "nothing that nobody has seen is done"
    assert (await rig.engine.steering.approvals.find(asked["id"]) or {}).get("state") != "open"


async def test_while_the_store_is_away_it_can_be_said_again(rig: Rig) -> None:
    asked = await question(rig)
    rig.store.saves_fail = True
    with pytest.raises(TransientError):
        await answer(rig, asked)
    rig.store.saves_fail = False
    assert (await answer(rig, asked)).why is None


async def test_a_document_of_a_newer_version_is_left_alone(rig: Rig) -> None:
    asked = await question(rig)
    value = rig.on_disk()

    async def replaced(saves: Sequence[Save]) -> None:
        rig.store.before_save = None
        await rig.store.put(f"subject-{SHOP.key}", {**value, "schema": 99})

    rig.store.before_save = replaced
    with pytest.raises(PermanentError, match="schema 99"):
        await answer(rig, asked)
    assert rig.on_disk()["schema"] == 99


async def test_in_auto_mode_nobody_is_asked(tmp_path: Path) -> None:
    rig = Rig(tmp_path, mode=Mode.AUTO)
    await ask(rig)
    assert await rig.engine.steering.approvals.all() == []
    await rig.close()
