"""A bug, and then another one while a human is told of it: neither gets out of the shell."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from tests.unit.engine.rig import SHOP, Rig, alert, body
from worker.domain.story.reason import Reason
from worker.engine.ports import PermanentError, Save, TransientError, WriteRequest
from worker.engine.turn import BUGS_MAX


async def until_a_human_would_be_told(rig: Rig) -> None:
    """All but the last of the turns that have to fail have failed by a bug."""
    pod = await rig.deploy_sick()
    await rig.deliver(body(alert(namespace="shop", pod=pod)))
    await rig.turn()
    rig.clock.pass_s(61.0)
    breaks(rig)
    for _ in range(BUGS_MAX - 1):
        await rig.turn()
        rig.clock.pass_s(60.0)


def breaks(rig: Rig, trouble: BaseException | None = None) -> None:
    """The turn ends by a bug, and from then on every save by this trouble."""

    async def fail(_: Sequence[Save]) -> None:
        assert trouble is not None
        raise trouble

    async def broken(_: WriteRequest) -> None:
        if trouble is not None:
            rig.store.before_save = fail
        raise RuntimeError("a bug of ours")

    rig.cluster.before_write = broken


@pytest.mark.parametrize(
    "trouble",
    [
        ValueError("another bug"), AssertionError("a bug in an assertion"), RecursionError(),
        TransientError("away"), PermanentError("no right"), TimeoutError(),
    ],
    ids=lambda one: type(one).__name__,
)  # fmt: skip
async def test_whatever_goes_wrong_then_is_counted_and_told_at_the_next_chance(
    rig: Rig, trouble: Exception
) -> None:
    await until_a_human_would_be_told(rig)
    breaks(rig, trouble)
    assert await rig.turn() is True
    assert ("turns_failed", {"error": type(trouble).__name__}) in rig.telemetry.labels
    assert [str(one) for _, one in rig.telemetry.bugs] == ["a bug of ours"] * BUGS_MAX
    assert (await rig.document()).incidents[0].escalated_for is None
    rig.store.before_save = None
    breaks(rig)
    rig.clock.pass_s(60.0)
    assert await rig.turn() is True
    assert (await rig.document()).incidents[0].escalated_for is Reason.WORKER_BUG


async def test_cancellation_gets_out_while_a_human_is_told(rig: Rig) -> None:
    await until_a_human_would_be_told(rig)
    arrived = asyncio.Event()

    async def hang(_: Sequence[Save]) -> None:
        arrived.set()
        await asyncio.Event().wait()

    async def broken(_: WriteRequest) -> None:
        rig.store.before_save = hang
        raise RuntimeError("a bug of ours")

    rig.cluster.before_write = broken
    turn = asyncio.create_task(rig.engine.shell.work(SHOP.key))
    async with asyncio.timeout(30.0):  # liveness only
        await arrived.wait()
        turn.cancel()
        with pytest.raises(asyncio.CancelledError):
            await turn
