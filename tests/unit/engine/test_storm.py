"""Ten sick of twenty services: one cause, and not ours to guess. One human is called, once."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from tests.unit.engine.parts import ScriptedSink
from tests.unit.engine.rig import Rig
from tests.unit.engine.stage import (
    EVICT,
    SICK_NODE,
    due_again,
    fire,
    incident_of,
    pack_of,
    pass_time,
    scope,
    service,
    turns,
)
from worker.domain.identity import STORM
from worker.domain.incident import Phase
from worker.domain.journal import EntryKind
from worker.domain.reason import Reason
from worker.domain.scope import CLUSTER
from worker.engine.documents import document_key
from worker.engine.ports import Save, TransientError

ALL = tuple(f"s-{number:02d}" for number in range(20))
SICK = ALL[:10]
CALM_S = 120.0


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    """Twenty services, ten of them of a release that crashes."""
    made = Rig(tmp_path, sinks=[ScriptedSink("pager", ["received"])])
    made.pack = pack_of(replace(EVICT, attempts_max=9))
    made.restart()
    world = made.cluster.world
    for node in ("node-1", "node-2", SICK_NODE):
        world.nodes[node] = True
    world.sick_images.add("bad:1")
    for name in ALL:
        world.deploy("shop", name, replicas=3, image="bad:1" if name in SICK else "good:1")
    pass_time(made, 40.0)
    yield made
    await made.close()


def pager(rig: Rig) -> ScriptedSink:
    (sink,) = rig.sinks
    assert isinstance(sink, ScriptedSink)
    return sink


def paged(rig: Rig, kind: str = "escalated") -> list[str]:
    """The incidents that a human was called for."""
    return [one.incident for one in pager(rig).taken if one.kind == kind]


async def break_out(rig: Rig, *names: str) -> None:
    for name in names or SICK:
        await fire(rig, name)
    pass_time(rig, 61.0)


async def work(rig: Rig, *names: str, count: int = 4) -> None:
    """Turns of these services, and of the storm itself."""
    for _ in range(count):
        await rig.turn(STORM)
        await turns(rig, *(service(one) for one in names or SICK), count=1)


async def heal(rig: Rig, *names: str) -> None:
    """Somebody rolls the release back."""
    for name in names:
        rig.cluster.world.deploy("shop", name, replicas=3, image="good:1")
    for _ in range(12):
        pass_time(rig, 10.0)


async def test_nothing_is_written_and_one_human_is_called_once(rig: Rig) -> None:
    await break_out(rig)
    await work(rig, count=20)
    assert rig.cluster.writes == []
    storm = await incident_of(rig, STORM)
    assert (storm.phase, storm.escalated_for) == (Phase.ESCALATED, Reason.STORM)
    assert paged(rig) == [storm.id]
    assert storm.told_by == "pager"
    receipts = [one for one in (await rig.document(STORM)).journal if one.kind is EntryKind.RECEIPT]
    assert len(receipts) == 1
    for name in SICK:
        incident = await incident_of(rig, service(name))
        assert incident.hold is not None
        assert (incident.phase, incident.hold.reason) == (Phase.OPEN, Reason.STORM)


async def test_its_words_say_how_many_are_sick(rig: Rig) -> None:
    await break_out(rig)
    await work(rig)
    (notice,) = pager(rig).taken
    assert "7 of 20 services are sick" in notice.summary, "as soon as it was one"
    assert notice.severity == "critical"


async def test_two_replicas_call_one_human_once(rig: Rig) -> None:
    other = rig.another_engine()
    for name in SICK:
        await fire(rig, name)
        await other.shell.work(service(name).key)
    for _ in range(3):
        await other.shell.work(STORM.key)
        await work(rig, count=1)
        for name in SICK:
            await other.shell.work(service(name).key)
    assert len(paged(rig)) == 1
    assert rig.cluster.writes == []


async def test_whoever_loses_the_save_of_the_storms_own_document_tells_nothing_twice(
    rig: Rig,
) -> None:
    """Two of the sick see it at the same moment."""
    told: list[bool] = []

    async def meanwhile(saves: Sequence[Save]) -> None:
        if any(one.key == document_key(STORM.key) for one in saves) and not told:
            told.append(True)
            await rig.another_engine().shell.work(service(SICK[0]).key)

    rig.store.before_save = meanwhile
    await break_out(rig)
    await work(rig)
    assert told == [True]
    assert len(paged(rig)) == 1
    assert len((await rig.document(STORM)).incidents) == 1


async def test_a_pager_that_is_away_is_called_until_it_answers(rig: Rig) -> None:
    pager(rig).script = [TransientError("away"), TransientError("away"), "received"]
    await break_out(rig)
    await work(rig, count=8)
    assert len(paged(rig)) == 1
    assert pager(rig).asked == 3


async def test_when_all_are_well_the_storm_is_over_and_its_end_is_told(rig: Rig) -> None:
    await break_out(rig)
    await work(rig)
    await heal(rig, *SICK)
    await work(rig, count=20)
    assert (await scope(rig, CLUSTER)).sick == ()
    assert rig.cluster.writes == []
    storm = await incident_of(rig, STORM)
    assert storm.resolution is Reason.STORM_OVER
    assert paged(rig, "resolved") == [storm.id]
    assert len(paged(rig)) == 1
    for name in SICK:
        assert (await incident_of(rig, service(name))).resolution is Reason.RESOLVED_BY_OTHERS


async def test_what_is_still_sick_afterwards_is_worked_on(rig: Rig) -> None:
    """One that is left, with all of its time to be decided: its hold was no fault of anybody's."""
    left, others = SICK[0], SICK[1:]
    await break_out(rig)
    await work(rig, count=6)
    rig.clock.pass_s(900.0)
    rig.cluster.world.nodes[SICK_NODE] = False
    await heal(rig, *others)
    rig.cluster.world.sick_images.clear()
    rig.cluster.world.sick_nodes.add(SICK_NODE)
    await turns(rig, *(service(one) for one in SICK), STORM, count=14)
    assert [one.name.startswith(f"{left}-") for one in rig.cluster.writes] == [True]
    assert (await incident_of(rig, STORM)).resolution is Reason.STORM_OVER


