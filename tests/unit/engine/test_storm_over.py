"""When a storm is over, what is left of it is worked on; and another one is another one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.unit.engine.rig import Rig
from tests.unit.engine.stage import (
    SICK_NODE,
    change_scope,
    due_again,
    incident_of,
    scope,
    service,
    turns,
)
from tests.unit.engine.storming import ALL, SICK, break_out, heal, paged, storming, work
from worker.domain.document.identity import STORM
from worker.domain.scopes.scope import CLUSTER
from worker.domain.story.reason import Reason


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    made = await storming(tmp_path)
    yield made
    await made.close()


async def test_when_all_are_well_the_storm_is_over_and_its_end_is_told(rig: Rig) -> None:
    await break_out(rig)
    await work(rig)
    await heal(rig, *SICK)
    await work(rig, count=16)
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
    await work(rig, count=16)
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
    await work(rig, count=16)
    assert (await incident_of(rig, STORM)).resolution is Reason.STORM_OVER
    (told,) = (await rig.document(STORM)).seen
    await change_scope(rig, CLUSTER, storm_since_s=told.starts_at_s)  # it was reported quickly
    for name in ALL[10:]:
        rig.cluster.world.remove("Deployment", "shop", name)
    await work(rig, *SICK[:5], count=4)
    first, second = (await rig.document(STORM)).incidents
    assert paged(rig) == [first.id, second.id]
