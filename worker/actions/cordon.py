"""Keep new pods away from a node, and let it be used again: the opposites of each other.

Fence: uid and version, since a node has no generation. Uncordoning also tests the annotation
`<prefix>/cordoned-by`, which holds the id of the intent that cordoned it, and takes it away: where
it is missing, somebody else cordoned the node, and nothing is sent. `unschedulable` is left out
while it is false, so it is added and removed, never tested for false: what is cordoned already is
told by the read. Pods on the node stay.
Undo: each is the other's. Right: patch nodes.
"""

from __future__ import annotations

from worker.actions.json_patch import add, by_version, noted, patch, pointer, remove, test, unmarked
from worker.domain.marks import CORDONED_BY, INTENT_ID
from worker.domain.outbox import Intent
from worker.engine.perform import Unfit
from worker.engine.ports import Json, WriteRequest

UNSCHEDULABLE = pointer("spec", "unschedulable")


def cordon(intent: Intent, annotation_prefix: str, material: Json) -> WriteRequest | Unfit:
    if material["spec"].get("unschedulable"):
        return Unfit(f"{intent.target.text} is cordoned already")
    notes = {
        f"{annotation_prefix}/{INTENT_ID}": intent.id,
        f"{annotation_prefix}/{CORDONED_BY}": intent.id,
    }
    return patch(intent, *by_version(intent), add(UNSCHEDULABLE, True), *noted(material, notes))


def uncordon(intent: Intent, annotation_prefix: str, material: Json) -> WriteRequest | Unfit:
    mark = unmarked(material, f"{annotation_prefix}/{CORDONED_BY}")
    if isinstance(mark, Unfit):
        return mark
    return patch(
        intent,
        *by_version(intent),
        test(UNSCHEDULABLE, True),
        remove(UNSCHEDULABLE),
        *mark,
        *noted(material, {f"{annotation_prefix}/{INTENT_ID}": intent.id}),
    )
