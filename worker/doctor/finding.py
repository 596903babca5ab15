"""One thing that the worker needs, and whether it is there: with its evidence and its remedy."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass

from worker.engine.ports import Json


@dataclass(frozen=True, slots=True)
class Finding:
    """`state` is ok, failed, or unknown (not configured, or it couldn't be asked)."""

    what: str
    state: str
    evidence: str
    remedy: str = ""

    def as_json(self) -> Json:
        return asdict(self)


Check = Callable[[], Awaitable[Finding]]
