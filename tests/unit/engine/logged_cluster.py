"""The simulated cluster as the engine's tests need it: it keeps the order of what was asked, and
can be put in trouble, one thing at a time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from tests.unit.engine.parts import SetClock
from worker.adapters.simulated import SimulatedCluster
from worker.engine.ports import ApiAnswer, Json, ObjectRef, PermanentError, WriteRequest

Items = list[Json]


class LoggedCluster(SimulatedCluster):
    """Writes down in which order the kill switch is read and writes are sent.

    `unlisted`: kinds that may not be listed. `behind_s`: how far its clock is behind ours. `reads`
    has each read that was answered. `seen_through`: what a proxy in front of it makes of a list.
    """

    def __init__(self, clock: SetClock) -> None:
        super().__init__(clock)
        self.order: list[str] = []
        self.reads: list[str] = []
        self.stopped = False  # the kill switch is set
        self.switch_unreadable = False
        self.list_raises: Exception | None = None
        self.before_write: Callable[[WriteRequest], Awaitable[None]] | None = None
        self.unlisted: set[str] = set()
        self.behind_s = 0.0
        self.timeless = False  # no answer tells its time
        self.uncounted = False  # the inventory is not read yet
        self.seen_through: Callable[[Items], Items] = lambda items: items

    async def is_set(self) -> bool:
        self.order.append("kill switch")
        if self.switch_unreadable:
            raise PermanentError("kill switch: ConfigMap is missing")
        return self.stopped or await super().is_set()

    async def get(self, ref: ObjectRef) -> Json | None:
        found = await super().get(ref)
        self.reads.append(f"{ref.kind} {ref.name}")
        return found

    async def list(self, ref: ObjectRef) -> Items:
        if self.list_raises is not None:
            raise self.list_raises
        if ref.kind in self.unlisted:
            raise PermanentError(f"list {ref.kind}: HTTP 403")
        return self.seen_through(await super().list(ref))

    async def write(self, request: WriteRequest) -> ApiAnswer:
        self.order.append("write")
        if self.before_write is not None:
            await self.before_write(request)
        return await super().write(request)

    async def server_time_s(self) -> float:
        if self.timeless:
            raise PermanentError("no Date header in the answer")
        return await super().server_time_s() - self.behind_s

    def services(self) -> int | None:  # type: ignore[override]
        return None if self.uncounted else super().services()
