"""What the horizontal autoscalers do: as many replicas as the load needs, within their bounds."""

from __future__ import annotations

from collections.abc import Mapping

from worker.adapters.simulated.store import Store
from worker.engine.ports import Json


def bound(store: Store, autoscaler: Json, load: Mapping[str, int]) -> None:
    """The wish comes from the true load, where there is one; the lab has no metrics to read.

    Seen: cluster_others/an_autoscaler_holds_its_bound.
    """
    spec = autoscaler["spec"]
    app = spec["scaleTargetRef"]["name"]
    target = store.objects.get(("Deployment", autoscaler["metadata"]["namespace"], app))
    if target is None:
        return
    current = target["spec"]["replicas"]
    wanted = min(max(load.get(app, current), spec["minReplicas"]), spec["maxReplicas"])
    if wanted != current:
        target["spec"]["replicas"] = wanted
        target["metadata"]["generation"] += 1
        store.put("Deployment", target)
    status = {"currentReplicas": current, "desiredReplicas": wanted}
    if autoscaler["status"] != status:
        autoscaler["status"] = status
        store.put("HorizontalPodAutoscaler", autoscaler)
