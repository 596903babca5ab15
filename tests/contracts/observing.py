"""What a case saw, in words that are the same in every run, on the real part and on a fake.

A case asserts what its port promises and notes what the part did beyond that. Whatever differs
from run to run (uids, versions, times, names) is named once and then shown by that name.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeVar

from worker.engine.ports import Clock

Json = dict[str, Any]
T = TypeVar("T")

WITHIN_S = 60.0  # a liveness bound, generous on two shared cores; what is awaited takes seconds
EVERY_S = 0.25


class Note:
    """The observations of one case, in their order."""

    def __init__(self) -> None:
        self.observations: list[Json] = []
        self._names: dict[str, str] = {}

    def __call__(self, what: str, **seen: object) -> None:
        self.observations.append({"what": what, **{key: self._told(seen[key]) for key in seen}})

    def name(self, kind: str, value: str) -> str:
        """From now on this value is shown as its kind and a number: `<uid 1>`."""
        assert value, f"an empty {kind} has no name"
        if value not in self._names:
            number = 1 + sum(one.startswith(f"<{kind} ") for one in self._names.values())
            self._names[value] = f"<{kind} {number}>"
        return self._names[value]

    def _told(self, value: object) -> object:
        if isinstance(value, Mapping):
            return {self._renamed(str(key)): self._told(one) for key, one in value.items()}
        if isinstance(value, (list, tuple)):
            return [self._told(one) for one in value]
        if isinstance(value, str):
            return self._renamed(value)
        assert value is None or isinstance(value, (bool, int, float)), type(value)
        return value

    def _renamed(self, text: str) -> str:
        if not self._names:
            return str(text)
        longest_first = sorted(self._names, key=len, reverse=True)
        pattern = "|".join(re.escape(one) for one in longest_first)
        return re.sub(rf"(?<![\w-])(?:{pattern})(?![\w-])", lambda hit: self._names[hit[0]], text)


async def observed(case: Callable[[T, Note], Awaitable[None]], rig: T) -> Sequence[Json]:
    """Run one case on one part."""
    note = Note()
    await case(rig, note)
    assert note.observations, "a case that notes nothing compares nothing"
    return note.observations


async def until(clock: Clock, what: str, probe: Callable[[], Awaitable[T | None]]) -> T:
    """The first answer that is neither None nor False, by the clock of the part."""
    deadline_s = clock.monotonic_s() + WITHIN_S
    last: T | None = None
    while clock.monotonic_s() < deadline_s:
        last = await probe()
        if last is not None and last is not False:
            return last
        await clock.sleep(EVERY_S)
    raise AssertionError(f"{what}: not seen within {WITHIN_S:.0f} s; last answer {last!r}")
