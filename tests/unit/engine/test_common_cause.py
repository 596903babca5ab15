"""One node makes several services sick: it is told once, and its children wait until it is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.unit.engine.parts import ScriptedSink
from tests.unit.engine.rig import Rig, alert, body
from tests.unit.engine.stage import (
    EVICT,
    SICK_NODE,
    done,
    due,
    incident_of,
    pack_of,
    pass_time,
    scope,
    service,
    turns,
)
from tests.unit.engine.storming import paged
from worker.domain.document.incident import Phase
from worker.domain.scopes.common_cause import node_subject
from worker.domain.scopes.scope import CLUSTER
from worker.domain.story.reason import Reason
from worker.engine.documents import document_key

NODE = node_subject(SICK_NODE)
THREE = ("web", "api", "cart")
SERVICES = tuple(service(name) for name in THREE)


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    made = Rig(tmp_path, sinks=[ScriptedSink("pager", ["received"])])
    made.pack = pack_of(EVICT)
    made.restart()
    for number in range(17):  # three of twenty are no storm
        made.cluster.world.deploy("shop", f"s-{number}", replicas=0, image="s:1")
    yield made
    await made.close()


async def reasons_held(rig: Rig) -> list[Reason | None]:
    held = [(await incident_of(rig, one)).hold for one in SERVICES]
    return [one.reason if one else None for one in held]


async def test_the_node_is_told_once_and_its_children_wait_for_it(rig: Rig) -> None:
    await due(rig, *THREE)
    assert [one.node for one in (await scope(rig, CLUSTER)).sick] == [SICK_NODE] * 3
    await turns(rig, *SERVICES, count=8)
    assert rig.cluster.writes == []
    assert await reasons_held(rig) == [Reason.COMMON_CAUSE] * 3
    assert paged(rig) == []
    await rig.turn(NODE)
    root = await incident_of(rig, NODE)
    assert root.phase is Phase.ESCALATED
    assert paged(rig) == [root.id]
    assert len((await rig.document(NODE)).incidents) == 1


async def test_released_they_are_repaired_one_after_another(rig: Rig) -> None:
    await due(rig, *THREE)
    await turns(rig, *SERVICES, NODE, count=60)
    for one in SERVICES:
        assert (await incident_of(rig, one)).resolution is Reason.REPAIRED
    assert len(done(rig)) == 3
    root = await incident_of(rig, NODE)
    assert paged(rig) == [root.id], "and nobody was called for one of them"
    assert (root.phase, root.resolution) == (Phase.RESOLVED, Reason.RESOLVED_BY_OTHERS)


async def test_two_services_blame_nobody(rig: Rig) -> None:
    await due(rig, "web", "api")
    await turns(rig, *SERVICES[:2], count=1)
    assert await rig.documents.load(NODE.key) is None
    assert len(done(rig)) == 1


async def test_an_alert_about_the_node_is_waited_for_by_a_single_service(rig: Rig) -> None:
    await due(rig)
    about = alert("KubeNodeNotReady", at_s=rig.clock.now_s(), node=SICK_NODE, namespace="")
    assert await rig.deliver(body(about)) == [True]
    await turns(rig, SERVICES[0], count=2)
    assert rig.cluster.writes == []
    hold = (await incident_of(rig, SERVICES[0])).hold
    assert hold is not None
    assert hold.reason is Reason.COMMON_CAUSE
    await rig.turn(NODE)
    pass_time(rig, 61.0)
    await turns(rig, SERVICES[0], count=1)
    assert len(done(rig)) == 1


async def test_a_node_whose_turns_never_come_keeps_nobody_waiting_for_ever(rig: Rig) -> None:
    await due(rig, *THREE)
    await turns(rig, *SERVICES, count=10, every_s=60.0)
    assert rig.cluster.writes == []
    await turns(rig, *SERVICES, count=10, every_s=60.0)
    assert len(done(rig)) >= 1


async def test_two_replicas_tell_it_once(rig: Rig) -> None:
    await due(rig, *THREE)
    other = rig.another_engine()
    for _ in range(3):
        for one in SERVICES:
            await other.shell.work(one.key)
        await rig.turn(NODE)
        await turns(rig, *SERVICES, count=1)
        await other.shell.work(NODE.key)
    assert len((await rig.document(NODE)).incidents) == 1
    assert len(paged(rig)) == 1


async def test_a_nodes_document_that_cannot_be_read_means_no_write(rig: Rig) -> None:
    await due(rig)
    key = document_key(NODE.key)
    await rig.store.put(key, {"schema": 2, "novelty": True})
    await turns(rig, SERVICES[0], count=2)
    assert rig.cluster.writes == []
    hold = (await incident_of(rig, SERVICES[0])).hold
    assert hold is not None
    assert hold.reason is Reason.EVIDENCE_UNKNOWN
    assert (await rig.store.load([key]))[key].value["novelty"] is True
