"""Writes to the simulated cluster, as the API server carries them out: evictions and patches."""

from __future__ import annotations

from worker.adapters.simulated import answers
from worker.adapters.simulated.json_patch import PatchFailedError, patched
from worker.adapters.simulated.objects import canonical, copied, is_ready, is_terminating, merge
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


def merge_patch(store: Store, ref: ObjectRef, found: Json, body: Json) -> ApiAnswer:
    """Its fence is a part of it.

    Seen: cluster_patches/stale_version, cluster_patches/recreated, cluster_patches/wrong_uid.
    """
    metadata = body.get("metadata") or {}
    there = found["metadata"]
    if metadata.get("resourceVersion", there["resourceVersion"]) != there["resourceVersion"]:
        return answers.modified(ref)
    if metadata.get("uid", there["uid"]) != there["uid"]:
        return answers.other_uid(ref, metadata["uid"])
    made = copied(found)
    merge(made, body)
    return _changed(store, ref, found, made)


def json_patch(store: Store, ref: ObjectRef, found: Json, body: list[Json]) -> ApiAnswer:
    """Its fence are the tests in it.

    Seen: cluster_json_patches/a_failed_test, cluster_json_patches/invalid.
    """
    try:
        made = patched(found, body)
    except PatchFailedError:
        return answers.patch_failed()
    replicas = made["spec"].get("replicas", 0)
    if replicas < 0:
        return answers.negative_replicas(ref, replicas)
    return _changed(store, ref, found, made)


def _changed(store: Store, ref: ObjectRef, found: Json, made: Json) -> ApiAnswer:
    """What changes nothing leaves even the resourceVersion.

    Seen: cluster_patches/same_patch_with_a_fresh_version, cluster_json_patches/changes_nothing,
    cluster_verbs/canonical_quantity.
    """
    for container in made["spec"].get("template", {}).get("spec", {}).get("containers", []):
        canonical(container)
    if made != found:
        if _counts(ref.kind, found, made):
            made["metadata"]["generation"] += 1
        found.clear()
        found.update(made)
        store.put(ref.kind, found)
    return ApiAnswer(200, copied(found))


def _counts(kind: str, found: Json, made: Json) -> bool:
    """Whether it is another generation: of a Deployment annotations are, too.

    Seen: cluster_patches/annotation_only, cluster_others/suspend_cron_job,
    cluster_others/raise_hpa_max, cluster_others/cordon.
    """
    if "generation" not in found["metadata"]:
        return False
    before, after = (one["metadata"].get("annotations") for one in (found, made))
    annotated = kind == "Deployment" and before != after
    return annotated or bool(found["spec"] != made["spec"])
