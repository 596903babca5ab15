"""ClusterApi, what only long waiting shows."""

from __future__ import annotations

from tests.contracts.cases.cluster_looks import name_of, uid
from tests.contracts.cases.cluster_requests import evict, evict_as_seen
from tests.contracts.cases.cluster_waits import budget_stands, ready_pods
from tests.contracts.observing import Note
from tests.contracts.rigs.cluster import ClusterRig

SPENT_S = 100.0  # a spent budget is still spent then, and comes back some seconds later
BACK_S = 140.0


async def budget_comes_back(rig: ClusterRig, note: Note) -> None:
    """An eviction that failed its fence has spent the budget; for how long?"""
    await rig.deploy("web", replicas=3)
    pod, *_ = await ready_pods(rig, "web", 3)
    await rig.budget("web-budget", "web", min_available=2)
    await budget_stands(rig, "web-budget", 3)
    await rig.annotate("Pod", name_of(pod), "changed")
    note("stale", status=(await evict_as_seen(rig, pod)).status)
    for after_s, before_s in ((SPENT_S, 0.0), (BACK_S, SPENT_S)):
        await rig.clock.sleep(after_s - before_s)
        note("later", after_s=after_s, status=(await evict(rig, name_of(pod), uid=uid(pod))).status)


CASES = (budget_comes_back,)
