"""Waiting until a cluster is as a case needs it, by the cluster's own clock."""

from __future__ import annotations

from tests.contracts.cases.cluster_looks import get, is_ready, name_of, pods, version
from tests.contracts.observing import until
from tests.contracts.rigs.cluster import STARTS_SLOWLY, ClusterRig
from worker.engine.ports import Json, ObjectRef

STARTS_MAX = 5
QUIET_S = 1.0  # without a change this long, controllers have nothing left to do


async def ready_pods(rig: ClusterRig, app: str, count: int = 1) -> list[Json]:
    async def look() -> list[Json] | None:
        found = await pods(rig, app)
        return found if len(found) == count and all(is_ready(one) for one in found) else None

    return await until(rig.clock, f"{count} ready pods of {app}", look)


async def sick_pods(rig: ClusterRig, app: str, count: int, sick: int) -> list[Json]:
    """All pods of the app once `sick` of them run and are not ready; those come first."""

    async def look() -> list[Json] | None:
        found = await pods(rig, app)
        began = [one for one in found if one["status"].get("phase") == "Running"]
        bad = [one for one in began if not is_ready(one)]
        if len(began) != count or len(bad) != sick:
            return None
        return bad + [one for one in began if is_ready(one)]

    return await until(rig.clock, f"{sick} sick pods of {app}", look)


async def starting_pod(rig: ClusterRig) -> Json:
    """A pod whose containers are being made: the first look that comes before it runs."""
    for attempt in range(STARTS_MAX):
        name = f"slow-{attempt}"
        await rig.naked_pod(name, fault=STARTS_SLOWLY)
        pod = await began(rig, name)
        if pod["status"]["phase"] == "Pending":
            return pod
    raise AssertionError(f"{STARTS_MAX} pods ran before they were looked at")


async def began(rig: ClusterRig, name: str) -> Json:
    """This pod once its node reports on its containers."""

    async def look() -> Json | None:
        found = await get(rig, "Pod", name)
        return found if found["status"].get("containerStatuses") else None

    return await until(rig.clock, f"pod {name} begins", look)


async def waiting_pod(rig: ClusterRig, name: str, reason: str) -> Json:
    """This pod once its container waits for this reason."""

    async def look() -> Json | None:
        found = await get(rig, "Pod", name)
        states = [one["state"] for one in found["status"].get("containerStatuses") or []]
        reasons = [(one.get("waiting") or {}).get("reason") for one in states]
        return found if reasons == [reason] else None

    return await until(rig.clock, f"pod {name} waits: {reason}", look)


async def quiet(rig: ClusterRig, kind: str, name: str) -> Json:
    """The object once nothing has changed it for a while."""

    async def look() -> Json | None:
        first = await get(rig, kind, name)
        await rig.clock.sleep(QUIET_S)
        second = await get(rig, kind, name)
        return second if version(first) == version(second) else None

    return await until(rig.clock, f"{kind} {name} is quiet", look)


async def deployed(rig: ClusterRig, app: str, replicas: int) -> Json:
    """A new Deployment, complete and quiet."""
    await rig.deploy(app, replicas=replicas)
    await ready_pods(rig, app, replicas)
    return await quiet(rig, "Deployment", app)


async def released(rig: ClusterRig, app: str, release: int, count: int) -> Json:
    """The Deployment, quiet, once exactly so many pods run this release, and all are ready."""

    async def look() -> bool:
        found = await pods(rig, app)
        images = {one["spec"]["containers"][0]["image"] for one in found}
        complete = len(found) == count and all(is_ready(one) for one in found)
        return complete and images == {f"{app}:{release}"}

    await until(rig.clock, f"release {release} of {app} is out", look)
    return await quiet(rig, "Deployment", app)


async def budget_stands(rig: ClusterRig, name: str, healthy: int) -> Json:
    """The budget once its controller has counted this many healthy pods."""

    async def look() -> Json | None:
        listed = await rig.api.list(ObjectRef("PodDisruptionBudget", rig.namespace))
        found = next(one for one in listed if name_of(one) == name)
        return found if (found.get("status") or {}).get("currentHealthy") == healthy else None

    return await until(rig.clock, f"budget {name}", look)
