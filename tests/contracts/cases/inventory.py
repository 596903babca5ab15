"""Inventory: whose pod is it, also when it is gone; and which workloads are there."""

from __future__ import annotations

from typing import Protocol

from tests.contracts.cases.cluster_looks import get, introduce, name_of, pods, uid
from tests.contracts.cases.cluster_requests import evict
from tests.contracts.cases.cluster_waits import ready_pods
from tests.contracts.observing import Note, until
from tests.contracts.rigs.cluster import ClusterRig
from worker.domain.document.identity import Target
from worker.domain.incoming.correlation import Inventory
from worker.engine.ports import ObjectRef


class InventoryRig(ClusterRig, Protocol):
    @property
    def inventory(self) -> Inventory: ...


async def pod_of_a_deployment(rig: InventoryRig, note: Note) -> None:
    """The chain is followed to its top, past the ReplicaSet."""
    await rig.deploy("web")
    (pod,) = await ready_pods(rig, "web")
    deployment = await get(rig, "Deployment", "web")
    introduce(note, rig, pod, deployment)
    owner = await _known(rig, name_of(pod))
    assert owner.uid == uid(deployment)
    note("owner", **_told(owner))


async def naked_pod(rig: InventoryRig, note: Note) -> None:
    await rig.naked_pod("lonely")
    (pod,) = await ready_pods(rig, "lonely")
    introduce(note, rig, pod)
    owner = await _known(rig, "lonely")
    assert owner.uid == uid(pod)
    note("owner", **_told(owner))


async def unknown_pod(rig: InventoryRig, note: Note) -> None:
    """Also a name that another namespace has."""
    await rig.naked_pod("lonely")
    await _known(rig, "lonely")
    found = [
        rig.inventory.owner_of_pod(rig.namespace, "nobody"),
        rig.inventory.owner_of_pod("elsewhere", "lonely"),
        rig.inventory.owner_of_pod("", ""),
    ]
    assert found == [None, None, None]
    note("owner", found=[one is not None for one in found])


async def vanished_pod(rig: InventoryRig, note: Note) -> None:
    """An alert about a pod is often younger than the pod's end."""
    await rig.deploy("web")
    (pod,) = await ready_pods(rig, "web")
    deployment = await get(rig, "Deployment", "web")
    introduce(note, rig, pod, deployment)
    await _known(rig, name_of(pod))
    await evict(rig, name_of(pod), uid=uid(pod))
    await _gone(rig, name_of(pod))
    owner = await _known(rig, name_of(pod))
    assert owner.uid == uid(deployment)
    note("owner", **_told(owner))


async def vanished_deployment(rig: InventoryRig, note: Note) -> None:
    """The workload is gone with its pods: the pod's owner is still told, the workload is not."""
    await rig.deploy("web")
    (pod,) = await ready_pods(rig, "web")
    introduce(note, rig, pod, await get(rig, "Deployment", "web"))
    await _known(rig, name_of(pod))
    await rig.remove("Deployment", "web")
    await _gone(rig, name_of(pod))

    async def unlisted() -> bool:
        return rig.inventory.workload(rig.namespace, "Deployment", "web") is None

    note("workload", gone=await until(rig.clock, "the workload is not listed", unlisted))
    note("owner", **_told(await _known(rig, name_of(pod))))


async def workloads(rig: InventoryRig, note: Note) -> None:
    """By kind, namespace and name, all three."""
    await rig.deploy("web")
    (pod,) = await ready_pods(rig, "web")
    introduce(note, rig, await get(rig, "Deployment", "web"))
    await _known(rig, name_of(pod))
    for namespace, kind, name in (
        (rig.namespace, "Deployment", "web"),
        (rig.namespace, "StatefulSet", "web"),
        (rig.namespace, "Deployment", "nobody"),
        ("elsewhere", "Deployment", "web"),
        (rig.namespace, "Gadget", "web"),
    ):
        found = rig.inventory.workload(namespace, kind, name)
        note("workload", namespace=namespace, kind=kind, name=name, found=_told(found))


async def job_of_a_cron_job(rig: InventoryRig, note: Note) -> None:
    await rig.cron_job("report")
    await rig.job("report", "report-1", fails=True)
    introduce(note, rig, await get(rig, "CronJob", "report"))
    note("owner", **_told(await _whose(rig, "Job", "report-1")))
    note("nobody's", found=_told(rig.inventory.owner_of(rig.namespace, "Job", "report")))
    note("elsewhere", found=_told(rig.inventory.owner_of("elsewhere", "Job", "report-1")))


async def scaled_by_an_autoscaler(rig: InventoryRig, note: Note) -> None:
    """Its own name says nothing; what it scales has to exist."""
    await rig.deploy("web")
    (pod,) = await ready_pods(rig, "web")
    await _known(rig, name_of(pod))
    await rig.autoscaler("web", maximum=2)
    introduce(note, rig, await get(rig, "Deployment", "web"))
    kind = "HorizontalPodAutoscaler"
    note("owner", **_told(await _whose(rig, kind, "web")))
    await rig.remove("Deployment", "web")

    async def unlisted() -> bool:
        return rig.inventory.owner_of(rig.namespace, kind, "web") is None

    note("what it scaled is gone", gone=await until(rig.clock, "nobody's", unlisted))


async def _whose(rig: InventoryRig, kind: str, name: str) -> Target:
    async def look() -> Target | None:
        return rig.inventory.owner_of(rig.namespace, kind, name)

    return await until(rig.clock, f"the inventory knows {kind} {name}", look)


async def _known(rig: InventoryRig, pod: str) -> Target:
    async def look() -> Target | None:
        return rig.inventory.owner_of_pod(rig.namespace, pod)

    return await until(rig.clock, f"the inventory knows {pod}", look)


async def _gone(rig: InventoryRig, pod: str) -> None:
    async def look() -> bool:
        there = await rig.api.get(ObjectRef("Pod", rig.namespace, pod))
        return there is None and pod not in {name_of(one) for one in await pods(rig, "web")}

    await until(rig.clock, f"{pod} is gone", look)


def _told(target: Target | None) -> dict[str, str]:
    if target is None:
        return {}
    return {"kind": target.kind, "namespace": target.namespace, "name": target.name}


CASES = (
    pod_of_a_deployment, naked_pod, unknown_pod, vanished_pod, vanished_deployment, workloads,
    job_of_a_cron_job, scaled_by_an_autoscaler,
)  # fmt: skip
