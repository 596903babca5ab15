"""A subject tells the cluster's document how it is: before it decides, once, and at the end."""

from __future__ import annotations

import pytest

from tests.unit.engine.rig import NOBODY, SHOP, Rig, alert, body
from tests.unit.engine.stage import (
    NAMESPACE,
    deploy,
    due,
    fire,
    incident_of,
    scope,
    service,
    sick,
    turns,
)
from worker.domain.document.identity import STORM
from worker.domain.document.incident import Phase
from worker.domain.scopes.scope import CLUSTER, Scope
from worker.domain.story.reason import Reason
from worker.engine.documents import document_key

KEY = document_key(SHOP.key)

pytestmark = pytest.mark.usefixtures("evicting")


async def test_it_is_told_before_anything_is_decided(rig: Rig) -> None:
    deploy(rig, "web")
    rig.store.log.clear()
    await fire(rig)
    saved = [key for kind, keys in rig.store.log if kind == "save" for key in keys]
    told = saved.index(CLUSTER.key)
    assert KEY in saved[:told], "accepted"
    assert KEY in saved[told:], "decided"
    (entry,) = (await scope(rig, CLUSTER)).sick
    assert (entry.subject, entry.cause) == (SHOP.text, "crash_loop")
    assert (await rig.document()).reported_sick


async def test_it_is_told_once_and_its_end_is_told_once(rig: Rig) -> None:
    await due(rig)
    assert rig.store.saved(CLUSTER.key) == 2, "that it is sick, and then where"
    await turns(rig, count=30)
    assert (await incident_of(rig)).resolution is Reason.REPAIRED
    assert await sick(rig) == []
    assert not (await rig.document()).reported_sick
    saved = rig.store.saved(CLUSTER.key)
    await turns(rig, count=3)
    assert rig.store.saved(CLUSTER.key) == saved


@pytest.mark.parametrize("trouble", ["lost", "unanswered"])
async def test_saves_of_which_nobody_knows_tell_it_once(rig: Rig, trouble: str) -> None:
    getattr(rig.store, trouble).extend(["scope-"] * 3)
    await due(rig)
    assert await sick(rig) == [SHOP.text]
    getattr(rig.store, trouble).extend(["scope-"] * 3)
    await turns(rig, count=3)
    assert len(rig.cluster.writes) == 1
    assert len((await scope(rig, CLUSTER)).opened) == 1


async def test_while_it_cannot_be_told_nothing_is_done(rig: Rig) -> None:
    deploy(rig, "web")
    rig.store.unsavable = CLUSTER.key
    await fire(rig)
    await turns(rig)
    assert rig.cluster.writes == []
    assert ("turns_failed", {"error": "TransientError"}) in rig.telemetry.labels
    rig.store.unsavable = ""
    await turns(rig)
    assert len(rig.cluster.writes) == 1


@pytest.mark.parametrize("where", [NAMESPACE, CLUSTER], ids=lambda one: one.text)
@pytest.mark.parametrize("from_the_start", [True, False])
async def test_a_newer_versions_document_means_no_write(
    rig: Rig, where: Scope, from_the_start: bool
) -> None:
    async def unreadable() -> None:
        found = (await rig.store.load([where.key])).get(where.key)
        kept = found.value if found else {"kind": where.kind, "name": where.name}
        await rig.store.put(where.key, {**kept, "schema": 2, "novelty": {"by": "another"}})

    if from_the_start:
        await unreadable()
    await due(rig)
    await unreadable()
    await turns(rig)
    assert rig.cluster.writes == []
    hold = (await incident_of(rig)).hold
    assert hold is not None
    assert hold.reason is Reason.SCOPE_UNREADABLE
    value = (await rig.store.load([where.key]))[where.key].value
    assert value["novelty"] == {"by": "another"}, "and it is left alone"
    await rig.store.put(where.key, {**value, "schema": 1})
    await turns(rig)
    assert [one.code for one in rig.cluster.writes] == [201]
    assert await sick(rig) == [SHOP.text], "told as soon as that could be"


async def test_what_has_no_workload_is_not_counted(rig: Rig) -> None:
    deploy(rig, "web")
    assert await rig.deliver(body(alert("Odd", namespace="nowhere"))) == [True]
    await turns(rig, NOBODY, count=2)
    assert (await incident_of(rig, NOBODY)).phase is Phase.ESCALATED
    assert await sick(rig) == []
    assert not (await rig.document(NOBODY)).reported_sick


async def test_before_the_services_are_counted_their_share_is_no_storm(rig: Rig) -> None:
    """After a start: three of a hundred are sick, and the inventory isn't read yet."""
    names = ("web", "api", "cart")
    deploy(rig, *names)
    for number in range(9):
        rig.cluster.world.deploy("shop", f"s-{number}", replicas=0, image="s:1")
    rig.cluster.uncounted = True
    for name in names:
        await fire(rig, name)
    rig.cluster.uncounted = False
    await turns(rig, *(service(one) for one in names), count=2)
    assert len(await sick(rig)) == 3
    assert (await scope(rig, CLUSTER)).storm_until_s == 0.0
    assert await rig.documents.load(STORM.key) is None, "nobody is called"
