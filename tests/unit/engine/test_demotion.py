"""A repair that failed costs its playbook the mode for that service; one that did harm, for all."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.unit.engine.rig import SHOP, Rig
from tests.unit.engine.stage import (
    EVICT,
    NAMESPACE,
    RESTART,
    SOAK_S,
    deploy,
    due,
    due_again,
    fire,
    incident_of,
    pack_of,
    pass_time,
    scope,
    service,
    turns,
)
from worker.domain.document.identity import Subject
from worker.domain.document.incident import Phase
from worker.domain.scopes.record import DEMOTED_FOR_S, Record, record_of
from worker.domain.story.reason import Reason
from worker.engine.documents import document_key

API = service("api")
FAR = service("far", "elsewhere")
ONCE = replace(EVICT, attempts_max=1, cool_down_s=1.0)


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    made = Rig(tmp_path, acts_subject_max=9)
    made.pack = pack_of(ONCE)
    made.restart()
    yield made
    await made.close()


async def record(rig: Rig) -> Record:
    return record_of((await scope(rig, NAMESPACE)).records, "crash-loop")


async def fail(rig: Rig) -> None:
    """An eviction that doesn't help: its image is what crashes. Mended by somebody later."""
    await due(rig)
    rig.cluster.world.sick_images.add("web:1")
    await turns(rig, count=8)
    assert (await incident_of(rig)).escalated_for is Reason.LADDER_EXHAUSTED
    assert len(rig.cluster.writes) == 1
    await mend(rig)


async def harm(rig: Rig) -> None:
    """A restart, and right after it less is available than before."""
    rig.pack = pack_of(replace(RESTART, cool_down_s=1.0))
    rig.restart()
    await due(rig)
    await turns(rig, count=2, every_s=12.0)
    rig.cluster.world.sick_nodes.update({"node-1", "node-2"})
    await turns(rig, count=4)
    assert (await incident_of(rig)).escalated_for is Reason.WORSE
    assert len(rig.cluster.writes) == 1
    await mend(rig)


async def mend(rig: Rig) -> None:
    rig.cluster.world.sick_images.clear()
    rig.cluster.world.sick_nodes.clear()
    rig.cluster.world.sick_nodes.add("node-3")
    await turns(rig, count=16)
    assert (await incident_of(rig)).phase is Phase.RESOLVED
    rig.cluster.writes.clear()


async def another(rig: Rig, name: str, namespace: str = "shop") -> None:
    """The first crash loop of another service, due."""
    deploy(rig, name, namespace=namespace)
    await fire(rig, name, namespace)
    pass_time(rig, SOAK_S + 1.0)


async def suggested_only(rig: Rig, subject: Subject = SHOP) -> None:
    """For minutes nothing is written, and a human is told once what would be done."""
    await turns(rig, subject, count=8)
    assert rig.cluster.writes == []
    hold = (await incident_of(rig, subject)).hold
    assert hold is not None
    assert hold.reason is Reason.DEMOTED
    told = [one for one in (await rig.document(subject)).notices if one.kind == "suggestion"]
    assert len(told) == 1


async def test_what_failed_is_only_suggested_to_that_service(rig: Rig) -> None:
    await fail(rig)
    assert ((await record(rig)).failed, (await record(rig)).harmed) == (1, 0)
    await due_again(rig)
    await suggested_only(rig)
    await another(rig, "api")
    await turns(rig, API, count=4)
    assert len(rig.cluster.writes) == 1, "another service's was never tried"


async def test_nobody_saw_to_it_so_a_human_gets_it(rig: Rig) -> None:
    await fail(rig)
    await due_again(rig)
    await turns(rig, count=60)
    assert rig.cluster.writes == []
    assert (await incident_of(rig)).escalated_for is Reason.HELD_TOO_LONG


async def test_a_day_later_it_is_forgotten(rig: Rig) -> None:
    await fail(rig)
    rig.clock.pass_s(DEMOTED_FOR_S)
    await due_again(rig)
    await turns(rig, count=4)
    assert len(rig.cluster.writes) == 1


async def test_what_did_harm_is_only_suggested_to_the_whole_namespace(rig: Rig) -> None:
    await harm(rig)
    assert ((await record(rig)).failed, (await record(rig)).harmed) == (0, 1)
    await another(rig, "api")
    await suggested_only(rig, API)
    await another(rig, "far", "elsewhere")
    await turns(rig, FAR, count=4)
    assert len(rig.cluster.writes) == 1, "another namespace has its own record"


async def test_time_alone_does_not_mend_harm(rig: Rig) -> None:
    await harm(rig)
    rig.clock.pass_s(30 * DEMOTED_FOR_S)
    await due_again(rig)
    await suggested_only(rig)
    lifted = await rig.engine.steering.demotions.lift(
        "crash-loop", "shop", None, by="alice", words="mended"
    )
    assert len(lifted) == 1
    await turns(rig, count=6)
    assert len(rig.cluster.writes) == 1


async def test_what_worked_costs_nothing(rig: Rig) -> None:
    await due(rig)
    await turns(rig, count=30)
    assert (await incident_of(rig)).resolution is Reason.REPAIRED
    found = await record(rig)
    assert (found.repaired, found.failed, found.demotions) == (1, 0, ())


async def test_where_nothing_was_done_nothing_is_counted(rig: Rig) -> None:
    rig.cluster.stopped = True
    await due(rig)
    await turns(rig, count=60)
    assert (await incident_of(rig)).escalated_for is Reason.HELD_TOO_LONG
    assert await record(rig) == Record("crash-loop")


@pytest.mark.parametrize("trouble", ["lost", "unanswered"])
async def test_saves_of_which_nobody_knows_count_it_once(rig: Rig, trouble: str) -> None:
    getattr(rig.store, trouble).extend([NAMESPACE.key] * 2)
    await due(rig)
    rig.cluster.world.sick_images.add("web:1")
    await turns(rig, count=2)
    getattr(rig.store, trouble).extend([NAMESPACE.key, document_key(SHOP.key)] * 3)
    await turns(rig, count=6)
    found = await record(rig)
    assert (found.failed, len(found.demotions)) == (1, 1)
    assert (await rig.document()).scope_notes == ()


async def test_while_the_record_cannot_be_kept_it_is_owed(rig: Rig) -> None:
    """And nothing new is done there: the scope can't be read either."""
    await due(rig)
    rig.cluster.world.sick_images.add("web:1")
    await turns(rig, count=2)
    value = (await rig.store.load([NAMESPACE.key]))[NAMESPACE.key].value
    await rig.store.put(NAMESPACE.key, {**value, "schema": 2})
    await turns(rig, count=6)
    assert [one.kind for one in (await rig.document()).scope_notes] == ["repair"]
    later = (await rig.store.load([NAMESPACE.key]))[NAMESPACE.key].value
    await rig.store.put(NAMESPACE.key, {**later, "schema": 1})
    await turns(rig, count=2)
    assert (await record(rig)).failed == 1
    assert (await rig.document()).scope_notes == ()
