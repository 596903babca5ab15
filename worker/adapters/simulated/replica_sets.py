"""What the Deployment controller does with ReplicaSets: one a template, numbered as they come."""

from __future__ import annotations

from worker.adapters.simulated.objects import (
    FORMER_REVISIONS,
    REVISION,
    controller,
    copied,
    is_ready,
    reference,
)
from worker.adapters.simulated.store import Store
from worker.domain.observed.template import HASH_LABEL
from worker.engine.ports import Json


def current_set(store: Store, deployment: Json) -> Json:
    """The ReplicaSet of this template; an old one comes back under a new revision.

    Seen: cluster_patches/back_to_an_old_template, cluster_verbs/roll_back,
    cluster_verbs/raise_memory_limit.
    """
    metadata = deployment["metadata"]
    newest = max((_number(one) for one in store.controlled_by(deployment)), default=0)
    found = set_of_template(store, deployment)
    if found is not None and _number(found) == newest:
        return found
    revision = str(newest + 1)
    metadata.setdefault("annotations", {})[REVISION] = revision
    if found is None:
        return store.put("ReplicaSet", _made(deployment, revision))
    annotations = found["metadata"]["annotations"]
    former = [annotations.get(FORMER_REVISIONS, ""), annotations[REVISION]]
    annotations[FORMER_REVISIONS] = ",".join(one for one in former if one)
    annotations[REVISION] = revision
    return store.put("ReplicaSet", found)


def set_of_template(store: Store, deployment: Json) -> Json | None:
    """The one that was made from this very template, if it is still there."""
    wanted = deployment["spec"]["template"]
    return next((one for one in store.controlled_by(deployment) if _fits(one, wanted)), None)


def report(store: Store, deployment: Json, pods: list[Json], *, wants_what_it_has: bool) -> None:
    """Wish and status of each ReplicaSet; a count of none is left out.

    Seen: cluster_patches/good, cluster_verbs/roll_back.
    """
    for one in store.controlled_by(deployment):
        mine = [pod for pod in pods if is_controlled_by(pod, one)]
        ready = sum(is_ready(pod) for pod in mine)
        wanted = len(mine) if wants_what_it_has else one["spec"]["replicas"]
        status = {"replicas": len(mine), **({"readyReplicas": ready} if ready else {})}
        if (one["spec"]["replicas"], one["status"]) != (wanted, status):
            one["spec"]["replicas"], one["status"] = wanted, status
            store.put("ReplicaSet", one)


def is_controlled_by(one: Json, owner: Json | None) -> bool:
    found = controller(one)
    if found is None or owner is None:
        return False
    return bool(found["uid"] == owner["metadata"]["uid"])


def _number(replica_set: Json) -> int:
    return int(replica_set["metadata"]["annotations"][REVISION])


def _fits(replica_set: Json, wanted: Json) -> bool:
    """The label of the controller's own is no difference."""
    template = replica_set["spec"]["template"]
    labels = {
        **wanted["metadata"]["labels"],
        HASH_LABEL: template["metadata"]["labels"][HASH_LABEL],
    }
    return bool(
        template["spec"] == wanted["spec"]
        and template["metadata"]["annotations"] == wanted["metadata"]["annotations"]
        and template["metadata"]["labels"] == labels
    )


def _made(deployment: Json, revision: str) -> Json:
    """Its template is a copy: the Deployment's own may be patched later."""
    metadata = deployment["metadata"]
    template = copied(deployment["spec"]["template"])
    template["metadata"]["labels"][HASH_LABEL] = revision
    return {
        "metadata": {
            "namespace": metadata["namespace"],
            "name": f"{metadata['name']}-{revision}",
            "labels": dict(template["metadata"]["labels"]),
            "annotations": {REVISION: revision},
            "ownerReferences": [reference("Deployment", deployment)],
        },
        "spec": {"replicas": 0, "template": template},
        "status": {"replicas": 0},
    }
