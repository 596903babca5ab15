"""Time that only passes when nobody has anything to do: hours of waiting in milliseconds.

Seen: clock/sleep_takes_its_time, clock/sleepers_wake_in_order, clock/no_time_to_sleep,
clock/a_cut_off_sleep.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

START_S = 1_800_000_000.0  # 2027-01-15, as good a moment as any


class StuckError(Exception):
    """Everybody waits for something that nothing will bring about."""


class _JumpingSelector(selectors.SelectSelector):
    """Where a loop would wait for its next timer, time jumps there instead."""

    def __init__(self) -> None:
        super().__init__()
        self.passed_s = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise StuckError("every task waits, and no timer is set")
        self.passed_s += max(0.0, timeout)
        return super().select(0)


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop in virtual time; nothing in it may wait for threads or sockets."""

    def __init__(self) -> None:
        self._virtual = _JumpingSelector()
        super().__init__(self._virtual)

    def time(self) -> float:
        return self._virtual.passed_s


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run to the end in a loop of its own."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(work)


class VirtualClock:
    """The clock of a VirtualLoop."""

    def __init__(self, start_s: float = START_S) -> None:
        self.start_s = start_s

    def now_s(self) -> float:
        return self.start_s + self.monotonic_s()

    def monotonic_s(self) -> float:
        return asyncio.get_running_loop().time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
