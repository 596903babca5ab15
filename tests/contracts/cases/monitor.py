"""Monitor: what fires, what somebody has silenced, and what is over."""

from __future__ import annotations

from typing import Protocol

from tests.contracts.observing import Note
from worker.engine.ports import Monitor, TransientError


class MonitorRig(Protocol):
    @property
    def monitor(self) -> Monitor: ...

    async def fire(self, name: str, severity: str = "warning") -> str:
        """An alert of this name fires; its fingerprint."""

    async def resolve(self, name: str) -> None: ...

    async def silence(self, name: str) -> None: ...

    async def expire_silence(self, name: str) -> None: ...

    async def cut_off(self) -> None:
        """Nobody can be asked any more."""


async def firing(rig: MonitorRig, note: Note) -> None:
    """Only what was asked for is answered."""
    asked, _ = await rig.fire("Slow"), await rig.fire("Fast")
    note.name("fingerprint", asked)
    states = dict(await rig.monitor.states([asked]))
    assert states == {asked: "firing"}
    note("states", states=states)


async def nothing_asked(rig: MonitorRig, note: Note) -> None:
    await rig.fire("Asked")
    note("states", states=dict(await rig.monitor.states([])))


async def never_heard_of(rig: MonitorRig, note: Note) -> None:
    await rig.fire("Known")
    states = dict(await rig.monitor.states(["0123456789abcdef", ""]))
    assert not states
    note("states", states=states)


async def resolved(rig: MonitorRig, note: Note) -> None:
    fingerprint = await rig.fire("Over")
    await rig.resolve("Over")
    states = dict(await rig.monitor.states([fingerprint]))
    assert not states, "an alert that is over is not active"
    note("states", states=states)


async def silenced(rig: MonitorRig, note: Note) -> None:
    """Somebody knows: it fires nevertheless."""
    fingerprint = await rig.fire("Loud")
    note.name("fingerprint", fingerprint)
    await rig.silence("Loud")
    states = dict(await rig.monitor.states([fingerprint]))
    assert states == {fingerprint: "suppressed"}
    note("states", states=states)
    await rig.expire_silence("Loud")
    note("silence over", states=dict(await rig.monitor.states([fingerprint])))


async def inhibited(rig: MonitorRig, note: Note) -> None:
    """A greater alert stands for it."""
    small = await rig.fire("Symptom", "inhibited")
    great = await rig.fire("Root", "inhibiting")
    note.name("fingerprint", small)
    note.name("fingerprint", great)
    note("states", states=dict(await rig.monitor.states([small, great])))
    await rig.resolve("Root")
    note("afterwards", states=dict(await rig.monitor.states([small, great])))


async def resolved_while_silenced(rig: MonitorRig, note: Note) -> None:
    fingerprint = await rig.fire("Both")
    await rig.silence("Both")
    await rig.resolve("Both")
    note("states", states=dict(await rig.monitor.states([fingerprint])))


async def fires_again(rig: MonitorRig, note: Note) -> None:
    """The same labels are the same alert."""
    first = await rig.fire("Back")
    await rig.resolve("Back")
    second = await rig.fire("Back")
    note.name("fingerprint", first)
    note("states", same=first == second, states=dict(await rig.monitor.states([second])))


async def away(rig: MonitorRig, note: Note) -> None:
    fingerprint = await rig.fire("Unseen")
    await rig.cut_off()
    try:
        await rig.monitor.states([fingerprint])
    except TransientError as error:
        note("states", error="TransientError", retry_after_s=error.retry_after_s)


CASES = (
    firing, nothing_asked, never_heard_of, resolved, silenced, inhibited, resolved_while_silenced,
    fires_again, away,
)  # fmt: skip