async def test_in_the_moment_of_calm_after_it_nothing_is_begun(rig: Rig) -> None:
    await break_out(rig)
    await work(rig)
    await heal(rig, *SICK[3:])
    sick = tuple(service(one) for one in SICK[:3])
    await turns(rig, *(service(one) for one in SICK[3:]), count=8)
    until_s = (await scope(rig, CLUSTER)).storm_until_s
    while rig.clock.now_s() < until_s:
        assert rig.cluster.writes == []
        await turns(rig, *sick, count=1, every_s=10.0)
    await turns(rig, *sick, count=1)
    assert len(rig.cluster.writes) == 1, "there is one lease"


async def test_a_second_storm_is_another_incident_and_another_call(rig: Rig) -> None:
    await break_out(rig)
    await work(rig)
    await heal(rig, *SICK)
    await work(rig, count=20)
    rig.cluster.world.sick_nodes.add(SICK_NODE)
    for name in SICK[:8]:
        await due_again(rig, name)
    await work(rig)
    first, second = (await rig.document(STORM)).incidents
    assert paged(rig) == [first.id, second.id]


async def test_a_storm_that_begins_because_services_were_removed_is_told(rig: Rig) -> None:
    """Five of twenty are none; five of ten are. Nobody reported anything new in between."""
    await break_out(rig, *SICK[:5])
    rig.cluster.stopped = True
    await work(rig, *SICK[:5])
    assert paged(rig) == []
    for name in ALL[10:]:
        rig.cluster.world.remove("Deployment", "shop", name)
    rig.cluster.stopped = False
    await work(rig, *SICK[:5], count=12)
    assert rig.cluster.writes == []
    assert paged(rig) == [(await incident_of(rig, STORM)).id]


async def test_so_is_one_that_does_so_after_another_one(rig: Rig) -> None:
    """The document still says when the first began, and that it was told."""
    await break_out(rig)
    await work(rig)
    await heal(rig, *SICK[5:])
    rig.cluster.stopped = True
    await work(rig, count=20)
    assert (await incident_of(rig, STORM)).resolution is Reason.STORM_OVER
    for name in ALL[10:]:
        rig.cluster.world.remove("Deployment", "shop", name)
    await work(rig, *SICK[:5], count=4)
    first, second = (await rig.document(STORM)).incidents
    assert paged(rig) == [first.id, second.id]


async def test_fewer_are_no_storm(rig: Rig) -> None:
    """Six of twenty: each is worked on, one at a time."""
    rig.cluster.world.sick_images.clear()
    rig.cluster.world.sick_nodes.add(SICK_NODE)
    pass_time(rig, 20.0)
    few = ALL[:6]
    rig.cluster.world.nodes[SICK_NODE] = False
    for name in few:
        await fire(rig, name)
    pass_time(rig, 61.0)
    await work(rig, *few, count=3)
    assert len(rig.cluster.writes) >= 1
    assert await rig.documents.load(STORM.key) is None
    assert paged(rig) == []
