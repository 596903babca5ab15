"""What may stop an undo, and what must not: for every obstacle, seen from the cluster."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.unit.engine.obstacles import Obstacle
from tests.unit.engine.obstacles.everything import OBSTACLES
from tests.unit.engine.rig import Rig
from tests.unit.engine.stage import done, incident_of, turns
from tests.unit.engine.undoing import BEFORE, RAISED, limit, undoing
from worker.domain.guards import UNDO_GUARDS
from worker.domain.story.reason import Reason

STOPPING = {guard.__name__ for guard in UNDO_GUARDS}
ELSEWHERE = {"still_there", "has_controller", "one_disruption", "not_silenced"}
"""These are about a pod, a rollout that an undo is meant for, or a monitor that isn't here."""


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    made = await undoing(tmp_path)
    yield made
    await made.close()


applicable = [one for one in OBSTACLES if one.guard not in ELSEWHERE]


@pytest.mark.parametrize(
    "obstacle", [one for one in applicable if one.guard in STOPPING], ids=lambda one: one.id
)
async def test_what_stops_an_undo_stops_its_write(rig: Rig, obstacle: Obstacle) -> None:
    rig.restart(**obstacle.settings)
    await obstacle.place(rig)
    await turns(rig, count=6)
    assert len(rig.cluster.writes) == 1
    assert limit(rig) == RAISED
    incident = await incident_of(rig)
    if obstacle.remove is None:
        assert incident.escalated_for is Reason.NOT_UNDONE
        return
    assert incident.hold is not None
    assert incident.hold.reason is obstacle.reason
    await obstacle.remove(rig)
    await turns(rig, count=6)
    assert len(rig.cluster.writes) == 2
    assert limit(rig) == BEFORE


def lets_it_pass(obstacle: Obstacle) -> bool:
    """Those that ask for a monitor from the start can't be placed later; to observe is to write
    nothing at all."""
    silences = "silence" in obstacle.id or obstacle.what == "nobody knows"
    return obstacle.guard not in STOPPING and not silences and "observe" not in obstacle.id


@pytest.mark.parametrize(
    "obstacle", [one for one in applicable if lets_it_pass(one)], ids=lambda one: one.id
)
async def test_what_stops_a_repair_only_lets_its_undo_pass(rig: Rig, obstacle: Obstacle) -> None:
    """Neither a mode nor what was tried before: it puts back what we did."""
    rig.restart(**obstacle.settings)
    await obstacle.place(rig)
    await turns(rig, count=6)
    assert len(done(rig)) == 2
    assert limit(rig) == BEFORE
