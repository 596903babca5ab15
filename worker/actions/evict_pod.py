"""Evict one pod: the API server checks every disruption budget, and our fence.

Fence: the pod's uid and the resourceVersion that the decision saw. A pod that was replaced or has
changed since then is not evicted (409); a second send of the same intent finds it changed. Seen: a
stale eviction of a ready pod spends its disruption budget all the same, for some two minutes;
nothing is evicted, and until then the budget says no to everybody.
Undo: none needed, its controller makes another. Right: create pods/eviction.
"""

from __future__ import annotations

from worker.domain.document.outbox import Intent
from worker.engine.ports import Json, ObjectRef, WriteRequest


def form(intent: Intent, annotation_prefix: str, _: Json) -> WriteRequest:
    target = intent.target
    return WriteRequest(
        verb="create",
        ref=ObjectRef("Pod", target.namespace, target.name),
        subresource="eviction",
        body={
            "apiVersion": "policy/v1",
            "kind": "Eviction",
            "metadata": {
                "name": target.name,
                "namespace": target.namespace,
                "annotations": {f"{annotation_prefix}/intent-id": intent.id},
            },
            "deleteOptions": {
                "preconditions": {"uid": target.uid, "resourceVersion": intent.fence}
            },
        },
        intent_id=intent.id,
    )
