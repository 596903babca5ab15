"""What the Deployment controller does with pods: rollouts, pauses and scaling."""

from __future__ import annotations

from collections.abc import Callable

from worker.adapters.simulated.objects import is_ready, is_terminating
from worker.adapters.simulated.replica_sets import (
    current_set,
    is_controlled_by,
    report,
    set_of_template,
)
from worker.adapters.simulated.store import Store
from worker.engine.ports import Json

CreatePod = Callable[[Json, Json], Json]
"""Deployment and ReplicaSet to the new pod."""


def reconcile(store: Store, deployment: Json, create_pod: CreatePod) -> None:
    """One more than wanted may exist, none less than wanted may be ready.

    Seen: cluster_patches/good, cluster_reads/complete_deployment, cluster_verbs/scale,
    cluster_verbs/resume_rollout.
    """
    if deployment["spec"].get("paused"):
        _hold(store, deployment, create_pod)
        return
    wanted = deployment["spec"]["replicas"]
    current = current_set(store, deployment)
    pods = [one for one in pods_of(store, deployment) if not is_terminating(one)]
    new = [one for one in pods if is_controlled_by(one, current)]
    old = sorted((one for one in pods if one not in new), key=is_ready)
    missing = max(0, min(wanted + (1 if old else 0) - len(pods), wanted - len(new)))
    new += [create_pod(deployment, current) for _ in range(missing)]
    surplus = max(0, len(old) + sum(is_ready(one) for one in new) - wanted)
    for pod in (*old[:surplus], *new[wanted:]):
        store.delete(pod)
    left = [one for one in (*old, *new) if not is_terminating(one)]
    report(store, deployment, left, wants_what_it_has=True)
    _tell(store, deployment, current, left)


def _hold(store: Store, deployment: Json, create_pod: CreatePod) -> None:
    """Paused: no ReplicaSet is made or exchanged for another, and each keeps its number of pods.

    With one in use it follows the Deployment's number; how several share a change was never
    recorded, and they keep theirs. Seen: cluster_verbs/pause_rollout,
    cluster_verbs/paused_is_still_kept.
    """
    used = [one for one in store.controlled_by(deployment) if one["spec"]["replicas"]]
    total = deployment["spec"]["replicas"]
    if len(used) == 1 and used[0]["spec"]["replicas"] != total:
        used[0]["spec"]["replicas"] = total
        store.put("ReplicaSet", used[0])
    left: list[Json] = []
    for one in used:
        pods = [pod for pod in store.controlled_by(one) if not is_terminating(pod)]
        wanted = one["spec"]["replicas"]
        pods += [create_pod(deployment, one) for _ in range(wanted - len(pods))]
        for pod in pods[wanted:]:
            store.delete(pod)
        left += pods[:wanted]
    report(store, deployment, left, wants_what_it_has=False)
    _tell(store, deployment, set_of_template(store, deployment), left)


def _tell(store: Store, deployment: Json, current: Json | None, pods: list[Json]) -> None:
    """The Deployment's status; a count of none is left out. Seen: cluster_reads/unready_pod."""
    ready = sum(is_ready(one) for one in pods)
    counts = {
        "observedGeneration": deployment["metadata"]["generation"],
        "replicas": len(pods),
        "updatedReplicas": sum(is_controlled_by(one, current) for one in pods),
        "readyReplicas": ready,
        "availableReplicas": ready,
        "unavailableReplicas": len(pods) - ready,
    }
    status = {key: count for key, count in counts.items() if count}
    if deployment["status"] != status:
        deployment["status"] = status
        store.put("Deployment", deployment)


def pods_of(store: Store, deployment: Json) -> list[Json]:
    return [pod for one in store.controlled_by(deployment) for pod in store.controlled_by(one)]
