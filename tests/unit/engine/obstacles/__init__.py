"""What may stand in a repair's way in the world around the engine: at least one for each guard.

Rule of these files: an obstacle is put into the cluster, the store, the settings, the calendar or
what people say, never into the worker; and only its own guard minds it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.unit.engine.rig import SHOP, Rig
from tests.unit.engine.stage import EVICT, due
from worker.domain.document.identity import Subject
from worker.domain.playbooks.playbook import Step
from worker.domain.story.reason import Reason

Change = Callable[[Rig], Awaitable[None]]


async def nothing(_: Rig) -> None:
    """The settings are obstacle enough."""


@dataclass(frozen=True)
class Obstacle:
    """`ready` makes a repair due; then it is put in the way by `place`. `remove` None: it goes to a
    human. `behind`: without the guard something else would stop it; `before`: something else does,
    and no guard is asked."""

    guard: str
    what: str
    reason: Reason
    place: Change = nothing
    remove: Change | None = None
    steps: tuple[Step, ...] = (EVICT,)
    settings: Mapping[str, Any] = field(default_factory=dict)
    ready: Change = due
    subject: Subject = SHOP
    behind: bool = False
    before: bool = False

    @property
    def id(self) -> str:
        return f"{self.guard}: {self.what}"
