"""What the cases of the waker know of its parts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from worker.engine.ports import Clock, Waker


@dataclass(frozen=True, slots=True)
class Turn:
    subject: str
    traceparent: str
    at_s: float


class WakerRig(Protocol):
    """`turns` are those that began; `work` is what a turn does, True: there is more to do.

    What would still come has come after `quiet_s`.
    """

    @property
    def quiet_s(self) -> float: ...

    @property
    def waker(self) -> Waker: ...

    @property
    def clock(self) -> Clock: ...

    @property
    def turns(self) -> list[Turn]: ...

    work: Callable[[Turn], Awaitable[bool]]

    async def cut_off(self) -> None:
        """No turn can be reached any more."""

    def failed(self) -> int:
        """How many wakes were counted as failed."""
