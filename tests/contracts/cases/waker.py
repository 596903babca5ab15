"""Waker: a turn soon, at a moment, once more after one that was running; and never an error."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from tests.contracts.observing import Note, until
from tests.contracts.rigs.turns import Turn, WakerRig

TRACE = "0af7651916cd43dd8448eb211c80319c"
PARENT = f"00-{TRACE}-b7ad6b7169203331-01"
REMINDED_S = 2.5  # two more reminders would have come by then
SOON_S = 0.5
EARLY_S = 0.1  # timers and wall clock are two clocks


async def began(rig: WakerRig, count: int, subject: str = "") -> list[Turn]:
    """The turns of this subject (or of all) once there are so many."""

    def mine() -> list[Turn]:
        return [one for one in rig.turns if subject in ("", one.subject)]

    async def look() -> list[Turn] | None:
        return mine() if len(mine()) >= count else None

    return await until(rig.clock, f"{count} turns of {subject or 'all'}", look)


async def finished(rig: WakerRig, count: int, quiet_s: float = 0.0) -> int:
    """How many turns there were in all, a while after so many had begun."""
    await began(rig, count)
    await rig.clock.sleep(quiet_s or rig.quiet_s)
    return len(rig.turns)


async def wake(rig: WakerRig, note: Note) -> None:
    rig.waker.wake("web")
    rig.waker.wake("db")
    count = await finished(rig, 2)
    note("turns", count=count, subjects=sorted(one.subject for one in rig.turns))


async def traceparent_goes_along(rig: WakerRig, note: Note) -> None:
    """The same trace; whether the same span is the part's own affair."""
    rig.waker.wake("web", traceparent=PARENT)
    rig.waker.wake("db")
    (traced,), (plain,) = await began(rig, 1, "web"), await began(rig, 1, "db")
    assert TRACE in traced.traceparent
    assert TRACE not in plain.traceparent
    note("traced", same_span=traced.traceparent == PARENT)
    note("plain", has_one=bool(plain.traceparent))


async def trace_is_kept_by_a_plain_wake(rig: WakerRig, note: Note) -> None:
    """Wakes that nobody has followed yet are one; the trace that was given stays."""
    rig.waker.wake("web", traceparent=PARENT)
    rig.waker.wake("web")
    count = await finished(rig, 1)
    assert TRACE in rig.turns[0].traceparent
    note("turns", count=count)


async def wake_at_a_moment(rig: WakerRig, note: Note) -> None:
    at_s = rig.clock.now_s() + SOON_S
    rig.waker.wake_at("web", at_s)
    count = await finished(rig, 1)
    assert rig.turns[0].at_s >= at_s - EARLY_S
    note("turns", count=count, traced=TRACE in rig.turns[0].traceparent)


async def a_moment_that_has_passed(rig: WakerRig, note: Note) -> None:
    rig.waker.wake_at("web", rig.clock.now_s() - 3600)
    note("turns", count=await finished(rig, 1))


async def a_later_moment_replaces(rig: WakerRig, note: Note) -> None:
    """In both directions, and for this subject alone."""
    now_s = rig.clock.now_s()
    rig.waker.wake_at("postponed", now_s + SOON_S)
    rig.waker.wake_at("postponed", now_s + 3600)
    rig.waker.wake_at("brought forward", now_s + 3600)
    rig.waker.wake_at("brought forward", now_s + SOON_S)
    count = await finished(rig, 1)
    note("turns", count=count, subjects=[one.subject for one in rig.turns])


async def woken_while_running(rig: WakerRig, note: Note) -> None:
    """One more turn afterwards, never two of one subject at once; others don't wait."""
    running: set[str] = set()
    overlaps: list[str] = []
    held = [True]

    async def work(turn: Turn) -> bool:
        if turn.subject in running:
            overlaps.append(turn.subject)
        running.add(turn.subject)
        while turn.subject == "web" and held[0]:
            await rig.clock.sleep(0.05)
        running.discard(turn.subject)
        return False

    rig.work = work
    rig.waker.wake("web")
    await began(rig, 1, "web")
    rig.waker.wake("web")
    rig.waker.wake("web")
    rig.waker.wake("db")
    await began(rig, 1, "db")
    before = sum(one.subject == "web" for one in rig.turns)
    held[0] = False
    await began(rig, 2, "web")
    count = await finished(rig, 3)
    assert not overlaps
    note("turns", of_web_while_it_ran=before, count=count)


async def nobody_there(rig: WakerRig, note: Note) -> None:
    """A wake is a hint: it is lost, counted, and nobody is bothered."""
    await rig.cut_off()
    rig.waker.wake("web", traceparent=PARENT)
    rig.waker.wake_at("db", rig.clock.now_s())
    await until(rig.clock, "both are counted", _counts(rig, 2))
    await rig.clock.sleep(rig.quiet_s)
    note("wakes", failed=rig.failed(), turns=len(rig.turns))


async def a_turn_that_fails(rig: WakerRig, note: Note) -> None:
    """It is not repeated, and the next wake finds the subject well."""

    async def work(turn: Turn) -> bool:
        if len(rig.turns) == 1:
            raise RuntimeError("a bug for the test")
        return False

    rig.work = work
    rig.waker.wake("web")
    await until(rig.clock, "the failure is counted", _counts(rig, 1))
    note("failed", failed=rig.failed(), turns=await finished(rig, 1))
    rig.waker.wake("web")
    note("woken again", failed=rig.failed(), turns=await finished(rig, 2))


async def reminded_while_there_is_work(rig: WakerRig, note: Note) -> None:
    """A heartbeat once a second that nobody has to ask for, until there is nothing to do."""

    async def work(turn: Turn) -> bool:
        return len(rig.turns) < 3

    rig.work = work
    rig.waker.wake("web", traceparent=PARENT)
    count = await finished(rig, 3, REMINDED_S)
    note("turns", count=count, traced=[TRACE in one.traceparent for one in rig.turns])


def _counts(rig: WakerRig, count: int) -> Callable[[], Awaitable[bool]]:
    async def look() -> bool:
        return rig.failed() >= count

    return look


HINTS = (
    wake, traceparent_goes_along, trace_is_kept_by_a_plain_wake, wake_at_a_moment,
    a_moment_that_has_passed, a_later_moment_replaces, woken_while_running,
)  # fmt: skip
ACTORS = (*HINTS, nobody_there, a_turn_that_fails, reminded_while_there_is_work)
"""With a sidecar in between there is more that can happen."""
