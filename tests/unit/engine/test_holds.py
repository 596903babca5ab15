"""Holds by hand: in force when the call returns, lifted by hand only, and told in the journal."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from tests.unit.engine.asking import SOAKED_S
from tests.unit.engine.rig import SHOP, Rig, alert, body
from worker.domain.document.incident import Phase
from worker.domain.scopes.scope import CLUSTER, Scope, ScopeKind
from worker.domain.story.journal import story
from worker.domain.story.reason import Reason
from worker.engine.holds import Holds, Where
from worker.engine.ports import Save

NAMESPACE = Scope(ScopeKind.NAMESPACE, "shop")
ELSEWHERE = Scope(ScopeKind.NAMESPACE, "kitchen")
EVERYWHERE = [SHOP, NAMESPACE, CLUSTER]


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    made = Rig(tmp_path)
    yield made
    await made.close()


def holds(rig: Rig) -> Holds:
    return rig.engine.steering.holds


async def hold(rig: Rig, where: Where = SHOP, by: str = "alice", for_s: float = 600.0) -> None:
    await holds(rig).hold(where, by=by, for_s=for_s, words="migrating")


async def sick(rig: Rig) -> None:
    """A crash loop that is about to be repaired: the next turn evicts a pod."""
    pod = await rig.deploy_sick()
    await rig.deliver(body(alert(namespace="shop", pod=pod)))
    await rig.turn()
    rig.clock.pass_s(SOAKED_S)


async def reason(rig: Rig) -> Reason | None:
    incident = (await rig.document()).incidents[0]
    return incident.hold.reason if incident.hold else None


@pytest.mark.parametrize("where", EVERYWHERE, ids=lambda one: one.text)
async def test_nothing_is_begun_where_it_is_on_hold(rig: Rig, where: Where) -> None:
    await sick(rig)
    await hold(rig, where)
    await rig.turn()
    assert "write" not in rig.cluster.order
    assert await reason(rig) is Reason.PERSON_AT_WORK
    told = "\n".join(rig.telemetry.story())
    assert "by alice. migrating" in told


@pytest.mark.parametrize("where", EVERYWHERE, ids=lambda one: one.text)
async def test_after_its_time_it_goes_on_by_itself(rig: Rig, where: Where) -> None:
    await sick(rig)
    await hold(rig, where)
    await rig.turn()
    rig.clock.pass_s(601.0)
    await rig.turn()
    assert rig.cluster.order.count("write") == 1


@pytest.mark.parametrize("where", EVERYWHERE, ids=lambda one: one.text)
async def test_whoever_may_can_lift_it_and_it_goes_on_soon(rig: Rig, where: Where) -> None:
    await sick(rig)
    await hold(rig, where, for_s=86400.0)
    await rig.turn()
    lifted, still = await holds(rig).resume(where, by="bob", words="done")
    assert ([one["by"] for one in lifted], still) == (["alice"], [])
    rig.clock.pass_s(61.0)
    await rig.turn()
    assert rig.cluster.order.count("write") == 1
    assert any("bob lifted the hold on" in line for line in rig.telemetry.story())


async def test_elsewhere_it_holds_nothing(rig: Rig) -> None:
    await sick(rig)
    await hold(rig, ELSEWHERE)
    await rig.turn()
    assert rig.cluster.order.count("write") == 1


async def test_a_decision_that_was_made_before_loses_its_save(rig: Rig) -> None:
    """Put on hold while a turn is on its way to its save."""
    await sick(rig)
    await hold_at_next_save(rig)
    await rig.turn()
    assert "write" not in rig.cluster.order
    assert await reason(rig) is Reason.PERSON_AT_WORK


async def hold_at_next_save(rig: Rig, where: Where = SHOP) -> None:
    """Of the subject's document, by another replica."""
    other = rig.another_engine().steering.holds

    async def meanwhile(saves: Sequence[Save]) -> None:
        if any(one.key == f"subject-{SHOP.key}" for one in saves):
            rig.store.before_save = None
            await other.hold(where, by="alice", for_s=600.0, words="")

    rig.store.before_save = meanwhile


async def test_incidents_of_what_is_on_hold_are_opened_and_told_as_ever(rig: Rig) -> None:
    await rig.deploy_sick()
    await hold(rig)
    await sick(rig)
    await rig.turn()
    assert (await rig.document()).incidents[0].phase is Phase.OPEN
    assert "put service/shop/Deployment/web on hold until" in story((await rig.document()).journal)


@pytest.mark.parametrize("where", [NAMESPACE, CLUSTER], ids=lambda one: one.text)
async def test_whoever_puts_a_scope_on_hold_after_it_was_read_is_still_in_time(
    rig: Rig, where: Where
) -> None:
    """The scopes were read, the intent is about to be durable: it is not sent all the same."""
    await sick(rig)
    await hold_at_next_save(rig, where)
    await rig.turn()
    assert "write" not in rig.cluster.order
    assert await reason(rig) is Reason.PERSON_AT_WORK
    assert (await rig.document()).incidents[0].phase is Phase.OPEN
    rig.clock.pass_s(661.0)
    await rig.turn()
    assert rig.cluster.order.count("write") == 1
