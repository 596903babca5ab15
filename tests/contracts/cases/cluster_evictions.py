"""ClusterApi, evicting: the fence, and what becomes of the pod."""

from __future__ import annotations

from tests.contracts.cases.cluster_looks import (
    answered,
    get,
    introduce,
    name_of,
    pods,
    uid,
    version,
)
from tests.contracts.cases.cluster_requests import evict, evict_as_seen, gone
from tests.contracts.cases.cluster_waits import ready_pods
from tests.contracts.observing import Note
from tests.contracts.rigs.cluster import ClusterRig


async def wrong_uid(rig: ClusterRig, note: Note) -> None:
    await rig.deploy("web")
    (pod,) = await ready_pods(rig, "web")
    introduce(note, rig, pod)
    other = "00000000-0000-4000-8000-000000000000"
    answered(note, "evict", await evict(rig, name_of(pod), uid=other, resourceVersion=version(pod)))
    note("pod", still_there=[name_of(one) for one in await pods(rig, "web")])


async def wrong_version(rig: ClusterRig, note: Note) -> None:
    """Somebody has changed the pod since it was looked at."""
    await rig.deploy("web")
    (pod,) = await ready_pods(rig, "web")
    await rig.annotate("Pod", name_of(pod), "changed")
    introduce(note, rig, pod, await get(rig, "Pod", name_of(pod)))
    answered(note, "evict", await evict_as_seen(rig, pod))
    note("pod", still_there=[name_of(one) for one in await pods(rig, "web")])


async def absent_pod(rig: ClusterRig, note: Note) -> None:
    introduce(note, rig)
    answered(note, "evict", await evict(rig, "nobody", uid="any", resourceVersion="1"))


async def good(rig: ClusterRig, note: Note) -> None:
    """It terminates, vanishes, and its controller has made another by then."""
    await rig.deploy("web")
    (pod,) = await ready_pods(rig, "web")
    introduce(note, rig, pod)
    with rig.frozen():
        answered(note, "evict", await evict_as_seen(rig, pod))
        leaving = await get(rig, "Pod", name_of(pod))
    note(
        "at once",
        terminating="deletionTimestamp" in leaving["metadata"],
        same_version=version(leaving) == version(pod),
        phase=leaving["status"]["phase"],
    )
    await gone(rig, name_of(pod))
    (other,) = await ready_pods(rig, "web")
    note("replacement", same_name=name_of(other) == name_of(pod), same_uid=uid(other) == uid(pod))


async def naked(rig: ClusterRig, note: Note) -> None:
    """Nothing replaces a pod without a controller."""
    await rig.naked_pod("lonely")
    (pod,) = await ready_pods(rig, "lonely")
    introduce(note, rig, pod)
    answered(note, "evict", await evict_as_seen(rig, pod))
    await gone(rig, "lonely")
    note("afterwards", pods=len(await pods(rig, "lonely")))


async def same_request_again(rig: ClusterRig, note: Note) -> None:
    """While the pod terminates, and once it is gone."""
    await rig.deploy("web")
    (pod,) = await ready_pods(rig, "web")
    introduce(note, rig, pod)
    with rig.frozen():
        first = await evict_as_seen(rig, pod)
        assert first.status == 201
        note.name("version", version(await get(rig, "Pod", name_of(pod))))
        answered(note, "while it terminates", await evict_as_seen(rig, pod))
    await gone(rig, name_of(pod))
    answered(note, "once it is gone", await evict_as_seen(rig, pod))


async def terminating_pod_anew(rig: ClusterRig, note: Note) -> None:
    """A decision that saw the pod terminating, and evicts it nevertheless."""
    await rig.deploy("web")
    (pod,) = await ready_pods(rig, "web")
    introduce(note, rig, pod)
    with rig.frozen():
        await evict_as_seen(rig, pod)
        leaving = await get(rig, "Pod", name_of(pod))
        introduce(note, rig, leaving)
        answered(note, "evict", await evict_as_seen(rig, leaving))
        again = await get(rig, "Pod", name_of(pod))
    note("pod", same_version=version(again) == version(leaving))


CASES = (
    wrong_uid, wrong_version, absent_pod, good, naked, same_request_again, terminating_pod_anew,
)  # fmt: skip
