"""What did not help is put back: one write more, unless something stops it or it is not ours."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.unit.engine.rig import SHOP, Rig
from tests.unit.engine.stage import (
    acts,
    crash_before_the_write,
    incident_of,
    leases,
    turns,
)
from tests.unit.engine.undoing import BEFORE, RAISED, limit, undoing
from worker.domain.document.incident import Incident, Phase
from worker.domain.scopes.scope import CLUSTER
from worker.domain.story.reason import Reason
from worker.engine.ports import WriteRequest


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    made = await undoing(tmp_path)
    yield made
    await made.close()


async def ended(rig: Rig) -> Incident:
    """In a human's hands, with nothing claimed any more."""
    incident = await incident_of(rig)
    assert incident.phase is Phase.ESCALATED
    assert await leases(rig, CLUSTER) == []
    assert (await rig.document()).intents == ()
    return incident


async def test_it_is_put_back_by_one_write(rig: Rig) -> None:
    await turns(rig, count=20)
    assert [(one.kind, one.code) for one in rig.cluster.writes] == [("Deployment", 200)] * 2
    assert limit(rig) == BEFORE
    incident = await ended(rig)
    assert incident.escalated_for is Reason.LADDER_EXHAUSTED
    assert [one.undone for one in incident.attempts] == [True, False]
    assert len(await acts(rig, CLUSTER)) == 2, "each is counted"


async def test_one_whose_rollout_has_no_end_goes_to_a_human(rig: Rig) -> None:
    rig.cluster.world.needs_memory["web"] = 2**40
    await turns(rig, count=40)
    assert len(rig.cluster.writes) == 2
    assert limit(rig) == BEFORE
    assert (await incident_of(rig)).escalated_for is Reason.NOT_UNDONE


async def test_what_somebody_else_set_since_stays_theirs(rig: Rig) -> None:
    rig.cluster.world.deploy("shop", "web", replicas=3, image="web:1", memory_limit="128Mi")
    rig.cluster.world.advance()
    await turns(rig, count=20)
    assert len(rig.cluster.writes) == 1
    assert limit(rig) == "128Mi"
    assert [one.undone for one in (await ended(rig)).attempts] == [False]


async def test_a_workload_that_was_made_anew_is_not_what_was_changed(rig: Rig) -> None:
    world = rig.cluster.world
    world.remove("Deployment", "shop", "web")
    world.deploy("shop", "web", replicas=3, image="web:1", memory_limit=RAISED)
    world.advance()
    await turns(rig, count=10)
    assert len(rig.cluster.writes) == 1
    assert limit(rig) == RAISED


async def test_without_an_answer_it_is_sent_again_once(rig: Rig) -> None:
    async def cut(_: WriteRequest) -> None:
        rig.cluster.before_write = None
        raise TimeoutError

    rig.cluster.before_write = cut
    await turns(rig, count=20)
    assert len(rig.cluster.writes) == 2, "what never arrived, and then did"
    assert limit(rig) == BEFORE
    assert (await ended(rig)).attempts[-1].outcome is Reason.ACCEPTED


async def test_a_lost_answer_is_found_on_the_workload(rig: Rig) -> None:
    real = rig.cluster.write

    async def unanswered(request: WriteRequest) -> None:
        rig.cluster.before_write = None
        await real(request)
        raise TimeoutError

    rig.cluster.before_write = unanswered
    await turns(rig, count=20)
    assert len(rig.cluster.writes) == 2
    assert limit(rig) == BEFORE
    assert (await ended(rig)).attempts[-1].outcome is Reason.FOUND_DONE


async def test_after_a_crash_between_claim_and_write_it_is_done_once(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    await crash_before_the_write(rig, monkeypatch)
    await turns(rig, count=20)
    assert [one.code for one in rig.cluster.writes] == [200, 200]
    assert limit(rig) == BEFORE
    await ended(rig)


async def test_two_replicas_undo_it_once(rig: Rig) -> None:
    other = rig.another_engine()
    for _ in range(10):
        await other.shell.work(SHOP.key)
        await turns(rig, count=1, every_s=10.0)
    assert len(rig.cluster.writes) == 2
    assert limit(rig) == BEFORE
