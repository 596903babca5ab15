"""Keep new pods away from a node, and let it be used again: the opposites of each other.

Fence: uid and version, since a node has no generation. Uncordoning also tests the annotation
`<prefix>/cordoned-by`, which holds the id of the intent that cordoned it, and takes it away: where
it is missing, somebody else cordoned the node, and nothing is sent. `unschedulable` is left out
while it is false, so it is added and removed, never tested for false: what is cordoned already is
told by the read. Pods on the node stay.
Undo: each is the other's. Right: patch nodes.
"""

from __future__ import annotations

from worker.actions.json_patch import add, by_version, pointer, remove, test
from worker.actions.switch import switch_off, switch_on
from worker.domain.catalogue.marks import CORDONED_BY
from worker.domain.document.outbox import Intent
from worker.engine.perform import Unfit
from worker.engine.ports import Json, WriteRequest

UNSCHEDULABLE = pointer("spec", "unschedulable")


def cordon(intent: Intent, annotation_prefix: str, material: Json) -> WriteRequest | Unfit:
    if material["spec"].get("unschedulable"):
        return Unfit(f"{intent.target.text} is cordoned already")
    operations = (*by_version(intent), add(UNSCHEDULABLE, True))
    return switch_on(intent, annotation_prefix, material, CORDONED_BY, operations)


def uncordon(intent: Intent, annotation_prefix: str, material: Json) -> WriteRequest | Unfit:
    operations = (*by_version(intent), test(UNSCHEDULABLE, True), remove(UNSCHEDULABLE))
    return switch_off(intent, annotation_prefix, material, CORDONED_BY, operations)
