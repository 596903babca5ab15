"""The end of an incident goes to the sink that received its beginning, as long as there is one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.unit.engine.parts import ScriptedSink, Trouble
from tests.unit.engine.rig import NOBODY, Rig, alert, body
from worker.engine.ports import TransientError

AWAY = TransientError("pager: away")


class Two:
    """A rig with two sinks; the second one has received the beginning of an incident."""

    def __init__(self, folder: Path) -> None:
        self.first = ScriptedSink("first", [AWAY])
        self.second = ScriptedSink("second", ["receipt"])
        self.rig = Rig(folder, sinks=[self.first, self.second])

    async def begin(self) -> None:
        await self.rig.deliver(body(alert("Odd", namespace="nowhere")))
        await self.rig.turn(NOBODY)
        assert self.taken() == ([], ["escalated"])

    async def end(self, *turns: float) -> None:
        over = {**alert("Odd", namespace="nowhere"), "status": "resolved"}
        await self.rig.deliver(body(over))
        await self.rig.turn(NOBODY)
        for pause_s in turns:
            self.rig.clock.pass_s(pause_s)
            await self.rig.turn(NOBODY)

    def taken(self) -> tuple[list[str], list[str]]:
        first, second = ([one.kind for one in sink.taken] for sink in (self.first, self.second))
        return first, second


@pytest.fixture
async def two(tmp_path: Path) -> AsyncIterator[Two]:
    made = Two(tmp_path)
    yield made
    await made.rig.close()


async def test_the_end_goes_to_who_received_the_beginning_and_to_nobody_else(two: Two) -> None:
    await two.begin()
    asked = two.first.asked
    two.first.script = ["receipt"]
    await two.end()
    assert two.taken() == ([], ["escalated", "resolved"])
    assert two.first.asked == asked
    assert (await two.rig.document(NOBODY)).settled


async def test_it_waits_for_that_one_while_it_is_away(two: Two) -> None:
    await two.begin()
    trouble: list[str | Trouble] = [AWAY]
    two.first.script, two.second.script = ["receipt"], trouble
    await two.end(60.0, 600.0)
    assert two.taken() == ([], ["escalated"])
    two.second.script = ["receipt"]
    two.rig.clock.pass_s(600.0)
    await two.rig.turn(NOBODY)
    assert two.taken() == ([], ["escalated", "resolved"])


async def test_one_that_is_not_configured_any_more_is_not_waited_for(two: Two) -> None:
    await two.begin()
    two.first.script = ["receipt"]
    two.rig.sinks.remove(two.second)
    two.rig.engine = two.rig.another_engine()
    await two.end()
    assert two.taken() == (["resolved"], ["escalated"])
    assert (await two.rig.document(NOBODY)).settled
