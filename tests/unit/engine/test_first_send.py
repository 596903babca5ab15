"""Stopped, or without a connection, between decision and first send: a whole engine sees it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.unit.engine.rig import SHOP, Rig, alert, body
from worker.domain.document.incident import Phase
from worker.domain.story.reason import Reason
from worker.engine.documents import document_key
from worker.engine.ports import ApiAnswer, Save, WriteRequest

KEY = document_key(SHOP.key)


async def until_it_would_act(rig: Rig) -> str:
    """The next turn decides an eviction. The sick pod's name."""
    pod = await rig.deploy_sick()
    assert await rig.deliver(body(alert(namespace="shop", pod=pod))) == [True]
    await rig.turn()
    rig.clock.pass_s(61.0)
    return pod


async def healed_by_a_human(rig: Rig, pod: str) -> None:
    """Somebody deletes the pod and repairs the node; the monitor's word is the last to come."""
    rig.cluster.world.sick_nodes.clear()
    rig.cluster.world.remove("Pod", "shop", pod)
    over = alert(namespace="shop", pod=pod, at_s=rig.clock.now_s())
    assert await rig.deliver(body({**over, "status": "resolved"})) == [True]
    for _ in range(40):
        rig.cluster.world.advance()
        rig.clock.pass_s(10.0)
        await rig.turn()


async def nothing_was_ours(rig: Rig, reason: Reason) -> None:
    (incident,) = (await rig.document()).incidents
    assert incident.resolution is Reason.RESOLVED_BY_OTHERS
    assert [(one.outcome, one.verdict) for one in incident.attempts] == [(reason, None)]
    story = "\n".join(rig.telemetry.story())
    assert "already done" not in story
    assert "credit" not in story
    assert (await rig.document()).cool_downs == ()


async def test_the_kill_switch_comes_between_decision_and_first_send(rig: Rig) -> None:
    pod = await until_it_would_act(rig)

    async def stop(saves: Sequence[Save]) -> None:
        if any(save.key == KEY and save.value["intents"] for save in saves):
            rig.store.before_save = None
            rig.cluster.stopped = True

    rig.store.before_save = stop
    await rig.turn()
    document = await rig.document()
    assert (document.incidents[0].phase, document.intents) == (Phase.OPEN, ())
    assert document.incidents[0].attempts[0].outcome is Reason.KILL_SWITCH
    await healed_by_a_human(rig, pod)
    assert rig.cluster.writes == []
    await nothing_was_ours(rig, Reason.KILL_SWITCH)


async def test_no_connection_was_made_for_the_first_send(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    pod = await until_it_would_act(rig)
    asked: list[str] = []

    async def refused(request: WriteRequest) -> ApiAnswer:
        asked.append(request.ref.name)
        return ApiAnswer(0, {"message": "connection refused"}, sent=False)

    monkeypatch.setattr(rig.cluster, "write", refused)
    await rig.turn()
    assert asked == [pod]
    document = await rig.document()
    assert (document.incidents[0].phase, document.intents) == (Phase.OPEN, ())
    assert document.incidents[0].attempts[0].outcome is Reason.NOT_SENT
    await healed_by_a_human(rig, pod)
    assert asked == [pod], "it is well again: nothing more is sent"
    await nothing_was_ours(rig, Reason.NOT_SENT)
