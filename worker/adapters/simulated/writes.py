"""Writes to the simulated cluster, as the API server carries them out: evict, and merge patch."""

from __future__ import annotations

import copy

from worker.adapters.simulated import answers
from worker.adapters.simulated.objects import is_ready, is_terminating, merge
from worker.adapters.simulated.store import Store
from worker.engine.ports import ApiAnswer, Json, ObjectRef

UNPROTECTED = ("Pending", "Succeeded", "Failed")  # phases of pods that no budget counts


def evict(store: Store, ref: ObjectRef, pod: Json, body: Json) -> ApiAnswer:
    """The budget comes first, and is spent even when the fence then fails.

    Seen: cluster_budgets/stale_and_blocked, cluster_budgets/stale_and_spent.
    """
    refused = _blocked(store, pod)
    if refused is not None:
        return refused
    wanted = (body.get("deleteOptions") or {}).get("preconditions") or {}
    for name in ("uid", "resourceVersion"):
        there = pod["metadata"][name]
        if name in wanted and wanted[name] != there:
            return answers.precondition_failed(ref, name, wanted[name], there)
    store.delete(pod)
    return answers.created()


def _blocked(store: Store, pod: Json) -> ApiAnswer | None:
    """Spends the budget of a pod that counts; one that doesn't goes if enough others do.

    Seen: cluster_budgets/pending_pod_under_a_broken_one,
    cluster_budgets/terminating_pod_under_a_spent_one,
    cluster_budgets/sick_pod_under_a_kept_one, cluster_budgets/spent,
    cluster_budgets/sick_pod_under_a_broken_one, cluster_evictions/same_request_again.
    """
    if pod["status"]["phase"] in UNPROTECTED or is_terminating(pod):
        return None
    budgets = [
        one
        for one in store.of("PodDisruptionBudget", pod["metadata"]["namespace"])
        if one["spec"]["selector"]["matchLabels"].items() <= pod["metadata"]["labels"].items()
    ]
    if len(budgets) > 1:
        return answers.several_budgets()
    for budget in budgets:
        status = budget["status"]
        if not is_ready(pod) and status["currentHealthy"] >= status["desiredHealthy"]:
            continue
        if status["disruptionsAllowed"] < 1:
            return answers.budget_violated(budget)
        status["disruptedPods"][pod["metadata"]["name"]] = store.clock.now_s()
        store.put("PodDisruptionBudget", budget)
    return None


def patch(store: Store, ref: ObjectRef, found: Json, body: Json) -> ApiAnswer:
    """What changes nothing leaves even the resourceVersion; annotations are a generation too.

    Seen: cluster_patches/same_patch_with_a_fresh_version, cluster_patches/annotation_only,
    cluster_patches/recreated.
    """
    metadata = body.get("metadata") or {}
    if (
        metadata.get("resourceVersion", found["metadata"]["resourceVersion"])
        != (found["metadata"]["resourceVersion"])
    ):
        return answers.modified(ref)
    if metadata.get("uid", found["metadata"]["uid"]) != found["metadata"]["uid"]:
        return answers.other_uid(ref, metadata["uid"])
    before = copy.deepcopy(found)
    merge(found, body)
    if found != before:
        found["metadata"]["generation"] += 1
        store.put(ref.kind, found)
    return ApiAnswer(200, copy.deepcopy(found))
