"""Ten sick of twenty services: one cause, and not ours to guess. One human is called, once."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from tests.unit.engine.rig import Rig
from tests.unit.engine.stage import (
    SICK_NODE,
    fire,
    incident_of,
    pass_time,
    service,
)
from tests.unit.engine.storming import ALL, SICK, break_out, paged, pager, storming, work
from worker.domain.document.identity import STORM
from worker.domain.document.incident import Phase
from worker.domain.scopes.common_cause import node_subject
from worker.domain.story.journal import EntryKind
from worker.domain.story.reason import Reason
from worker.engine.documents import document_key
from worker.engine.ports import Save, TransientError


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    made = await storming(tmp_path)
    yield made
    await made.close()


async def test_nothing_is_written_and_one_human_is_called_once(rig: Rig) -> None:
    await break_out(rig)
    await work(rig, count=16)
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


async def test_fewer_are_no_storm(rig: Rig) -> None:
    """Six of twenty: a human hears of the node, and each is worked on, one at a time."""
    rig.cluster.world.sick_images.clear()
    rig.cluster.world.sick_nodes.add(SICK_NODE)
    pass_time(rig, 20.0)
    few = ALL[:6]
    rig.cluster.world.nodes[SICK_NODE] = False
    for name in few:
        await fire(rig, name)
    pass_time(rig, 61.0)
    await work(rig, *few, count=1)
    await rig.turn(node_subject(SICK_NODE))
    pass_time(rig, 61.0)
    await work(rig, *few, count=3)
    assert len(rig.cluster.writes) >= 1
    assert await rig.documents.load(STORM.key) is None
    assert paged(rig) == [(await incident_of(rig, node_subject(SICK_NODE))).id]
