"""Room first, then the write: without a claim nothing is sent, and nothing stays claimed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from tests.unit.engine.rig import SHOP, Rig
from tests.unit.engine.stage import (
    NAMESPACE,
    SICK_NODE,
    acts,
    change_scope,
    due,
    incident_of,
    leases,
    nothing_is_claimed,
    service,
    turns,
)
from worker.domain.scopes.scope import CLUSTER, Act, Lease, Scope
from worker.domain.story.reason import Reason
from worker.engine.ports import WriteRequest

API = service("api")
OTHER = service("other", "elsewhere")

pytestmark = pytest.mark.usefixtures("evicting")


async def test_the_room_is_claimed_before_the_write_is_sent(rig: Rig) -> None:
    await due(rig)
    seen: list[str] = []

    async def look(request: WriteRequest) -> None:
        for where in (NAMESPACE, CLUSTER):
            assert await leases(rig, where) == [request.intent_id]
        (lease,) = (await rig.document()).leases
        assert (lease.intent, lease.ended) == (request.intent_id, False)
        seen.append(request.intent_id)

    rig.cluster.before_write = look
    await rig.turn()
    assert len(seen) == 1
    assert len(rig.cluster.writes) == 1


async def test_the_lease_lasts_until_the_availability_is_back_and_no_longer(rig: Rig) -> None:
    """Verification goes on without it."""
    await due(rig)
    rig.cluster.world.nodes[SICK_NODE] = False
    await turns(rig, count=1, every_s=0.1)
    assert len(await leases(rig, CLUSTER)) == 1, "the pod is terminating"
    await turns(rig, count=2)
    assert await leases(rig, CLUSTER) == await leases(rig, NAMESPACE) == []
    assert (await rig.document()).leases == ()
    assert len(await acts(rig, CLUSTER)) == 1, "a deed stays counted"
    assert (await incident_of(rig)).last_attempt is not None


async def taken(rig: Rig, where: Scope) -> None:
    lease = Lease("inc-0-s1-a1", OTHER.text, 0.0, 9e9)
    await change_scope(rig, where, leases=(lease,))


async def used_up(rig: Rig, where: Scope) -> None:
    now_s = rig.clock.now_s()
    await change_scope(rig, where, acts=tuple(Act(f"inc-0-s1-a{n}", now_s) for n in range(5)))


async def held(rig: Rig, where: Scope) -> None:
    rig.clock.pass_s(1.0)  # after the moment that was decided about
    await rig.engine.steering.holds.hold(where, by="alice", for_s=3600.0, words="")


async def unreadable(rig: Rig, where: Scope) -> None:
    await rig.store.put(where.key, {"kind": where.kind, "name": where.name, "schema": 2})


async def away(rig: Rig, where: Scope) -> None:
    rig.store.unsavable = where.key


@pytest.mark.parametrize("where", [NAMESPACE, CLUSTER], ids=lambda one: one.text)
@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (taken, Reason.NO_LEASE),
        (used_up, Reason.RATE_LIMITED),
        (held, Reason.PERSON_AT_WORK),
        (unreadable, Reason.SCOPE_UNREADABLE),
        (away, Reason.SCOPE_UNREADABLE),
    ],
    ids=["taken", "used up", "held", "unreadable", "away"],
)
async def test_what_changes_between_decision_and_claim_stops_the_write(
    rig: Rig, where: Scope, change: Callable[[Rig, Scope], Awaitable[None]], reason: Reason
) -> None:
    """Its guard has let it pass; the claim is the last word, and nothing of it is kept."""
    await due(rig)
    rig.store.once_before_saving(f"subject-{SHOP.key}", lambda: change(rig, where))
    rig.cluster.order.clear()
    await rig.turn()
    assert rig.cluster.writes == []
    assert "write" not in rig.cluster.order
    hold = (await incident_of(rig)).hold
    assert hold is not None
    assert hold.reason is reason
    assert len((await incident_of(rig)).attempts) == 1
    rig.store.unsavable = ""
    if change is unreadable:
        await rig.store.put(where.key, {"kind": where.kind, "name": where.name, "schema": 1})
    await rig.engine.steering.holds.resume(where, by="alice", words="")
    await change_scope(rig, where, leases=(), acts=())
    rig.cluster.stopped = True
    await turns(rig, count=2)
    await nothing_is_claimed(rig)
    rig.cluster.stopped = False
    await turns(rig, count=4)
    assert [one.code for one in rig.cluster.writes] == [201]
