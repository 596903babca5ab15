"""ClusterApi, JSON patches as such: what the API server takes, and what it says to the rest."""

from __future__ import annotations

from tests.contracts.cases.cluster_looks import answered, get, introduce, uid, version
from tests.contracts.cases.cluster_requests import patch
from tests.contracts.cases.cluster_waits import deployed
from tests.contracts.observing import Note
from tests.contracts.rigs.cluster import ClusterRig
from worker.engine.ports import Json, ObjectRef, WriteRequest

NOTE = "/metadata/annotations/aiops-operator.io~1intent-id"


def one(op: str, path: str, *value: object) -> Json:
    return {"op": op, "path": path, **({"value": value[0]} if value else {})}


async def a_failed_test(rig: ClusterRig, note: Note) -> None:
    """A test that fails writes nothing, wherever it stands."""
    found = await deployed(rig, "web", 1)
    introduce(note, rig, found)
    change = one("replace", "/spec/replicas", 2)
    for what, tests in (
        ("uid", [one("test", "/metadata/uid", "another")]),
        ("generation", [one("test", "/metadata/generation", 99)]),
        ("version", [one("test", "/metadata/resourceVersion", "1")]),
        ("number as text", [one("test", "/spec/replicas", "1")]),
        ("nothing there", [one("test", "/spec/nothing", 1)]),
        ("below nothing", [one("test", "/spec/nothing/at/all", 1)]),
        ("beyond the list", [one("test", "/spec/template/spec/containers/5/name", "web")]),
    ):
        answered(note, what, await patch(rig, "web", [*tests, change]))
        answered(note, f"{what}, at the end", await patch(rig, "web", [change, *tests]))
    after = await get(rig, "Deployment", "web")
    note(
        "afterwards",
        wanted=after["spec"]["replicas"],
        same_version=version(after) == version(found),
    )


async def missing(rig: ClusterRig, note: Note) -> None:
    """What is not there: below a missing map nothing can be added, and nothing be removed twice."""
    found = await deployed(rig, "web", 1)
    await rig.autoscaler("web", maximum=3)
    introduce(note, rig, found, bare := await get(rig, "HorizontalPodAutoscaler", "web"))
    note("autoscaler", annotations=bare["metadata"].get("annotations"))
    ref = ObjectRef("HorizontalPodAutoscaler", rig.namespace, "web")
    for what, operation in (
        ("add below a missing map", one("add", NOTE, "i-1")),
        ("replace below a missing map", one("replace", NOTE, "i-1")),
        ("remove below a missing map", one("remove", NOTE)),
        ("add the map", one("add", "/metadata/annotations", {"aiops-operator.io/intent-id": "i"})),
        ("add to the map", one("add", NOTE, "i-1")),
        ("remove", one("remove", NOTE)),
        ("remove again", one("remove", NOTE)),
        ("replace what is left out", one("replace", "/metadata/labels", {"app": "web"})),
    ):
        answered(note, what, await rig.api.write(WriteRequest("patch", ref, "", [operation], "i")))
    answered(note, "absent object", await patch(rig, "nobody", [one("test", "/metadata/uid", "x")]))


async def invalid(rig: ClusterRig, note: Note) -> None:
    """A patch that fits and makes an object that doesn't: the same code in other words."""
    found = await deployed(rig, "web", 1)
    introduce(note, rig, found)
    answered(note, "replicas", await patch(rig, "web", [one("replace", "/spec/replicas", -1)]))
    after = await get(rig, "Deployment", "web")
    note("afterwards", same_version=version(after) == version(found))


async def changes_nothing(rig: ClusterRig, note: Note) -> None:
    found = await deployed(rig, "web", 1)
    introduce(note, rig, found)
    same = [one("test", "/metadata/uid", uid(found)), one("replace", "/spec/replicas", 1)]
    answer = await patch(rig, "web", same)
    answered(note, "patch", answer)
    note("answer", same_version=version(answer.body) == version(found))


async def without_the_right(rig: ClusterRig, note: Note) -> None:
    """Of a namespace and of the whole cluster, also for what the account may do otherwise."""
    introduce(note, rig)
    for verb, ref, subresource in (
        ("patch", ObjectRef("ReplicaSet", rig.namespace, "nobody"), ""),
        ("patch", ObjectRef("HorizontalPodAutoscaler", rig.namespace, "nobody"), "status"),
        ("create", ObjectRef("CronJob", rig.namespace), ""),
        ("create", ObjectRef("Node", ""), ""),
        ("patch", ObjectRef("Node", "", "node-a"), "status"),
    ):
        body: Json | list[Json] = [] if verb == "patch" else {"metadata": {}}
        answer = await rig.api.write(WriteRequest(verb, ref, subresource, body, "i-1"))
        answered(note, f"{verb} {ref.kind} {subresource}".strip(), answer)


CASES = (a_failed_test, missing, invalid, changes_nothing, without_the_right)
