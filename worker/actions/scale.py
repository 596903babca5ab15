"""Set the number of replicas.

Fence: uid, generation, and the number that was found; the wanted one is absolute. The workload
itself is patched, not its scale: that subresource keeps no annotation, so nobody could see whose
deed it was. Undo: the same, back to what was found. Right: patch on the workload's kind.
"""

from __future__ import annotations

from worker.actions.json_patch import by_generation, noted, patch, pointer, replace, test
from worker.domain.catalogue.marks import INTENT_ID
from worker.domain.document.outbox import Intent
from worker.engine.ports import Json, WriteRequest

REPLICAS = pointer("spec", "replicas")


def form(intent: Intent, annotation_prefix: str, material: Json) -> WriteRequest:
    return patch(
        intent,
        *by_generation(intent),
        test(REPLICAS, intent.parameters["from"]),
        replace(REPLICAS, intent.parameters["replicas"]),
        *noted(material, {f"{annotation_prefix}/{INTENT_ID}": intent.id}),
    )
