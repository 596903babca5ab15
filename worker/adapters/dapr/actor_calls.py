"""Getting a subject's turn run by calling its actor through the sidecar, wherever it lives now."""

from __future__ import annotations

from worker.adapters.dapr.actors import ACTOR_TYPE
from worker.adapters.dapr.sidecar import Sidecar, segment
from worker.engine.ports import Telemetry, TransientError


class ActorCalls:
    """A call that fails is counted; the sweep comes back to its subject."""

    def __init__(self, sidecar: Sidecar, telemetry: Telemetry) -> None:
        self._sidecar = sidecar
        self._telemetry = telemetry

    async def work(self, subject_key: str, traceparent: str) -> None:
        path = f"/v1.0/actors/{ACTOR_TYPE}/{segment(subject_key)}/method/work"
        headers = {"traceparent": traceparent} if traceparent else {}
        try:
            answer = await self._sidecar.call("POST", path, b"", headers=headers)
        except TransientError:
            self._telemetry.count("wakes_failed")
            return
        if not answer.ok:
            self._telemetry.count("wakes_failed")
