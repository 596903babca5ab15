"""A lease that has run out counts until its target was read; and nobody is sick who has settled."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

import pytest

from tests.unit.engine.rig import SHOP, Rig
from tests.unit.engine.stage import (
    EVICT,
    NAMESPACE,
    SICK_NODE,
    acts,
    change_scope,
    deploy,
    due,
    leases,
    pack_of,
    pass_time,
    scope,
    service,
    turns,
)
from worker.domain.scopes.scope import CLUSTER, Act, Lease, Sick
from worker.engine.documents import document_key
from worker.engine.ports import Save, TransientError

INTENT = "inc-0-s1-a1"
LEASE_S = 900.0
BOTH = (NAMESPACE, CLUSTER)


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    """A healthy service, and a lease on it that its document knows nothing of: run out."""
    made = Rig(tmp_path)
    made.pack = pack_of(EVICT)
    made.restart()
    deploy(made, "web")
    made.cluster.world.sick_nodes.clear()
    await forgotten(made)
    pass_time(made, LEASE_S)
    yield made
    await made.close()


async def forgotten(rig: Rig) -> None:
    now_s = rig.clock.now_s()
    for where in BOTH:
        lease = Lease(INTENT, SHOP.text, now_s, now_s + LEASE_S)
        await change_scope(rig, where, leases=(lease,), acts=(Act(INTENT, now_s),))


async def held(rig: Rig) -> bool:
    """In both scopes, or in none."""
    namespace, cluster = [await leases(rig, where) for where in BOTH]
    assert namespace == cluster
    return cluster == [INTENT]


async def test_it_is_given_back_after_its_target_was_read_and_not_before(rig: Rig) -> None:
    read: list[int] = []

    async def look(saves: Sequence[Save]) -> None:
        if any(one.key == CLUSTER.key for one in saves):
            read.append(rig.cluster.reads.count("Deployment web"))

    rig.cluster.reads.clear()
    rig.store.before_save = look
    assert await rig.engine.sweep.scopes() == 1
    assert not await held(rig)
    assert read == [1]
    assert await acts(rig, CLUSTER) == [INTENT], "something may have been done: it stays counted"
    assert await rig.engine.sweep.scopes() == 0


async def test_before_its_time_nobody_touches_it(rig: Rig) -> None:
    await forgotten(rig)
    rig.cluster.reads.clear()
    assert await rig.engine.sweep.scopes() == 0
    assert await held(rig)
    assert rig.cluster.reads == []


def away(rig: Rig) -> None:
    rig.cluster.away = True


def unlisted(rig: Rig) -> None:
    """Nothing tells since when its template is what it is."""
    rig.cluster.unlisted = {"ReplicaSet"}


def rolling(rig: Rig) -> None:
    rig.cluster.world.deploy("shop", "web", replicas=3, image="web:2")
    rig.cluster.world.advance()


@pytest.mark.parametrize("trouble", [away, unlisted, rolling], ids=lambda one: one.__name__)
async def test_what_cannot_be_seen_to_be_calm_keeps_it(
    rig: Rig, trouble: Callable[[Rig], None]
) -> None:
    trouble(rig)
    assert await rig.engine.sweep.scopes() == 1
    assert await held(rig)
    rig.cluster.away = False
    rig.cluster.unlisted = set()
    for _ in range(4):
        pass_time(rig, 30.0)
    assert await rig.engine.sweep.scopes() == 1
    assert not await held(rig)


async def test_a_workload_that_is_gone_disrupts_nobody(rig: Rig) -> None:
    rig.cluster.world.remove("Deployment", "shop", "web")
    await rig.engine.sweep.scopes()
    assert not await held(rig)


async def test_while_its_owner_knows_of_it_the_owner_is_woken(rig: Rig) -> None:
    """And nobody else decides: it may be in the middle of something."""
    rig.cluster.world.sick_nodes.add(SICK_NODE)
    for where in BOTH:
        await change_scope(rig, where, leases=(), acts=())
    await due(rig)
    await turns(rig, count=1, every_s=0.1)
    assert len(rig.cluster.writes) == 1
    pass_time(rig, LEASE_S)
    rig.wakes.woken.clear()
    rig.cluster.reads.clear()
    assert await rig.engine.sweep.scopes() == 1
    assert rig.wakes.keys == [SHOP.key]
    assert rig.cluster.reads == []
    assert len(await leases(rig, CLUSTER)) == 1
    await rig.turn()
    assert await leases(rig, CLUSTER) == []


async def test_a_newer_versions_document_is_that_versions_to_see_to(rig: Rig) -> None:
    await rig.store.put(document_key(SHOP.key), {"schema": 99})
    assert await rig.engine.sweep.scopes() == 1
    assert await held(rig)


async def test_while_the_clusters_document_cannot_be_read_nothing_is_done(rig: Rig) -> None:
    value = (await rig.store.load([CLUSTER.key]))[CLUSTER.key].value
    await rig.store.put(CLUSTER.key, {**value, "schema": 2})
    assert await rig.engine.sweep.scopes() == 0
    assert (await rig.store.load([CLUSTER.key]))[CLUSTER.key].value["leases"]


async def test_a_namespaces_document_that_cannot_be_read_ends_nothing_else(rig: Rig) -> None:
    value = (await rig.store.load([NAMESPACE.key]))[NAMESPACE.key].value
    await rig.store.put(NAMESPACE.key, {**value, "schema": 2})
    stale = Sick(service("gone").text, 0.0, "crash_loop")
    await change_scope(rig, CLUSTER, sick=(stale,))
    assert await rig.engine.sweep.scopes() == 1
    assert await leases(rig, CLUSTER) == [INTENT]
    assert (await scope(rig, CLUSTER)).sick == ()


async def test_while_the_store_is_away_it_says_so(rig: Rig) -> None:
    rig.store.saves_fail = True
    with pytest.raises(TransientError):
        await rig.engine.sweep.scopes()
    rig.store.saves_fail = False
    assert await rig.engine.sweep.scopes() == 1
    assert not await held(rig)


async def test_two_replicas_give_it_back_once(rig: Rig) -> None:
    async def meanwhile(saves: Sequence[Save]) -> None:
        rig.store.before_save = None
        await rig.another_engine().sweep.scopes()

    rig.store.before_save = meanwhile
    await rig.engine.sweep.scopes()
    assert not await held(rig)
    assert await acts(rig, CLUSTER) == [INTENT]


async def test_a_lease_that_ran_out_lets_nobody_else_in_until_then(rig: Rig) -> None:
    """Time alone is no proof that the disruption is over."""
    rig.cluster.world.sick_nodes.add(SICK_NODE)
    await due(rig, "api")
    await turns(rig, service("api"), count=4)
    assert rig.cluster.writes == []
    await rig.engine.sweep.scopes()
    await turns(rig, service("api"), count=4)
    assert len(rig.cluster.writes) == 1
