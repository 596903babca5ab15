"""Sink: a receipt only for what was taken, and which failures are worth another try."""

from __future__ import annotations

from typing import Any, Protocol

from tests.contracts.observing import Note
from worker.domain.document.outbox import Notice
from worker.domain.story.reason import Reason
from worker.engine.ports import PermanentError, Sink, TransientError

SUBJECT = "service/shop/Deployment/web"


class SinkRig(Protocol):
    @property
    def sink(self) -> Sink: ...

    def answer(self, status: int) -> None:
        """What the other side says from now on."""

    def cut_off(self) -> None:
        """Nobody listens any more."""

    def received(self) -> list[dict[str, Any]]:
        """What the other side took: key and content."""


def notice(kind: str = "escalated", identity: str = "notice-1") -> Notice:
    return Notice(
        id=identity,
        incident="incident-1",
        kind=kind,
        severity="warning",
        summary="Web crash-loops; grüße",
        reason=Reason.SICK_EVERYWHERE,
        at_s=1_800_000_000.5,
    )


async def deliver(rig: SinkRig, one: Notice) -> str:
    try:
        return f"receipt: {await rig.sink.deliver(one, SUBJECT)}"
    except (TransientError, PermanentError) as error:
        return type(error).__name__


async def taken(rig: SinkRig, note: Note) -> None:
    for kind in ("escalated", "resolved"):
        answer = await deliver(rig, notice(kind))
        assert answer.startswith("receipt: ")
        note("deliver", kind=kind, answer=answer)
    note("received", messages=rig.received())


async def delivered_twice(rig: SinkRig, note: Note) -> None:
    """The other side can tell that it is the same one, and another incident's is another."""
    for one in (notice(), notice(), notice(identity="notice-2")):
        await deliver(rig, one)
    note("received", keys=[message["key"] for message in rig.received()])


async def trouble_over_there(rig: SinkRig, note: Note) -> None:
    for status in (429, 500, 502, 503, 504):
        rig.answer(status)
        answer = await deliver(rig, notice())
        assert answer == "TransientError", status
        note("deliver", status=status, answer=answer)
    note("received", messages=rig.received())


async def our_fault(rig: SinkRig, note: Note) -> None:
    for status in (301, 307, 400, 401, 403, 404, 410, 422):
        rig.answer(status)
        answer = await deliver(rig, notice())
        assert answer == "PermanentError", status
        note("deliver", status=status, answer=answer)
    note("received", messages=rig.received())


async def which_success(rig: SinkRig, note: Note) -> None:
    for status in (200, 201, 202):
        rig.answer(status)
        note("deliver", status=status, answer=await deliver(rig, notice()))


async def nobody_listens(rig: SinkRig, note: Note) -> None:
    rig.cut_off()
    answer = await deliver(rig, notice())
    assert answer == "TransientError"
    note("deliver", answer=answer)


async def well_again(rig: SinkRig, note: Note) -> None:
    rig.answer(503)
    first = await deliver(rig, notice())
    rig.answer(202)
    note("deliver", answers=[first, await deliver(rig, notice())], count=len(rig.received()))


CASES = (
    taken, delivered_twice, trouble_over_there, our_fault, which_success, nobody_listens,
    well_again,
)  # fmt: skip
