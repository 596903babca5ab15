"""From the question to the write: one yes is one write, and whatever comes between is minded."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.unit.engine.asking import answer, notices, question, received, say_yes
from tests.unit.engine.parts import ScriptedSink
from tests.unit.engine.rig import Rig
from tests.unit.engine.stage import (
    EVICT,
    NAMESPACE,
    due,
    incident_of,
    pack_of,
    pass_time,
    sick_pod,
    turns,
)
from worker.domain.document.incident import Phase
from worker.domain.people.approval import Say
from worker.domain.playbooks.playbook import Mode
from worker.domain.story.reason import Reason
from worker.engine.ports import TransientError


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    made = await received(tmp_path)
    yield made
    await made.close()


async def test_asked_received_answered_done(rig: Rig) -> None:
    """The notice names the question; nothing is written before the yes, and one write after it."""
    (sink,) = rig.sinks
    assert isinstance(sink, ScriptedSink)
    asked = await question(rig)
    assert sink.taken[0].id == asked["id"]
    assert sick_pod(rig) in sink.taken[0].summary
    await turns(rig)
    assert rig.cluster.writes == []
    await say_yes(rig)
    assert rig.cluster.writes == [], "whoever took it in did nothing"
    await turns(rig)
    assert [(one.name, one.code) for one in rig.cluster.writes] == [
        (asked["target"].rpartition("/")[2], 201)
    ]
    assert notices(rig) == ["approval"]


async def test_a_yes_is_used_up_by_its_write(rig: Rig) -> None:
    """What it didn't help for is asked anew."""
    rig.pack = pack_of(EVICT, EVICT)
    rig.restart()
    first = await question(rig)
    rig.cluster.world.sick_images.add("web:1")
    await say_yes(rig)
    await turns(rig)
    assert len(rig.cluster.writes) == 1
    second = await question(rig)
    assert second["id"] != first["id"]
    assert second["target"] != first["target"]
    assert (await answer(rig, first)).why is not None
    await turns(rig)
    assert len(rig.cluster.writes) == 1


async def test_a_question_that_nobody_answers_goes_to_a_human_and_nothing_is_done(
    rig: Rig,
) -> None:
    asked = await question(rig)
    pass_time(rig, rig.settings.approval_s)
    await turns(rig)
    assert (await incident_of(rig)).escalated_for is Reason.APPROVAL_EXPIRED
    assert notices(rig) == ["approval", "escalated"]
    assert (await answer(rig, asked)).why is Reason.NOTHING_ASKED
    await turns(rig)
    assert rig.cluster.writes == []


async def test_a_yes_that_could_not_be_done_in_time_is_none_any_more(rig: Rig) -> None:
    """Between the yes and the end of its time somebody held all hands off."""
    await say_yes(rig)
    await rig.engine.steering.holds.hold(NAMESPACE, by="bob", for_s=3600.0, words="")
    await turns(rig)
    pass_time(rig, rig.settings.approval_s)
    await rig.engine.steering.holds.resume(NAMESPACE, by="bob", words="")
    await turns(rig)
    assert rig.cluster.writes == []
    assert (await incident_of(rig)).escalated_for is Reason.APPROVAL_EXPIRED


async def test_another_plan_than_the_approved_one_is_asked_anew(rig: Rig) -> None:
    """The pod is another one by now."""
    first = await question(rig)
    await say_yes(rig)
    rig.cluster.world.sick_images.add("web:1")
    rig.cluster.world.remove("Pod", "shop", sick_pod(rig))
    pass_time(rig, 20.0)
    await turns(rig)
    assert rig.cluster.writes == []
    second = await question(rig)
    assert second["id"] != first["id"]
    assert notices(rig) == ["approval", "approval"]
    assert (await answer(rig, second)).why is None
    await turns(rig, count=2)
    assert [one.name for one in rig.cluster.writes] == [second["target"].rpartition("/")[2]]


async def test_a_plan_that_keeps_changing_is_a_humans(rig: Rig) -> None:
    rig.cluster.world.sick_images.add("web:1")
    for _ in range(rig.settings.policy.asked_max):
        rig.cluster.world.remove("Pod", "shop", sick_pod(rig))
        pass_time(rig, 20.0)
        rig.wakes.woken.clear()
        if (await incident_of(rig)).phase is Phase.OPEN:
            await answer(rig, await question(rig))
        await turns(rig, count=2)
    assert rig.cluster.writes == []
    assert (await incident_of(rig)).escalated_for is Reason.PLAN_CHANGED


async def test_a_no_ends_it(rig: Rig) -> None:
    asked = await question(rig)
    await say_yes(rig)
    assert (await answer(rig, asked, Say.NO, by="bob")).why is None
    await turns(rig)
    assert rig.cluster.writes == [], "whoever stops it is heard, as long as it isn't done"
    assert (await incident_of(rig)).escalated_for is Reason.REJECTED_BY_HUMAN


async def test_while_nobody_can_be_reached_it_is_asked_until_somebody_is(tmp_path: Path) -> None:
    sink = ScriptedSink("chat", [TransientError("away"), TransientError("away"), "received"])
    rig = Rig(tmp_path, mode=Mode.APPROVE, sinks=[sink])
    rig.pack = pack_of(EVICT)
    rig.restart()
    await due(rig)
    await turns(rig, count=6)
    assert [one.kind for one in sink.taken] == ["approval"]
    assert rig.cluster.writes == []
    await rig.close()
