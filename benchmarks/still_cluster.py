"""A simulated cluster in which nothing moves: what is measured on it is the worker."""

from __future__ import annotations

from worker.adapters.simulated import SimulatedCluster
from worker.engine.ports import Json, ObjectRef


class StillCluster(SimulatedCluster):
    """Answers with the objects as they were when it was built."""

    async def get(self, ref: ObjectRef) -> Json | None:
        return self.world.objects.get((ref.kind, ref.namespace, ref.name))

    async def list(self, ref: ObjectRef) -> list[Json]:
        app = ref.label_selector.partition("=")[2]
        labelled = self.world.of(ref.kind, ref.namespace) if app else []
        return [one for one in labelled if one["metadata"]["labels"].get("app") == app]
