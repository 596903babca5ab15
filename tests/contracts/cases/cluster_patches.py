"""ClusterApi, patching a workload: the fence in the body, the rollout, and a patch done twice."""

from __future__ import annotations

from tests.contracts.cases.cluster_looks import (
    REVISION,
    answered,
    deployment_look,
    get,
    introduce,
    pods,
    uid,
    version,
)
from tests.contracts.cases.cluster_requests import (
    PREFIX,
    RESTARTED_AT,
    body,
    patch,
    restart,
    rolled_out,
)
from tests.contracts.cases.cluster_waits import deployed, quiet, ready_pods, sick_pods
from tests.contracts.observing import Note, until
from tests.contracts.rigs.cluster import UNTIL_RESTARTED, ClusterRig
from worker.engine.ports import ObjectRef


async def stale_version(rig: ClusterRig, note: Note) -> None:
    """Somebody has changed the workload since it was looked at."""
    found = await deployed(rig, "web", 1)
    await rig.annotate("Deployment", "web", "changed")
    introduce(note, rig, found)
    answered(note, "patch", await restart(rig, found))
    note("deployment", **deployment_look(await quiet(rig, "Deployment", "web")))


async def wrong_uid(rig: ClusterRig, note: Note) -> None:
    found = await deployed(rig, "web", 1)
    introduce(note, rig, found)
    other = "00000000-0000-4000-8000-000000000000"
    answered(note, "patch", await restart(rig, found, uid=other))
    note("deployment", **deployment_look(await get(rig, "Deployment", "web")))


async def recreated(rig: ClusterRig, note: Note) -> None:
    """Deleted and made anew under the same name: uid and version are another's."""
    found = await deployed(rig, "web", 1)
    await rig.remove("Deployment", "web")

    async def gone() -> bool:
        return not await pods(rig, "web")

    await until(rig.clock, "its pods are gone", gone)
    await deployed(rig, "web", 1)
    introduce(note, rig, found)
    answered(note, "patch", await restart(rig, found))
    note("deployment", **deployment_look(await get(rig, "Deployment", "web")))


async def absent(rig: ClusterRig, note: Note) -> None:
    introduce(note, rig)
    answered(note, "patch", await patch(rig, "nobody", body(uid="any", version="1")))


async def good(rig: ClusterRig, note: Note) -> None:
    """The answer at once, then a rollout that never goes below what was wanted."""
    found = await deployed(rig, "web", 3)
    before = {uid(one) for one in await pods(rig, "web")}
    introduce(note, rig, found)
    answer = await restart(rig, found)
    answered(note, "patch", answer)
    changed = answer.body
    note(
        "answer",
        generation=changed["metadata"]["generation"] - found["metadata"]["generation"],
        observed=changed["status"]["observedGeneration"] - found["metadata"]["generation"],
        same_version=version(changed) == version(found),
        intent=changed["metadata"]["annotations"][PREFIX],
        template=changed["spec"]["template"]["metadata"]["annotations"],
    )
    least = await rolled_out(rig, before, 3)
    note("rollout", least_ready=least)
    note("afterwards", **deployment_look(await quiet(rig, "Deployment", "web")))
    made = await pods(rig, "web")
    note("pods", annotations=[one["metadata"]["annotations"][RESTARTED_AT] for one in made])
    sets = await rig.api.list(ObjectRef("ReplicaSet", rig.namespace, label_selector="app=web"))
    note("replica sets", wanted=sorted(one["spec"]["replicas"] for one in sets))


async def same_request_again(rig: ClusterRig, note: Note) -> None:
    """The very same bytes: the first one has made their version old."""
    found = await deployed(rig, "web", 1)
    introduce(note, rig, found)
    assert (await restart(rig, found)).status == 200
    answered(note, "again", await restart(rig, found))


async def same_patch_with_a_fresh_version(rig: ClusterRig, note: Note) -> None:
    """The same intent, made anew from live state after its rollout: does anything happen?"""
    found = await deployed(rig, "web", 1)
    before = {uid(one) for one in await pods(rig, "web")}
    await restart(rig, found)
    await rolled_out(rig, before, 1)
    fresh = await quiet(rig, "Deployment", "web")
    introduce(note, rig, fresh)
    running = {uid(one) for one in await pods(rig, "web")}
    answer = await restart(rig, fresh)
    answered(note, "again", answer)
    await quiet(rig, "Deployment", "web")
    note(
        "answer",
        same_version=version(answer.body) == version(fresh),
        generation=answer.body["metadata"]["generation"] - fresh["metadata"]["generation"],
        same_pods={uid(one) for one in await pods(rig, "web")} == running,
    )


async def back_to_an_old_template(rig: ClusterRig, note: Note) -> None:
    """As an undo does it: the old ReplicaSet comes back under a new revision."""
    found = await deployed(rig, "web", 1)
    before = {uid(one) for one in await pods(rig, "web")}
    await restart(rig, found)
    await rolled_out(rig, before, 1)
    restarted = {uid(one) for one in await pods(rig, "web")}
    undo = {"spec": {"template": {"metadata": {"annotations": {RESTARTED_AT: None}}}}}
    answered(note, "patch", await patch(rig, "web", undo))
    await rolled_out(rig, restarted, 1)
    note("afterwards", **deployment_look(await quiet(rig, "Deployment", "web")))
    sets = await rig.api.list(ObjectRef("ReplicaSet", rig.namespace, label_selector="app=web"))
    looks = [[one["metadata"]["annotations"][REVISION], one["spec"]["replicas"]] for one in sets]
    note("replica sets", revisions=sorted(looks))


async def annotation_only(rig: ClusterRig, note: Note) -> None:
    """Metadata is no generation: nothing is rolled out."""
    found = await deployed(rig, "web", 1)
    introduce(note, rig, found)
    wanted = {"metadata": {"resourceVersion": version(found), "annotations": {PREFIX: "other"}}}
    answer = await patch(rig, "web", wanted)
    answered(note, "patch", answer)
    note(
        "answer",
        same_version=version(answer.body) == version(found),
        generation=answer.body["metadata"]["generation"] - found["metadata"]["generation"],
    )


async def annotation_removed(rig: ClusterRig, note: Note) -> None:
    """In a merge patch null takes away."""
    found = await deployed(rig, "web", 1)
    await patch(rig, "web", {"metadata": {"annotations": {PREFIX: "other"}}})
    answer = await patch(rig, "web", {"metadata": {"annotations": {PREFIX: None}}})
    introduce(note, rig, found)
    answered(note, "patch", answer)
    note("answer", kept=PREFIX in answer.body["metadata"]["annotations"])


async def heals_what_a_restart_heals(rig: ClusterRig, note: Note) -> None:
    await rig.deploy("sluggish", fault=UNTIL_RESTARTED)
    await sick_pods(rig, "sluggish", 1, 1)
    found = await quiet(rig, "Deployment", "sluggish")
    introduce(note, rig, found)
    answered(note, "patch", await restart(rig, found))
    await ready_pods(rig, "sluggish", 1)
    note("afterwards", **deployment_look(await quiet(rig, "Deployment", "sluggish")))


CASES = (
    stale_version, wrong_uid, recreated, absent, good, same_request_again,
    same_patch_with_a_fresh_version, back_to_an_old_template,
    annotation_only, annotation_removed, heals_what_a_restart_heals,
)  # fmt: skip
