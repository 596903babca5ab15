"""Everything is delivered once more, as when a consumer group begins again at its first offset."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass

from tests.simulation.host import Host
from tests.simulation.parts import Shared
from worker.domain.document.subject import SubjectDocument
from worker.engine.delivery import Delivery, Source
from worker.engine.documents import from_json
from worker.engine.ports import Json

LOOK_S = 90.0  # longer than any soak and cool-down of the simulated installation


@dataclass(frozen=True, slots=True)
class Replayed:
    """What came of it when everything was delivered once more."""

    opened: int
    written: tuple[str, ...]


async def replay(shared: Shared, hosts: Sequence[Host], alerts: Sequence[Json]) -> Replayed | None:
    """Every alert comes again, in its order; then time to act on it. None where something is still
    to be done anyway, or a store forgot."""
    alive = [host for host in hosts if host.alive]
    documents = documents_of(shared)
    busy = any(one.escalated_for is None for d in documents for one in d.open_incidents)
    if busy or shared.restored_s or not alive:
        return None
    opened, written = _opened(shared), len(shared.applied)
    for alert in alerts:
        await alive[0].accept(Delivery(json.dumps(alert).encode(), Source.ALERTS))
    await asyncio.sleep(LOOK_S)
    fresh = tuple(one.request.intent_id for one in shared.applied[written:])
    return Replayed(_opened(shared) - opened, fresh)


def documents_of(shared: Shared) -> list[SubjectDocument]:
    """All that is stored, read."""
    return [from_json(value) for value in shared.store.values("subject-")]


def _opened(shared: Shared) -> int:
    return sum(document.incidents_opened for document in documents_of(shared))
