"""Handed over, repaired by people in their own way, and over: a whole engine tells the pager."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.unit.engine.parts import ScriptedSink
from tests.unit.engine.rig import Rig, alert, body
from worker.domain.document.incident import Phase
from worker.domain.story.reason import Reason

OPT_OUT = ("Deployment", "shop", "web", "aiops-operator.io/enabled", "false")


@pytest.fixture
async def told(tmp_path: Path) -> AsyncIterator[tuple[Rig, ScriptedSink]]:
    sink = ScriptedSink("pager", ["receipt"])
    rig = Rig(tmp_path, sinks=[sink])
    yield rig, sink
    await rig.close()


async def pass_turns(rig: Rig, count: int) -> None:
    for _ in range(count):
        rig.clock.pass_s(10.0)
        rig.cluster.world.advance()
        await rig.turn()


@pytest.mark.parametrize("how", ["scaled down", "made anew"])
async def test_the_pager_is_told_of_the_end_of_what_people_repaired_in_their_own_way(
    told: tuple[Rig, ScriptedSink], how: str
) -> None:
    rig, sink = told
    world = rig.cluster.world
    pod = await rig.deploy_sick()
    world.annotate(*OPT_OUT)
    assert await rig.deliver(body(alert(namespace="shop", pod=pod))) == [True]
    await pass_turns(rig, 8)
    assert (await rig.document()).incidents[0].phase is Phase.ESCALATED
    assert [one.kind for one in sink.taken] == ["escalated"]
    if how == "made anew":
        world.remove("Deployment", "shop", "web")
        await pass_turns(rig, 2)
        assert (await rig.document()).incidents[0].phase is Phase.ESCALATED, "gone is not well"
    world.sick_nodes.clear()
    world.deploy("shop", "web", replicas=3 if how == "made anew" else 1, image="web:2")
    over = alert(namespace="shop", pod=pod, at_s=rig.clock.now_s())
    assert await rig.deliver(body({**over, "status": "resolved"})) == [True]
    await pass_turns(rig, 40)
    (incident,) = (await rig.document()).incidents
    assert (incident.resolution, incident.attempts) == (Reason.RESOLVED_BY_OTHERS, ())
    assert [one.kind for one in sink.taken] == ["escalated", "resolved"]
    assert (await rig.document()).settled
