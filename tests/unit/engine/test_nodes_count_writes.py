"""Cordons, seen from the cluster: exactly one where it is right, none where anything is in its way,
and one that takes it back.

What our own documents say is never the proof: the requests that reached the API server are.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from tests.unit.engine.rig import Rig
from tests.unit.engine.stage import (
    change_scope,
    incident_of,
    pass_time,
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
from worker.domain.document.incident import Phase
from worker.domain.scopes.scope import Lease
from worker.domain.story.entry_kind import EntryKind
from worker.domain.story.reason import Reason

CORDONED = ("Node", "node-1", 200)
MARK = "aiops-operator.io/cordoned-by"
Change = Callable[[Rig], Awaitable[None]]


async def cordoned_by_a_person(rig: Rig) -> None:
    rig.cluster.world.nodes["node-1"] = False


async def of_the_control_plane(rig: Rig) -> None:
    for number in range(1, 6):
        found = node_of(rig, number)
        found["metadata"]["labels"]["node-role.kubernetes.io/control-plane"] = ""
        rig.cluster.world.put("Node", found)


async def opted_out(rig: Rig) -> None:
    rig.cluster.world.annotate("Node", "", "node-1", "aiops-operator.io/enabled", "false")


async def taken_away(rig: Rig) -> None:
    found = node_of(rig)
    found["spec"]["taints"] = [{"key": "ToBeDeletedByClusterAutoscaler", "effect": "NoSchedule"}]
    rig.cluster.world.put("Node", found)


async def second_of_five(rig: Rig) -> None:
    rig.cluster.world.nodes.condition("node-2", "Ready", "Unknown")


async def no_other_takes_pods(rig: Rig) -> None:
    for number in range(2, 6):
        rig.cluster.world.nodes[f"node-{number}"] = False


async def leased_in_the_pool(rig: Rig) -> None:
    now_s = rig.clock.now_s()
    lease = Lease("inc-other-s1-a1", "node//node-9", now_s, now_s + 9000.0, POOL.name)
    await change_scope(rig, POOL, leases=(lease,))


async def switched_off(rig: Rig) -> None:
    rig.cluster.stopped = True


async def fit_again(rig: Rig) -> None:
    rig.cluster.world.nodes.condition("node-1", DETECTED, "False")


async def unread(rig: Rig) -> None:
    rig.cluster.unlisted = {"Node"}


OBSTACLES: tuple[tuple[Change, Reason], ...] = (
    (cordoned_by_a_person, Reason.CONTAINED),
    (of_the_control_plane, Reason.PROTECTED),
    (opted_out, Reason.OPTED_OUT),
    (taken_away, Reason.OWNED_BY_OTHERS),
    (second_of_five, Reason.POOL_UNWELL),
    (no_other_takes_pods, Reason.LAST_NODE),
    (leased_in_the_pool, Reason.NO_LEASE),
    (switched_off, Reason.KILL_SWITCH),
    (unread, Reason.EVIDENCE_UNKNOWN),
)


async def told(rig: Rig, number: int = 1) -> Reason | None:
    """Why nothing is done."""
    incident = await incident_of(rig, node(number))
    if incident.phase is Phase.OPEN:
        return incident.hold.reason if incident.hold else None
    if incident.escalated_for is not Reason.LADDER_EXHAUSTED:
        return incident.escalated_for
    journal = (await rig.document(node(number))).journal
    return [one.reason for one in journal if one.kind is EntryKind.REFUSED][-1]


async def test_an_unfit_node_is_cordoned_once(rig: Rig) -> None:
    await unfit(rig)
    await for_minutes(rig, node(), 30)
    assert written(rig) == [CORDONED]
    assert node_of(rig)["spec"]["unschedulable"] is True
    incident = await incident_of(rig, node())
    assert incident.escalated_for is Reason.LADDER_EXHAUSTED, "it mends nothing: a human has it"
    assert node_of(rig)["metadata"]["annotations"][MARK] == incident.attempts[0].intent_id


@pytest.mark.parametrize(
    ("place", "reason"), OBSTACLES, ids=[place.__name__ for place, _ in OBSTACLES]
)
async def test_while_something_is_in_its_way_no_write_arrives(
    rig: Rig, place: Change, reason: Reason
) -> None:
    await unfit(rig)
    await place(rig)
    other = rig.another_engine()
    for _ in range(6):
        await other.shell.work(node().key)
        await for_minutes(rig, node(), 1)
    assert written(rig) == []
    assert await told(rig) is reason
    assert (await incident_of(rig, node())).attempts == (), "a guard said so, and no claim"


async def test_what_got_well_before_the_act_is_not_cordoned(rig: Rig) -> None:
    """A condition is read right before; the alert is older."""
    await unfit(rig)
    await fit_again(rig)
    await for_minutes(rig, node(), 20)
    assert written(rig) == []
    assert (await incident_of(rig, node())).resolution is Reason.RESOLVED_BY_OTHERS


async def test_cordoned_by_a_person_after_the_decision_it_is_left(rig: Rig) -> None:
    """The node that was read is not the one that would be written: nothing is sent."""
    await unfit(rig)
    real = rig.cluster.get

    async def in_between(ref: object) -> object:
        if rig.cluster.world.nodes["node-1"] and (await rig.document(node())).intents:
            rig.cluster.world.nodes["node-1"] = False
        return await real(ref)  # type: ignore[arg-type]

    rig.cluster.get = in_between  # type: ignore[method-assign, assignment]
    await for_minutes(rig, node(), 10)
    assert [code for _, _, code in written(rig) if code < 400] == []
    assert MARK not in node_of(rig)["metadata"]["annotations"]


async def test_a_second_node_of_a_small_pool_is_a_humans(rig: Rig) -> None:
    await unfit(rig)
    await for_minutes(rig, node(), 2)
    await unfit(rig, 2)
    await for_minutes(rig, node(2), 20)
    assert written(rig) == [CORDONED]
    assert await told(rig, 2) is Reason.POOL_UNWELL


async def test_in_a_large_pool_one_after_the_other_up_to_the_cap(rig: Rig) -> None:
    """Ten nodes bear three; the second waits until everybody can see the first."""
    await unfit(rig, 1, nodes=10)
    await for_minutes(rig, node(1), 1)
    await unfit(rig, 2)
    await rig.turn(node(2))
    assert await told(rig, 2) is Reason.NO_LEASE
    for number in (1, 2):
        await for_minutes(rig, node(number), 8)
    assert written(rig) == [CORDONED, ("Node", "node-2", 200)]
    await unfit(rig, 3)
    await for_minutes(rig, node(3), 12)
    pass_time(rig, 3600.0)
    await unfit(rig, 4)
    await for_minutes(rig, node(4), 12)
    assert [name for _, name, _ in written(rig)] == ["node-1", "node-2", "node-3"]
    assert await told(rig, 4) is Reason.POOL_UNWELL
