"""Between a claim and its write: crashes, lost answers, and two that want the same room."""

from __future__ import annotations

import pytest

from tests.unit.engine.rig import SHOP, Rig
from tests.unit.engine.stage import (
    NAMESPACE,
    RESTART,
    acts,
    crash_before_the_write,
    done,
    due,
    incident_of,
    leases,
    nothing_is_claimed,
    pack_of,
    pass_time,
    service,
    turns,
)
from worker.domain.scopes.scope import CLUSTER
from worker.domain.story.reason import Reason
from worker.engine.ports import WriteRequest

API = service("api")
OTHER = service("other", "elsewhere")

pytestmark = pytest.mark.usefixtures("evicting")


async def crash(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing was sent yet, and all of the room is claimed."""
    await due(rig)
    await crash_before_the_write(rig, monkeypatch)
    for where in (NAMESPACE, CLUSTER):
        assert len(await leases(rig, where)) == 1


async def test_after_a_crash_before_the_write_it_is_sent_once_under_the_same_claim(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    await crash(rig, monkeypatch)
    (intent,) = (await rig.document()).intents
    await turns(rig, count=6)
    assert [(one.intent_id, one.code) for one in rig.cluster.writes] == [(intent.id, 201)]
    assert await acts(rig, CLUSTER) == [intent.id]
    assert await leases(rig, CLUSTER) == []


async def test_after_a_crash_what_was_not_done_and_is_not_wanted_gives_its_claim_back(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The target was read: it is there, and nothing happened to it. It got well by itself."""
    await crash(rig, monkeypatch)
    rig.cluster.world.sick_nodes.clear()
    rig.cluster.world.advance()
    rig.cluster.away = True
    await turns(rig, count=3)
    assert len(await leases(rig, CLUSTER)) == 1, "not read, not given back"
    rig.cluster.away = False
    await turns(rig, count=4)
    assert rig.cluster.writes == []
    await nothing_is_claimed(rig)
    (attempt,) = (await incident_of(rig)).attempts
    assert attempt.outcome is Reason.SUPERSEDED


async def test_a_write_without_an_answer_keeps_its_lease_until_the_target_was_read(
    rig: Rig,
) -> None:
    await due(rig)

    async def cut(_: WriteRequest) -> None:
        rig.cluster.away = True
        raise TimeoutError

    rig.cluster.before_write = cut
    await turns(rig, count=3)
    assert done(rig) == []
    assert len(await leases(rig, CLUSTER)) == 1
    rig.cluster.before_write = None
    rig.cluster.away = False
    await turns(rig, count=6)
    assert len(done(rig)) == 1
    assert await leases(rig, CLUSTER) == []


async def test_what_was_handed_over_unknown_keeps_its_lease_until_its_time_has_run_out(
    rig: Rig,
) -> None:
    """It may still be applied: that the workload looks calm by now proves nothing."""
    rig.pack = pack_of(RESTART)
    rig.restart(decide_within_s=200.0)
    await due(rig)

    async def cut(_: WriteRequest) -> None:
        rig.cluster.away = True
        raise TimeoutError

    rig.cluster.before_write = cut
    await turns(rig, count=10)
    assert (await incident_of(rig)).escalated_for is Reason.HELD_TOO_LONG
    rig.cluster.away = False
    await turns(rig, count=4)
    assert len(await leases(rig, CLUSTER)) == 1
    pass_time(rig, rig.settings.policy.lease_s)
    assert len(await leases(rig, CLUSTER)) == 1, "and until it was read"
    await turns(rig, count=1)
    assert await leases(rig, CLUSTER) == []
    assert done(rig) == []


async def test_two_replicas_race_for_one_lease_and_one_of_them_writes(rig: Rig) -> None:
    """Each has decided for another service of the namespace, and claims at the same moment."""
    await due(rig, "web", "api")
    at_once: list[int] = []

    async def look(_: WriteRequest) -> None:
        at_once.append(len(await leases(rig, CLUSTER)))

    async def faster() -> None:
        await rig.another_engine().shell.work(API.key)

    rig.cluster.before_write = look
    rig.store.once_before_saving(NAMESPACE.key, faster)
    await rig.turn()
    assert len(rig.cluster.writes) == 1
    assert {one.kind for one in rig.cluster.writes} == {"Pod"}
    hold = (await incident_of(rig)).hold
    assert hold is not None
    assert hold.reason is Reason.NO_LEASE
    await turns(rig, SHOP, API, count=8)
    assert len(rig.cluster.writes) == 2, "the other one's turn came when there was room"
    assert at_once == [1, 1]


async def test_where_two_are_allowed_two_are_done_at_once(rig: Rig) -> None:
    """Else the race would prove nothing but that a second service never gets its turn."""
    rig.restart(leases_max=2, leases_namespace_max=2)
    await due(rig, "web", "api")
    await turns(rig, SHOP, API, count=1)
    assert len(rig.cluster.writes) == 2
