"""ClusterApi, evicting under disruption budgets: who may go, and what it costs."""

from __future__ import annotations

from tests.contracts.cases.cluster_looks import answered, get, introduce, name_of, pods, uid
from tests.contracts.cases.cluster_requests import evict, evict_as_seen
from tests.contracts.cases.cluster_waits import budget_stands, ready_pods, sick_pods, waiting_pod
from tests.contracts.observing import Note
from tests.contracts.rigs.cluster import SICK_NODE, UNPULLABLE, UNREADY_TEMPLATE, ClusterRig


async def blocked(rig: ClusterRig, note: Note) -> None:
    await rig.deploy("web", replicas=2)
    pod, _ = await ready_pods(rig, "web", 2)
    await rig.budget("web-budget", "web", min_available=2)
    await budget_stands(rig, "web-budget", 2)
    introduce(note, rig, pod)
    answered(note, "evict", await evict_as_seen(rig, pod))
    note("pods", count=len(await pods(rig, "web")))


async def spent(rig: ClusterRig, note: Note) -> None:
    """Two evictions in a row under a budget that bears one."""
    await rig.deploy("web", replicas=3)
    first, second, _ = await ready_pods(rig, "web", 3)
    await rig.budget("web-budget", "web", min_available=2)
    await budget_stands(rig, "web-budget", 3)
    introduce(note, rig, first, second)
    with rig.frozen():
        answered(note, "first", await evict_as_seen(rig, first))
        answer = await evict_as_seen(rig, second)
    # Which numbers its message names is a race between the API server and the budget's controller.
    note("second", status=answer.status)


async def stale_and_blocked(rig: ClusterRig, note: Note) -> None:
    """Which of the two is said first?"""
    await rig.deploy("web", replicas=2)
    pod, _ = await ready_pods(rig, "web", 2)
    await rig.budget("web-budget", "web", min_available=2)
    await budget_stands(rig, "web-budget", 2)
    await rig.annotate("Pod", name_of(pod), "changed")
    introduce(note, rig, pod, await get(rig, "Pod", name_of(pod)))
    answered(note, "evict", await evict_as_seen(rig, pod))


async def stale_and_spent(rig: ClusterRig, note: Note) -> None:
    """Is a budget spent by an eviction that then fails its fence?"""
    await rig.deploy("web", replicas=3)
    first, second, _ = await ready_pods(rig, "web", 3)
    await rig.budget("web-budget", "web", min_available=2)
    await budget_stands(rig, "web-budget", 3)
    await rig.annotate("Pod", name_of(first), "changed")
    introduce(note, rig, first, await get(rig, "Pod", name_of(first)), second)
    answered(note, "stale", await evict_as_seen(rig, first))
    answer = await evict_as_seen(rig, second)
    note("another pod", status=answer.status)
    note("the same pod, fresh", status=(await evict(rig, name_of(first), uid=uid(first))).status)


async def terminating_pod_under_a_spent_one(rig: ClusterRig, note: Note) -> None:
    """Who is going already may be evicted again; nobody else may."""
    await rig.deploy("web", replicas=2)
    first, second = await ready_pods(rig, "web", 2)
    await rig.budget("web-budget", "web", min_available=1)
    await budget_stands(rig, "web-budget", 2)
    with rig.frozen():
        assert (await evict_as_seen(rig, first)).status == 201
        note("again", status=(await evict(rig, name_of(first), uid=uid(first))).status)
        note("another", status=(await evict_as_seen(rig, second)).status)


async def deleted_by_somebody_else(rig: ClusterRig, note: Note) -> None:
    """Who is going does not count as healthy, however ready it still is."""
    await rig.deploy("web", replicas=2)
    first, second = await ready_pods(rig, "web", 2)
    await rig.budget("web-budget", "web", min_available=1)
    await budget_stands(rig, "web-budget", 2)
    introduce(note, rig, second)
    with rig.frozen():
        await rig.remove("Pod", name_of(first))
        await budget_stands(rig, "web-budget", 1)
        answered(note, "evict the other", await evict_as_seen(rig, second))


async def pending_pod_under_a_broken_one(rig: ClusterRig, note: Note) -> None:
    """A pod that does not run yet is missed by nobody."""
    await rig.naked_pod("typo", fault=UNPULLABLE)
    pod = await waiting_pod(rig, "typo", "ImagePullBackOff")
    await rig.budget("typo-budget", "typo", min_available=1)
    await budget_stands(rig, "typo-budget", 0)
    introduce(note, rig, pod)
    answered(note, "evict", await evict(rig, "typo", uid=uid(pod)))


async def sick_pod_under_a_kept_one(rig: ClusterRig, note: Note) -> None:
    """Enough others are healthy, so evicting the sick one costs nothing."""
    await rig.deploy("backend", replicas=3, fault=SICK_NODE)
    sick, well, _ = await sick_pods(rig, "backend", 3, 1)
    await rig.budget("backend-budget", "backend", min_available=2)
    await budget_stands(rig, "backend-budget", 2)
    introduce(note, rig, sick, well)
    answered(note, "the healthy one", await evict_as_seen(rig, well))
    answered(note, "the sick one", await evict(rig, name_of(sick), uid=uid(sick)))


async def sick_pod_under_a_broken_one(rig: ClusterRig, note: Note) -> None:
    """Nobody is healthy: with the default policy not even a sick pod may go."""
    await rig.deploy("sluggish", replicas=2, fault=UNREADY_TEMPLATE)
    pod, _ = await sick_pods(rig, "sluggish", 2, 2)
    await rig.budget("sluggish-budget", "sluggish", min_available=1)
    await budget_stands(rig, "sluggish-budget", 0)
    introduce(note, rig, pod)
    answered(note, "evict", await evict(rig, name_of(pod), uid=uid(pod)))


async def two_at_once(rig: ClusterRig, note: Note) -> None:
    await rig.deploy("web", replicas=2)
    pod, _ = await ready_pods(rig, "web", 2)
    for name in ("web-budget", "web-budget-2"):
        await rig.budget(name, "web", min_available=1)
        await budget_stands(rig, name, 2)
    introduce(note, rig, pod)
    answered(note, "evict", await evict_as_seen(rig, pod))


CASES = (
    blocked,
    spent,
    stale_and_blocked,
    stale_and_spent,
    terminating_pod_under_a_spent_one,
    deleted_by_somebody_else,
    pending_pod_under_a_broken_one,
    sick_pod_under_a_kept_one,
    sick_pod_under_a_broken_one,
    two_at_once,
)
