"""The shell: trouble is counted, bugs are counted and told, nothing but cancellation gets out."""

from __future__ import annotations

import asyncio

import pytest

from tests.unit.engine.parts import ScriptedSink
from tests.unit.engine.rig import NOBODY, SHOP, Rig, alert, body
from worker.domain.document.incident import Phase
from worker.domain.story.reason import Reason
from worker.engine.ports import PermanentError, TransientError, WriteRequest
from worker.engine.turn import BUGS_MAX


async def until_it_would_act(rig: Rig) -> None:
    pod = await rig.deploy_sick()
    await rig.deliver(body(alert(namespace="shop", pod=pod)))
    await rig.turn()
    rig.clock.pass_s(61.0)


def breaks_with(rig: Rig, error: Exception) -> None:
    """Sending raises what only a bug explains."""

    async def broken(_: WriteRequest) -> None:
        raise error

    rig.cluster.before_write = broken


@pytest.mark.parametrize(
    "error", [TransientError("away"), PermanentError("no right"), TimeoutError()], ids=repr
)
async def test_the_worlds_trouble_is_counted_and_left_to_the_sweep(
    rig: Rig, error: Exception
) -> None:
    await until_it_would_act(rig)
    rig.wakes.at.clear()

    async def away(_: object) -> None:
        raise error

    rig.store.before_save = away
    assert await rig.turn() is True
    assert ("turns_failed", {"error": type(error).__name__}) in rig.telemetry.labels
    assert rig.telemetry.bugs == []
    assert rig.wakes.at == {}


async def test_a_bug_is_counted_and_does_not_get_out(rig: Rig) -> None:
    await until_it_would_act(rig)
    bug = RuntimeError("a bug of ours")
    breaks_with(rig, bug)
    assert await rig.turn() is True
    assert rig.telemetry.bugs == [(SHOP.key, bug)]
    assert (await rig.document()).incidents[0].phase is Phase.ACTING


async def test_after_a_few_bugs_the_incidents_go_to_a_human(rig: Rig) -> None:
    sink = ScriptedSink("pager", ["receipt"])
    rig.sinks.append(sink)
    rig.engine = rig.another_engine()
    await until_it_would_act(rig)
    breaks_with(rig, RuntimeError("a bug of ours"))
    for number in range(1, BUGS_MAX + 1):
        assert (await rig.document()).incidents[0].phase is not Phase.ESCALATED, number
        await rig.turn()
        rig.clock.pass_s(60.0)
    (incident,) = (await rig.document()).incidents
    assert (incident.phase, incident.escalated_for) == (Phase.ESCALATED, Reason.WORKER_BUG)
    assert len(rig.telemetry.bugs) == BUGS_MAX
    await rig.turn()
    assert [one.reason for one in sink.taken] == [Reason.WORKER_BUG]
    assert f"RuntimeError in {BUGS_MAX} turns" in sink.taken[0].summary
    assert rig.cluster.writes == []
    assert (await rig.document()).intents == (), "nothing of it is sent later"


@pytest.mark.parametrize("opened", [True, False], ids=["an incident", "only its inbox"])
async def test_a_bug_that_ends_every_turn_early_is_told_too(rig: Rig, opened: bool) -> None:
    """A broken probe keeps turns from ever settling, perhaps from ever opening an incident."""
    sink = ScriptedSink("pager", ["receipt"])
    rig.sinks.append(sink)
    rig.engine = rig.another_engine()
    pod = await rig.deploy_sick()
    await rig.deliver(body(alert(namespace="shop", pod=pod)))
    if opened:
        await rig.turn()
    rig.cluster.list_raises = ValueError("a bug of ours")
    for number in range(1, BUGS_MAX + 4):
        await rig.turn()
        rig.clock.pass_s(60.0)
        assert len(sink.taken) == (0 if number < BUGS_MAX else 1), number
    assert sink.taken[0].reason is Reason.WORKER_BUG
    assert "ValueError" in sink.taken[0].summary
    assert bool(await rig.inbox()) is not opened, "kept for the version that repairs the bug"


async def test_a_good_turn_in_between_starts_the_count_anew(rig: Rig) -> None:
    await until_it_would_act(rig)
    for _ in range(BUGS_MAX - 1):
        breaks_with(rig, RuntimeError("a bug of ours"))
        await rig.turn()
        rig.clock.pass_s(60.0)
    rig.cluster.stopped = True  # nothing is sent, so this turn ends well
    await rig.turn()
    rig.cluster.stopped = False
    rig.clock.pass_s(60.0)
    await rig.turn()
    assert (await rig.document()).incidents[0].phase is Phase.ACTING
    assert len(rig.telemetry.bugs) == BUGS_MAX


async def test_one_subjects_bugs_are_not_anothers(rig: Rig) -> None:
    await until_it_would_act(rig)
    await rig.deliver(body(alert("Odd", namespace="nowhere")))
    breaks_with(rig, RuntimeError("a bug of ours"))
    for _ in range(BUGS_MAX - 1):
        await rig.turn()
        await rig.turn(NOBODY)
        rig.clock.pass_s(60.0)
    assert (await rig.document()).incidents[0].phase is Phase.ACTING


async def test_telling_a_human_may_fail_too(rig: Rig) -> None:
    """The bug and then the store: both counted, neither gets out, told at the next chance."""
    await until_it_would_act(rig)
    breaks_with(rig, RuntimeError("a bug of ours"))
    for _ in range(BUGS_MAX - 1):
        await rig.turn()
        rig.clock.pass_s(60.0)

    async def bug_and_store(_: WriteRequest) -> None:
        rig.store.loads_fail = True
        raise RuntimeError("a bug of ours")

    rig.cluster.before_write = bug_and_store
    assert await rig.turn() is True
    assert ("turns_failed", {"error": "TransientError"}) in rig.telemetry.labels
    rig.store.loads_fail = False
    rig.clock.pass_s(60.0)
    breaks_with(rig, RuntimeError("a bug of ours"))
    await rig.turn()
    assert (await rig.document()).incidents[0].escalated_for is Reason.WORKER_BUG


async def test_cancellation_gets_out(rig: Rig) -> None:
    await until_it_would_act(rig)
    arrived = asyncio.Event()

    async def hang(_: WriteRequest) -> None:
        arrived.set()
        await asyncio.Event().wait()

    rig.cluster.before_write = hang
    turn = asyncio.create_task(rig.turn())
    async with asyncio.timeout(30.0):  # liveness only
        await arrived.wait()
        turn.cancel()
        with pytest.raises(asyncio.CancelledError):
            await turn
    assert rig.telemetry.bugs == []


async def test_one_turn_at_a_time_for_each_subject(rig: Rig) -> None:
    await until_it_would_act(rig)
    await rig.deliver(body(alert("Odd", namespace="nowhere")))
    arrived, go = asyncio.Event(), asyncio.Event()

    async def wait(_: WriteRequest) -> None:
        arrived.set()
        await go.wait()

    rig.cluster.before_write = wait
    async with asyncio.timeout(30.0):  # liveness only
        first = asyncio.create_task(rig.turn())
        await arrived.wait()
        second = asyncio.create_task(rig.turn())
        await rig.turn(NOBODY)  # another subject doesn't wait
        assert (first.done(), second.done()) == (False, False)
        turns = [one.attributes["subject"] for one in rig.telemetry.spans if one.name == "turn"]
        assert turns[-2:] == [SHOP.text, NOBODY.text], "the second turn has not begun"
        go.set()
        assert await first
        assert await second
    assert len(rig.cluster.writes) == 1
