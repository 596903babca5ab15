"""ClusterApi, the verbs that patch what is no workload: autoscalers, CronJobs and nodes."""

from __future__ import annotations

from tests.contracts.cases.cluster_intents import fenced, intended, notes, request, sent
from tests.contracts.cases.cluster_looks import get, introduce, pod_look, pods, uid
from tests.contracts.cases.cluster_unwell import node_seen
from tests.contracts.cases.cluster_waits import deployed, quiet, ready_pods
from tests.contracts.observing import Note, until
from tests.contracts.rigs.cluster import ClusterRig
from worker.domain.catalogue import Verb
from worker.engine.perform import Unfit
from worker.engine.ports import Json

NODE, ELSEWHERE = "node-b", "node-a"
EVERY_NODE = ("node-a", "node-b", "sick-node")
WAITED_S = 3.0  # a pod that is taken runs by then


async def raise_hpa_max(rig: ClusterRig, note: Note) -> None:
    await deployed(rig, "web", 1)
    await rig.autoscaler("web", maximum=2)
    found = await quiet(rig, "HorizontalPodAutoscaler", "web")
    introduce(note, rig, found)
    note("autoscaler", **_autoscaler_look(found))
    up: dict[str, int | str] = {"from": 2, "maximum": 3}
    changed = await fenced(rig, note, intended(Verb.RAISE_HPA_MAX, found, up))
    note("answer", notes=notes(changed), **_autoscaler_look(changed))
    found = await quiet(rig, "HorizontalPodAutoscaler", "web")
    down: dict[str, int | str] = {"from": 3, "maximum": 2}
    changed = await sent(rig, intended(Verb.RAISE_HPA_MAX, found, down, named="i-2"))
    note("undone", notes=notes(changed), **_autoscaler_look(changed))


async def an_autoscaler_holds_its_bound(rig: ClusterRig, note: Note) -> None:
    """More replicas than it may make are taken away; a higher bound brings none by itself."""
    await deployed(rig, "web", 3)
    await rig.autoscaler("web", maximum=2)

    async def wanted() -> bool:
        return bool((await get(rig, "Deployment", "web"))["spec"]["replicas"] == 2)

    note("bounded", wanted=await until(rig.clock, "two replicas", wanted))
    await ready_pods(rig, "web", 2)
    found = await quiet(rig, "HorizontalPodAutoscaler", "web")
    await sent(rig, intended(Verb.RAISE_HPA_MAX, found, {"from": 2, "maximum": 3}))
    after = await quiet(rig, "Deployment", "web")
    note("a higher bound", wanted=after["spec"]["replicas"])

    async def told() -> Json | None:
        status: Json = (await get(rig, "HorizontalPodAutoscaler", "web")).get("status") or {}
        return status if status.get("currentReplicas") == 2 else None

    status = await until(rig.clock, "two replicas in the status", told)
    note("status", current=status["currentReplicas"], desired=status["desiredReplicas"])


def _autoscaler_look(found: Json) -> Json:
    spec = found["spec"]
    return {
        "generation": found["metadata"].get("generation"),
        "target": spec["scaleTargetRef"],
        "minimum": spec.get("minReplicas"),
        "maximum": spec["maxReplicas"],
    }


async def suspend_cron_job(rig: ClusterRig, note: Note) -> None:
    await rig.cron_job("report")
    found = await get(rig, "CronJob", "report")
    introduce(note, rig, found)
    note("found", **_cron_job_look(found))
    changed = await fenced(rig, note, intended(Verb.SUSPEND_CRON_JOB, found))
    note("answer", notes=notes(changed), **_cron_job_look(changed))


async def resume_cron_job(rig: ClusterRig, note: Note) -> None:
    await rig.cron_job("report")
    found = await get(rig, "CronJob", "report")
    found = await sent(rig, intended(Verb.SUSPEND_CRON_JOB, found, named="i-0"))
    introduce(note, rig, found)
    note("found", notes=notes(found), **_cron_job_look(found))
    changed = await fenced(rig, note, intended(Verb.RESUME_CRON_JOB, found))
    note("answer", notes=notes(changed), **_cron_job_look(changed))
    not_ours = await request(rig, intended(Verb.RESUME_CRON_JOB, changed))
    note("not ours", why=not_ours.why if isinstance(not_ours, Unfit) else "sent")


