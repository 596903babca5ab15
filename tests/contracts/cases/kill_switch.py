"""KillSwitch: only a clear "go on" lets writes through."""

from __future__ import annotations

from typing import Protocol

from tests.contracts.observing import Note
from worker.engine.ports import KillSwitch, PermanentError, TransientError


class SwitchRig(Protocol):
    @property
    def switch(self) -> KillSwitch: ...

    async def put(self, data: dict[str, str] | None) -> None:
        """What stands in it; None takes the whole switch away."""

    async def cut_off(self) -> None:
        """It can't be read any more."""


async def _answer(rig: SwitchRig) -> str:
    try:
        return "set" if await rig.switch.is_set() else "not set"
    except (TransientError, PermanentError) as error:
        return type(error).__name__


async def let_through(rig: SwitchRig, note: Note) -> None:
    await rig.put({"stop": "false"})
    answer = await _answer(rig)
    assert answer == "not set"
    note("switch", answer=answer)


async def stopped(rig: SwitchRig, note: Note) -> None:
    """Read anew each time: what was let through a moment ago is stopped now."""
    await rig.put({"stop": "false"})
    before = await _answer(rig)
    await rig.put({"stop": "true"})
    after = await _answer(rig)
    assert (before, after) == ("not set", "set")
    note("switch", before=before, after=after)


async def other_words(rig: SwitchRig, note: Note) -> None:
    for text in ("False", "no", "0", "", " false"):
        await rig.put({"stop": text})
        answer = await _answer(rig)
        assert answer == "set", text
        note("switch", text=text, answer=answer)


async def no_entry(rig: SwitchRig, note: Note) -> None:
    for data in ({}, {"halt": "false"}):
        await rig.put(data)
        answer = await _answer(rig)
        assert answer == "set"
        note("switch", data=data, answer=answer)


async def missing(rig: SwitchRig, note: Note) -> None:
    await rig.put(None)
    answer = await _answer(rig)
    assert answer == "PermanentError"
    note("switch", answer=answer)


async def unreachable(rig: SwitchRig, note: Note) -> None:
    await rig.put({"stop": "false"})
    await rig.cut_off()
    answer = await _answer(rig)
    assert answer == "TransientError"
    note("switch", answer=answer)


CASES = (let_through, stopped, other_words, no_entry, missing, unreachable)
