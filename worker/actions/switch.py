"""What is switched on by us and off by us alone: the mark on the object says whose it is."""

from __future__ import annotations

from worker.actions.json_patch import noted, patch, unmarked
from worker.domain.catalogue.marks import INTENT_ID
from worker.domain.document.outbox import Intent
from worker.engine.perform import Unfit
from worker.engine.ports import Json, WriteRequest

Operations = tuple[Json, ...]


def switch_on(
    intent: Intent, annotation_prefix: str, material: Json, mark: str, operations: Operations
) -> WriteRequest:
    """The operations, with our mark set in the same write."""
    notes = {
        f"{annotation_prefix}/{INTENT_ID}": intent.id,
        f"{annotation_prefix}/{mark}": intent.id,
    }
    return patch(intent, *operations, *noted(material, notes))


def switch_off(
    intent: Intent, annotation_prefix: str, material: Json, mark: str, operations: Operations
) -> WriteRequest | Unfit:
    """The operations, with our mark tested and taken away; without it nothing is sent."""
    ours = unmarked(material, f"{annotation_prefix}/{mark}")
    if isinstance(ours, Unfit):
        return ours
    notes = {f"{annotation_prefix}/{INTENT_ID}": intent.id}
    return patch(intent, *operations, *ours, *noted(material, notes))