def _cron_job_look(found: Json) -> Json:
    return {"generation": found["metadata"]["generation"], "suspend": found["spec"]["suspend"]}


async def cordon(rig: ClusterRig, note: Note) -> None:
    """New pods go elsewhere."""
    found = await quiet(rig, "Node", NODE)
    introduce(note, rig, found)
    note("found", **_node_look(found))
    note("seen", **await _seen(rig))
    changed = await fenced(rig, note, intended(Verb.CORDON, found))
    note("answer", notes=notes(changed), **_node_look(changed))
    again = await request(rig, intended(Verb.CORDON, changed))
    note("cordoned already", why=again.why if isinstance(again, Unfit) else "sent")
    note("seen", **await _seen(rig))
    await rig.deploy("web", replicas=2)
    made = await ready_pods(rig, "web", 2)
    note("pods", nodes=sorted(one["spec"]["nodeName"] for one in made))


async def uncordon(rig: ClusterRig, note: Note) -> None:
    """Ours only: it is used again, and what somebody else cordoned is left alone."""
    await sent(rig, intended(Verb.CORDON, await quiet(rig, "Node", NODE), named="i-0"))
    await rig.deploy("web", replicas=2)
    await ready_pods(rig, "web", 2)
    found = await quiet(rig, "Node", NODE)
    introduce(note, rig, found)
    note("found", notes=notes(found), **_node_look(found))
    changed = await fenced(rig, note, intended(Verb.UNCORDON, found))
    note("answer", notes=notes(changed), **_node_look(changed))
    await rig.deploy("web", replicas=3)
    await ready_pods(rig, "web", 3)
    note("pods", nodes=sorted(one["spec"]["nodeName"] for one in await pods(rig, "web")))
    await rig.cordon(ELSEWHERE)
    not_ours = await request(
        rig, intended(Verb.UNCORDON, other := await quiet(rig, "Node", ELSEWHERE))
    )
    note("not ours", why=not_ours.why if isinstance(not_ours, Unfit) else "sent")
    note("somebody else's", notes=notes(other), **_node_look(other))
    note("seen", **await _seen(rig))


async def no_node_is_left(rig: ClusterRig, note: Note) -> None:
    """A pod waits until there is one."""
    for name in EVERY_NODE:
        await rig.cordon(name)
    await rig.naked_pod("web")
    await rig.clock.sleep(WAITED_S)
    note("waits", **pod_look(await get(rig, "Pod", "web")))
    await rig.cordon(NODE, free=True)
    (pod,) = await ready_pods(rig, "web")
    note("placed", node=pod["spec"]["nodeName"])


def _node_look(found: Json) -> Json:
    """The fields of a node that its probe reads."""
    metadata = found["metadata"]
    return {
        "namespace": metadata.get("namespace"),
        "generation": metadata.get("generation"),
        "annotations": bool(metadata.get("annotations")),
        "unschedulable": found["spec"].get("unschedulable"),
        "conditions": {one["type"]: one["status"] for one in found["status"]["conditions"]},
    }


async def _seen(rig: ClusterRig) -> Json:
    """What the probe makes of it."""
    health = await node_seen(rig, NODE)
    assert health.target.uid == uid(await get(rig, "Node", NODE))
    return {
        "target": health.target.text,
        "pool": [health.pool, health.nodes_in_pool, health.cordoned_in_pool],
        "ready": health.ready,
        "schedulable": health.schedulable,
        "cordoned_by": health.cordoned_by,
        "control_plane": health.control_plane,
    }


CASES = (
    raise_hpa_max, an_autoscaler_holds_its_bound, suspend_cron_job, resume_cron_job, cordon,
    uncordon, no_node_is_left,
)  # fmt: skip
