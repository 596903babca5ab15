"""Cordons, seen from the cluster: taken back once, by us only, and their leases with them."""

from __future__ import annotations

import pytest

from tests.unit.engine.rig import Rig
from tests.unit.engine.stage import (
    ScriptedMonitor,
    incident_of,
    leases,
    pass_time,
    scope,
)
from tests.unit.engine.unwell import (
    DETECTED,
    POOL,
    for_minutes,
    node,
    node_of,
    unfit,
    written,
)
from worker.adapters.simulated import answers
from worker.adapters.simulated.rights import RIGHTS
from worker.domain.document.incident import Phase
from worker.domain.scopes.scope import CLUSTER
from worker.domain.story.reason import Reason
from worker.engine.documents import document_key
from worker.engine.ports import Save

CORDONED = ("Node", "node-1", 200)
MARK = "aiops-operator.io/cordoned-by"


async def fit_again(rig: Rig) -> None:
    rig.cluster.world.nodes.condition("node-1", DETECTED, "False")


async def test_well_again_it_is_uncordoned_once(rig: Rig) -> None:
    await unfit(rig)
    await for_minutes(rig, node(), 30)
    await fit_again(rig)
    await for_minutes(rig, node(), 40)
    assert written(rig) == [CORDONED, CORDONED]
    assert "unschedulable" not in node_of(rig)["spec"]
    assert MARK not in node_of(rig)["metadata"]["annotations"]
    assert (await incident_of(rig, node())).resolution is Reason.RESOLVED_BY_OTHERS


@pytest.mark.parametrize("takes", ["the cordon", "the mark"])
async def test_what_a_person_took_over_is_not_undone(rig: Rig, takes: str) -> None:
    await unfit(rig)
    await for_minutes(rig, node(), 30)
    if takes == "the cordon":
        rig.cluster.world.nodes["node-1"] = True
    else:
        del node_of(rig)["metadata"]["annotations"][MARK]
        rig.cluster.world.put("Node", node_of(rig))
    await fit_again(rig)
    await for_minutes(rig, node(), 40)
    assert written(rig) == [CORDONED]
    assert rig.cluster.world.nodes["node-1"] is (takes == "the cordon")
    assert (await incident_of(rig, node())).resolution is Reason.RESOLVED_BY_OTHERS


async def test_without_the_right_a_human_is_told_so(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The opt-in was not taken: k8s/overlays/nodes."""
    monkeypatch.setattr(answers, "RIGHTS", RIGHTS - {("patch", "Node", "")})
    await unfit(rig)
    await for_minutes(rig, node(), 20)
    assert written(rig) == [("Node", "node-1", 403)]
    document = await rig.document(node())
    assert document.incidents[-1].phase is Phase.ESCALATED
    assert 'cannot patch resource "nodes"' in str(document.journal)


async def test_silenced_it_waits(rig: Rig) -> None:
    rig.monitor = ScriptedMonitor("suppressed")
    await unfit(rig)
    await for_minutes(rig, node(), 6)
    assert written(rig) == []
    hold = (await incident_of(rig, node())).hold
    assert hold is not None
    assert hold.reason is Reason.SILENCED


async def test_its_lease_is_held_in_the_pool_and_given_back(rig: Rig) -> None:
    await unfit(rig)
    await rig.turn(node())
    assert len(await leases(rig, POOL)) == len(await leases(rig, CLUSTER)) == 1
    await for_minutes(rig, node(), 8)
    assert await leases(rig, POOL) == await leases(rig, CLUSTER) == []
    assert len((await scope(rig, POOL)).acts) == 1, "the act stays counted"


async def test_a_lease_that_its_document_forgot_is_given_back_in_its_pool(rig: Rig) -> None:
    """An old store was put back: the cluster's lease says in which pool the other one is."""
    await unfit(rig)
    await rig.turn(node())
    empty = (await rig.store.load([document_key(node().key)]))[document_key(node().key)]
    without = {**empty.value, "leases": [], "intents": [], "incidents": []}
    saved = await rig.store.save([Save(document_key(node().key), without, empty.version)])
    assert saved
    pass_time(rig, 1000.0)
    assert await rig.engine.sweep.scopes() == 1
    assert await leases(rig, POOL) == await leases(rig, CLUSTER) == []
