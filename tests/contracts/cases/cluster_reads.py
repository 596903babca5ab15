"""ClusterApi, reading: what is there, what is not, and how objects look that probes judge."""

from __future__ import annotations

from tests.contracts.cases.cluster_looks import (
    answered,
    deployment_look,
    get,
    introduce,
    name_of,
    pod_look,
    pods,
    restarts,
)
from tests.contracts.cases.cluster_looks import uid as uid_of
from tests.contracts.cases.cluster_waits import (
    budget_stands,
    deployed,
    ready_pods,
    sick_pods,
    starting_pod,
    waiting_pod,
)
from tests.contracts.observing import Note, until
from tests.contracts.rigs.cluster import SICK_NODE, UNPULLABLE, UNREADY_TEMPLATE, ClusterRig
from worker.engine.ports import ObjectRef, PermanentError, WriteRequest

SKEW_MAX_S = 5.0  # both clocks are this machine's; the header counts whole seconds


async def nothing_there(rig: ClusterRig, note: Note) -> None:
    """What does not exist is None or an empty list, never an error."""
    for kind in ("Pod", "Deployment", "StatefulSet", "DaemonSet"):
        note("get", kind=kind, found=await rig.api.get(ObjectRef(kind, rig.namespace, "nobody")))
    note("list", found=await rig.api.list(ObjectRef("Pod", rig.namespace)))
    note("no such namespace", found=await rig.api.list(ObjectRef("Pod", "no-such-namespace")))


async def without_the_right(rig: ClusterRig, note: Note) -> None:
    """The shipped account may not read ConfigMaps; budgets and Jobs it may only list."""
    introduce(note, rig)
    for what, call in (
        ("get", rig.api.get(ObjectRef("ConfigMap", rig.namespace, "settings"))),
        ("list", rig.api.list(ObjectRef("ConfigMap", rig.namespace))),
        ("get a budget", rig.api.get(ObjectRef("PodDisruptionBudget", rig.namespace, "any"))),
        ("get a Job", rig.api.get(ObjectRef("Job", rig.namespace, "any"))),
    ):
        try:
            await call
        except PermanentError as error:
            note(what, error=str(error))


async def ready_pod(rig: ClusterRig, note: Note) -> None:
    await rig.deploy("web")
    (pod,) = await ready_pods(rig, "web")
    note("pod", **pod_look(pod))
    assert name_of(await get(rig, "Pod", name_of(pod))) == name_of(pod)


async def starting(rig: ClusterRig, note: Note) -> None:
    pod = await starting_pod(rig)
    note.name("name", name_of(pod))
    note("pod", **{**pod_look(pod), "containers": len(pod["spec"]["containers"])})


async def unpullable_pod(rig: ClusterRig, note: Note) -> None:
    await rig.naked_pod("typo", fault=UNPULLABLE)
    note("pod", **pod_look(await waiting_pod(rig, "typo", "ImagePullBackOff")))


async def crash_looping_pod(rig: ClusterRig, note: Note) -> None:
    """Only the one on the sick node; its restarts go up."""
    await rig.deploy("backend", replicas=3, fault=SICK_NODE)
    sick, well, _ = await sick_pods(rig, "backend", 3, 1)
    note("sick", **pod_look(sick))
    note("well", **pod_look(well))

    async def more() -> bool:
        return restarts(await get(rig, "Pod", name_of(sick))) > restarts(sick) + 1

    note("restarts", grow=await until(rig.clock, "more restarts", more))


async def unready_pod(rig: ClusterRig, note: Note) -> None:
    await rig.deploy("sluggish", fault=UNREADY_TEMPLATE)
    (pod,) = await sick_pods(rig, "sluggish", 1, 1)
    note("pod", **pod_look(pod))
    note("deployment", **deployment_look(await get(rig, "Deployment", "sluggish")))


async def list_by_selector(rig: ClusterRig, note: Note) -> None:
    await rig.deploy("web")
    await rig.deploy("db", replicas=2)
    await ready_pods(rig, "web")
    await ready_pods(rig, "db", 2)
    for selector in ("app=web", "app=db", "app=nobody", "app in (web,db)", "app,app!=db", ""):
        found = await rig.api.list(ObjectRef("Pod", rig.namespace, label_selector=selector))
        names = sorted(one["metadata"]["labels"]["app"] for one in found)
        note("list", selector=selector, found=names)


async def complete_deployment(rig: ClusterRig, note: Note) -> None:
    found = await deployed(rig, "web", 3)
    note("deployment", **deployment_look(found))
    (replica_set,) = await rig.api.list(
        ObjectRef("ReplicaSet", rig.namespace, label_selector="app=web")
    )
    (owner,) = replica_set["metadata"]["ownerReferences"]
    note(
        "replica set",
        owner=[owner["apiVersion"], owner["kind"], owner["controller"]],
        of_this_deployment=owner["uid"] == uid_of(found),
        revision=replica_set["metadata"]["annotations"]["deployment.kubernetes.io/revision"],
        pods={
            uid_of(replica_set) == one["metadata"]["ownerReferences"][0]["uid"]
            for one in await pods(rig, "web")
        }
        == {True},
    )


async def counted_budget(rig: ClusterRig, note: Note) -> None:
    """A budget's status is its controller's, a moment after the pods changed."""
    await rig.deploy("web", replicas=3)
    await rig.budget("web-budget", "web", min_available=2)
    found = await budget_stands(rig, "web-budget", 3)
    counts = ("expectedPods", "currentHealthy", "desiredHealthy", "disruptionsAllowed")
    note(
        "budget",
        selector=found["spec"]["selector"],
        policy=found["spec"].get("unhealthyPodEvictionPolicy"),
        status={key: found["status"][key] for key in counts},
    )


async def server_time(rig: ClusterRig, note: Note) -> None:
    ahead_s = await rig.api.server_time_s() - rig.clock.now_s()
    note("server time", close=abs(ahead_s) <= SKEW_MAX_S)


async def writes_without_the_right(rig: ClusterRig, note: Note) -> None:
    """Rights come before existence: a pod that is not there may not be patched either."""
    introduce(note, rig)
    for verb, ref, subresource in (
        ("patch", ObjectRef("Pod", rig.namespace, "nobody"), ""),
        ("patch", ObjectRef("Deployment", rig.namespace, "nobody"), "scale"),
        ("create", ObjectRef("Pod", rig.namespace), ""),
    ):
        request = WriteRequest(verb, ref, subresource, {"metadata": {}}, "intent-1")
        answered(note, f"{verb} {ref.kind} {subresource}".strip(), await rig.api.write(request))


CASES = (
    nothing_there, without_the_right, ready_pod, starting, unpullable_pod, crash_looping_pod,
    unready_pod, list_by_selector, complete_deployment, counted_budget, server_time,
    writes_without_the_right,
)  # fmt: skip
