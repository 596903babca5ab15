"""What a subject and its scopes tell each other: cut off, overtaken, too new to be understood."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.unit.engine.rig import SHOP, Rig, alert, body
from tests.unit.engine.stage import (
    NAMESPACE,
    change_scope,
    deploy,
    due,
    incident_of,
    pass_time,
    scope,
    service,
    sick,
    turns,
)
from worker.domain.document.incident import Phase
from worker.domain.document.outbox import HeldLease, ScopeNote
from worker.domain.scopes.scope import CLUSTER, Lease, Sick
from worker.engine.documents import document_key
from worker.engine.ports import Save

KEY = document_key(SHOP.key)

pytestmark = pytest.mark.usefixtures("evicting")


async def test_what_fell_sick_again_meanwhile_is_told_again(rig: Rig) -> None:
    """News comes, and another replica's turn, after it was reported well and before that is put
    on record."""
    await due(rig)
    await turns(rig, count=1)
    pass_time(rig, 60.0)
    again: list[bool] = []

    async def news(saves: Sequence[Save]) -> None:
        if any(one.key == KEY and not one.value["reported_sick"] for one in saves) and not again:
            again.append(True)
            later = alert("KubePodNotReady", namespace="shop", deployment="web")
            assert await rig.deliver(body(later)) == [True]
            await rig.another_engine().shell.work(SHOP.key)

    rig.store.before_save = news
    await turns(rig, count=25)
    assert again == [True]
    assert (await incident_of(rig)).phase is not Phase.RESOLVED
    assert await sick(rig) == [SHOP.text]


async def test_a_turn_that_was_overtaken_leaves_nobody_sick_for_ever(rig: Rig) -> None:
    """It reported what it then could not open: the alert was over before its save."""
    deploy(rig, "web")
    labels = {"namespace": "shop", "deployment": "web"}
    assert await rig.deliver(body(alert(at_s=rig.clock.now_s(), **labels))) == [True]

    async def over(saves: Sequence[Save]) -> None:
        if any(one.key == KEY for one in saves):
            rig.store.before_save = None
            ended = {**alert(at_s=rig.clock.now_s(), **labels), "status": "resolved"}
            assert await rig.deliver(body(ended)) == [True]

    rig.store.before_save = over
    await turns(rig, count=3)
    assert (await rig.document()).incidents == ()
    assert await sick(rig) == [SHOP.text], "and nobody else knows of it"
    assert await rig.engine.sweep.scopes() == 0
    assert await sick(rig) == []


async def test_a_note_of_a_newer_version_stays_owed(rig: Rig) -> None:
    await due(rig)
    newer = ScopeNote("n-1", "blessing", "namespace", "shop", {"of": "crash-loop"})
    hold = {"id": "h", "what": "on_it", "by": "alice", "since_s": 0.0, "until_s": 9e9}
    ours = ScopeNote("n-2", "hold", "namespace", "shop", hold)
    await rig.change(scope_notes=(newer, ours))
    await turns(rig, count=2)
    assert (await rig.document()).scope_notes == (newer,)
    assert [one.id for one in (await scope(rig, NAMESPACE)).holds] == ["h"]


async def test_what_has_ended_is_given_back_until_that_is_on_record(rig: Rig) -> None:
    await due(rig)
    lease = Lease("inc-0-s1-a1", SHOP.text, 0.0, 9e9)
    for where in (NAMESPACE, CLUSTER):
        await change_scope(rig, where, leases=(lease,))
    await rig.change(leases=(HeldLease("inc-0-s1-a1", 0.0, 9e9, ended=True),))
    rig.cluster.stopped = True

    async def cut_off(saves: Sequence[Save]) -> None:
        if any(one.key == KEY and not one.value["leases"] for one in saves):
            rig.store.before_save = None
            rig.store.lost = [KEY] * 20

    rig.store.before_save = cut_off
    await rig.turn()
    rig.store.lost = []
    assert len((await rig.document()).leases) == 1, "still owed"
    await rig.turn()
    assert (await rig.document()).leases == ()
    for where in (NAMESPACE, CLUSTER):
        assert (await scope(rig, where)).leases == ()


async def test_who_has_settled_is_reported_well(rig: Rig) -> None:
    """A report without an owner would count towards a storm for ever."""
    stale = (Sick(SHOP.text, 0.0, "crash_loop"), Sick("service/x/Job/y", 0.0, "z"))
    await change_scope(rig, CLUSTER, sick=stale)
    await rig.engine.sweep.scopes()
    assert (await scope(rig, CLUSTER)).sick == ()


async def test_who_is_sick_stays_reported(rig: Rig) -> None:
    rig.cluster.stopped = True
    await due(rig, "api")
    await rig.engine.sweep.scopes()
    assert [one.subject for one in (await scope(rig, CLUSTER)).sick] == [service("api").text]
