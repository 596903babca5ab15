"""What the disruption controller does: counting for budgets."""

from __future__ import annotations

from worker.adapters.simulated.objects import is_ready, is_terminating
from worker.adapters.simulated.store import Store
from worker.engine.ports import Json

DISRUPTED_KEPT_S = 120.0
"""How long an eviction that did not happen counts. Seen: cluster_slow/budget_comes_back."""


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
