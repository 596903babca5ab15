"""What the control plane's controllers do: rollouts, and counting for disruption budgets."""

from __future__ import annotations

from collections.abc import Callable

from worker.adapters.simulated.objects import (
    REVISION,
    controller,
    is_ready,
    is_terminating,
    reference,
)
from worker.adapters.simulated.store import Store
from worker.engine.ports import Json

DISRUPTED_KEPT_S = 120.0
"""How long an eviction that did not happen counts. Seen: cluster_slow/budget_comes_back."""

CreatePod = Callable[[Json, Json], Json]
"""Deployment and ReplicaSet to the new pod."""


def reconcile(store: Store, deployment: Json, create_pod: CreatePod) -> None:
    """One more than wanted may exist, none less than wanted may be ready.

    Seen: cluster_patches/good, cluster_reads/complete_deployment.
    """
    wanted = deployment["spec"]["replicas"]
    current = _current_set(store, deployment)
    pods = [one for one in pods_of(store, deployment) if not is_terminating(one)]
    new = [one for one in pods if _controlled_by(one, current)]
    old = sorted((one for one in pods if one not in new), key=is_ready)
    missing = max(0, min(wanted + (1 if old else 0) - len(pods), wanted - len(new)))
    new += [create_pod(deployment, current) for _ in range(missing)]
    surplus = max(0, len(old) + sum(is_ready(one) for one in new) - wanted)
    for pod in (*old[:surplus], *new[wanted:]):
        store.delete(pod)
    left = [one for one in (*old, *new) if not is_terminating(one)]
    _scale(store, deployment, left)
    _report(store, deployment, current, left)


def _report(store: Store, deployment: Json, current: Json, pods: list[Json]) -> None:
    """The Deployment's status; a count of none is left out. Seen: cluster_reads/unready_pod."""
    ready = sum(is_ready(one) for one in pods)
    counts = {
        "observedGeneration": deployment["metadata"]["generation"],
        "replicas": len(pods),
        "updatedReplicas": sum(_controlled_by(one, current) for one in pods),
        "readyReplicas": ready,
        "availableReplicas": ready,
        "unavailableReplicas": max(0, deployment["spec"]["replicas"] - ready),
    }
    status = {key: count for key, count in counts.items() if count}
    if deployment["status"] != status:
        deployment["status"] = status
        store.put("Deployment", deployment)


def count(store: Store, budget: Json) -> None:
    """A budget's status: who is healthy, and how many may go.

    Seen: cluster_reads/counted_budget, cluster_budgets/stale_and_spent,
    cluster_budgets/deleted_by_somebody_else.
    """
    metadata, before = budget["metadata"], budget.get("status") or {}
    labels = budget["spec"]["selector"]["matchLabels"].items()
    pods = [
        one
        for one in store.of("Pod", metadata["namespace"])
        if labels <= one["metadata"]["labels"].items()
    ]
    staying = {one["metadata"]["name"] for one in pods if not is_terminating(one)}
    now_s = store.clock.now_s()
    disrupted = {
        name: at_s
        for name, at_s in before.get("disruptedPods", {}).items()
        if name in staying and now_s - at_s < DISRUPTED_KEPT_S
    }
    healthy = sum(
        is_ready(one) for one in pods if one["metadata"]["name"] in staying - {*disrupted}
    )
    desired = budget["spec"]["minAvailable"]
    status = {
        "expectedPods": len(pods), "currentHealthy": healthy, "desiredHealthy": desired,
        "disruptionsAllowed": max(0, healthy - desired), "disruptedPods": disrupted,
    }  # fmt: skip
    if status != before:
        budget["status"] = status
        store.put("PodDisruptionBudget", budget)


def pods_of(store: Store, deployment: Json) -> list[Json]:
    return [pod for one in store.controlled_by(deployment) for pod in store.controlled_by(one)]


def _current_set(store: Store, deployment: Json) -> Json:
    """The ReplicaSet of this template; an old one comes back under a new revision.

    Seen: cluster_patches/back_to_an_old_template.
    """
    metadata, template = deployment["metadata"], deployment["spec"]["template"]
    mine = store.controlled_by(deployment)
    revisions = [int(one["metadata"]["annotations"][REVISION]) for one in mine]
    newest = max(revisions, default=0)
    found = next((one for one in mine if one["spec"]["template"] == template), None)
    if found is not None and int(found["metadata"]["annotations"][REVISION]) == newest:
        return found
    revision = str(newest + 1)
    metadata.setdefault("annotations", {})[REVISION] = revision
    if found is not None:
        found["metadata"]["annotations"][REVISION] = revision
        return store.put("ReplicaSet", found)
    made = {
        "metadata": {
            "namespace": metadata["namespace"],
            "name": f"{metadata['name']}-{revision}",
            "labels": dict(template["metadata"]["labels"]),
            "annotations": {REVISION: revision},
            "ownerReferences": [reference("Deployment", deployment)],
        },
        "spec": {"replicas": 0, "template": _copied(template)},
    }
    return store.put("ReplicaSet", made)


def _scale(store: Store, deployment: Json, pods: list[Json]) -> None:
    """Each ReplicaSet wants what it has. Seen: cluster_patches/good."""
    for one in store.controlled_by(deployment):
        replicas = sum(_controlled_by(pod, one) for pod in pods)
        if one["spec"]["replicas"] != replicas:
            one["spec"]["replicas"] = replicas
            store.put("ReplicaSet", one)


def _controlled_by(one: Json, owner: Json) -> bool:
    found = controller(one)
    return found is not None and found["uid"] == owner["metadata"]["uid"]


def _copied(template: Json) -> Json:
    """The template as it is now: the Deployment's own may be patched later."""
    metadata = template["metadata"]
    return {
        "metadata": {**metadata, "annotations": dict(metadata["annotations"])},
        "spec": template["spec"],
    }
