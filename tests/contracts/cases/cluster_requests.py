"""The writes that the actions make, and waiting for what comes of them."""

from __future__ import annotations

from tests.contracts.cases.cluster_looks import is_ready, name_of, pods, uid, version
from tests.contracts.observing import until
from tests.contracts.rigs.cluster import ClusterRig
from worker.engine.ports import ApiAnswer, Json, ObjectRef, WriteRequest

INTENT = "intent-1"
PREFIX = "aiops-operator.io/intent-id"
RESTARTED_AT = "kubectl.kubernetes.io/restartedAt"
AT = "2026-01-01T10:00:00Z"


async def evict(rig: ClusterRig, name: str, **preconditions: str) -> ApiAnswer:
    """The request that worker/actions/evict_pod.py makes."""
    metadata = {
        "name": name,
        "namespace": rig.namespace,
        "annotations": {"aiops-operator.io/intent-id": INTENT},
    }
    body = {
        "apiVersion": "policy/v1",
        "kind": "Eviction",
        "metadata": metadata,
        "deleteOptions": {"preconditions": preconditions},
    }
    ref = ObjectRef("Pod", rig.namespace, name)
    return await rig.api.write(WriteRequest("create", ref, "eviction", body, INTENT))


async def evict_as_seen(rig: ClusterRig, pod: Json) -> ApiAnswer:
    return await evict(rig, name_of(pod), uid=uid(pod), resourceVersion=version(pod))


async def gone(rig: ClusterRig, name: str) -> None:
    async def look() -> bool:
        return await rig.api.get(ObjectRef("Pod", rig.namespace, name)) is None

    await until(rig.clock, f"pod {name} is gone", look)


def body(*, uid: str, version: str, intent: str = "intent-1", at: str = AT) -> Json:
    """The body that worker/actions/rollout_restart.py makes."""
    return {
        "metadata": {
            "uid": uid, "resourceVersion": version, "annotations": {PREFIX: intent},
        },
        "spec": {"template": {"metadata": {"annotations": {RESTARTED_AT: at}}}},
    }  # fmt: skip


async def patch(rig: ClusterRig, name: str, wanted: Json | list[Json]) -> ApiAnswer:
    ref = ObjectRef("Deployment", rig.namespace, name)
    return await rig.api.write(WriteRequest("patch", ref, "", wanted, "intent-1"))


async def restart(rig: ClusterRig, found: Json, **other: str) -> ApiAnswer:
    """Restart as seen, but for what is named."""
    return await patch(
        rig, name_of(found), body(**{"uid": uid(found), "version": version(found), **other})
    )


async def rolled_out(rig: ClusterRig, before: set[str], count: int) -> int:
    """The least number of ready pods, terminating ones left out, until all are new ones."""
    least = count

    async def look() -> bool:
        nonlocal least
        found = await pods(rig, "web")
        ready = [one for one in found if is_ready(one)]
        least = min(least, len(ready))
        return len(ready) == count == len(found) and not before & {uid(one) for one in found}

    await until(rig.clock, "the rollout is complete", look)
    return least
