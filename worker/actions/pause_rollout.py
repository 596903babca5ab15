"""Stop a rollout where it is, and let it go on again: the opposites of each other.

Fence: uid and generation, since the status of a Deployment that is rolled out changes all the time.
Resuming also tests the annotation `<prefix>/paused-by`, which holds the id of the intent that
paused it, and takes it away: where it is missing, somebody else paused it, and nothing is sent.
`paused` is left out while it is false, so it is added and removed, never tested for false: what is
paused already is told by the read.
Undo: each is the other's. Right: patch deployments.
"""

from __future__ import annotations

from worker.actions.json_patch import add, by_generation, pointer, remove, test
from worker.actions.switch import switch_off, switch_on
from worker.domain.catalogue.marks import PAUSED_BY
from worker.domain.document.outbox import Intent
from worker.engine.perform import Unfit
from worker.engine.ports import Json, WriteRequest

PAUSED = pointer("spec", "paused")


def pause(intent: Intent, annotation_prefix: str, material: Json) -> WriteRequest | Unfit:
    if material["spec"].get("paused"):
        return Unfit(f"{intent.target.text} is paused already")
    operations = (*by_generation(intent), add(PAUSED, True))
    return switch_on(intent, annotation_prefix, material, PAUSED_BY, operations)


def resume(intent: Intent, annotation_prefix: str, material: Json) -> WriteRequest | Unfit:
    operations = (*by_generation(intent), test(PAUSED, True), remove(PAUSED))
    return switch_off(intent, annotation_prefix, material, PAUSED_BY, operations)
