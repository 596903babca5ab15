"""Set the upper bound of a horizontal autoscaler.

Fence: uid, version and the bound that was found; the wanted one is absolute. An autoscaler has no
generation, and its status changes at most once in each of its rounds. One that KEDA made is written
back by KEDA: no plan is made for it. Undo: the same, back to what was found.
Right: patch horizontalpodautoscalers.
"""

from __future__ import annotations

from worker.actions.json_patch import by_version, noted, patch, pointer, replace, test
from worker.domain.catalogue.marks import INTENT_ID
from worker.domain.document.outbox import Intent
from worker.engine.ports import Json, WriteRequest

MAXIMUM = pointer("spec", "maxReplicas")


def form(intent: Intent, annotation_prefix: str, material: Json) -> WriteRequest:
    return patch(
        intent,
        *by_version(intent),
        test(MAXIMUM, intent.parameters["from"]),
        replace(MAXIMUM, intent.parameters["maximum"]),
        *noted(material, {f"{annotation_prefix}/{INTENT_ID}": intent.id}),
    )
