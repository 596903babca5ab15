"""Put the pod template of an older revision back, whole; its ReplicaSet then returns.

The intent freezes the ReplicaSet's uid and the digest of its template. The template itself is read
right before the write: another object, or another digest, and nothing is sent.
Fence: uid and generation of the Deployment. Its status changes all the time while a rollout fails,
so its version would never hold still. Only the controller's label is left out of the template; a
restart's annotation stays as that revision had it, or no ReplicaSet would be found to fit. The
annotations are there to be added to: the controller notes the revision among them.
Undo: the same, with the ReplicaSet that was the current one. Right: patch deployments, get
replicasets.
"""

from __future__ import annotations

from worker.actions.json_patch import add, by_generation, patch, pointer, replace
from worker.domain.catalogue.marks import INTENT_ID
from worker.domain.document.outbox import Intent
from worker.domain.observed.template import template_digest, unhashed
from worker.engine.perform import Material, Unfit
from worker.engine.ports import Json, ObjectRef, WriteRequest


def reads(intent: Intent) -> Material:
    name, uid = intent.parameters["replica_set"], intent.parameters["replica_set_uid"]
    return Material(ObjectRef("ReplicaSet", intent.target.namespace, str(name)), str(uid))


def form(intent: Intent, annotation_prefix: str, material: Json) -> WriteRequest | Unfit:
    name, wanted = intent.parameters["replica_set"], intent.parameters["template"]
    template = (material.get("spec") or {}).get("template") or {}
    try:
        found = template_digest(template)
    except ValueError as error:
        return Unfit(f"the template of ReplicaSet {name} can't be compared: {error}")
    if found != wanted:
        return Unfit(f"ReplicaSet {name} runs template {found[:12]} now, not {str(wanted)[:12]}")
    return patch(
        intent,
        *by_generation(intent),
        replace(pointer("spec", "template"), unhashed(template)),
        add(pointer("metadata", "annotations", f"{annotation_prefix}/{INTENT_ID}"), intent.id),
    )
