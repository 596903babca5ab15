"""Restart a workload's pods through its own rolling update.

Fence: uid and resourceVersion in the body of a merge patch, so that the API server refuses it
(409, or 422 for another uid) once anything about the workload has changed; the restart annotation
carries the time of the intent, never of the sending, so the same intent makes the same template.
The intent's id on the workload shows later that it was done. Undo: none needed. Right: patch on the
workload's kind.
"""

from __future__ import annotations

from datetime import UTC, datetime

from worker.domain.document.outbox import Intent
from worker.engine.ports import Json, ObjectRef, WriteRequest

RESTARTED_AT = "kubectl.kubernetes.io/restartedAt"


def form(intent: Intent, annotation_prefix: str, _: Json) -> WriteRequest:
    target = intent.target
    at = datetime.fromtimestamp(intent.decided_at_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return WriteRequest(
        verb="patch",
        ref=ObjectRef(target.kind, target.namespace, target.name),
        subresource="",
        body={
            "metadata": {
                "uid": target.uid,
                "resourceVersion": intent.fence,
                "annotations": {f"{annotation_prefix}/intent-id": intent.id},
            },
            "spec": {"template": {"metadata": {"annotations": {RESTARTED_AT: at}}}},
        },
        intent_id=intent.id,
    )
