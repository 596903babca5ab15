"""Stop a CronJob from starting jobs, and let it go on again: the opposites of each other.

Fence: uid and generation, and whether it was suspended. Resuming also tests the annotation
`<prefix>/suspended-by`, which holds the id of the intent that suspended it, and takes it away:
where it is missing, somebody else suspended it, and nothing is sent. Jobs that run go on.
Undo: each is the other's. Right: patch cronjobs.
"""

from __future__ import annotations

from worker.actions.json_patch import by_generation, pointer, replace, test
from worker.actions.switch import switch_off, switch_on
from worker.domain.catalogue.marks import SUSPENDED_BY
from worker.domain.document.outbox import Intent
from worker.engine.perform import Unfit
from worker.engine.ports import Json, WriteRequest

SUSPEND = pointer("spec", "suspend")


def suspend(intent: Intent, annotation_prefix: str, material: Json) -> WriteRequest:
    operations = (*by_generation(intent), test(SUSPEND, False), replace(SUSPEND, True))
    return switch_on(intent, annotation_prefix, material, SUSPENDED_BY, operations)


def resume(intent: Intent, annotation_prefix: str, material: Json) -> WriteRequest | Unfit:
    operations = (*by_generation(intent), test(SUSPEND, True), replace(SUSPEND, False))
    return switch_off(intent, annotation_prefix, material, SUSPENDED_BY, operations)
