"""A lease whose owner knows of it, is woken again and again, and never gives it back."""

from __future__ import annotations

import pytest

from tests.unit.engine.rig import Rig
from tests.unit.engine.stage import NAMESPACE, due, leases, pass_time, turns
from worker.domain.scopes.scope import CLUSTER
from worker.engine import turn
from worker.engine.reclaim import OWNER_FIRST_S

LEASE_S = 900.0

pytestmark = pytest.mark.usefixtures("evicting")


async def test_an_owner_whose_turns_always_fail_holds_up_nobody_for_ever(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bug of ours in one subject must not stop the repairs of a whole cluster."""
    await due(rig)
    await turns(rig, count=1, every_s=0.1)

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(turn, "decide", broken)
    pass_time(rig, LEASE_S)
    for _ in range(3):
        await rig.turn()
        assert await rig.engine.sweep.scopes() == 1
    assert len(await leases(rig, CLUSTER)) == 1, "its owner goes first"
    pass_time(rig, OWNER_FIRST_S)
    await rig.turn()
    await rig.engine.sweep.scopes()
    assert await leases(rig, CLUSTER) == await leases(rig, NAMESPACE) == []
    monkeypatch.undo()
    await turns(rig, count=8)
    assert len(rig.cluster.writes) == 1
    assert (await rig.document()).leases == ()
