"""What the cases read of API objects: the fields that probes and actions use, and nothing else."""

from __future__ import annotations

import re

from tests.contracts.observing import Note
from tests.contracts.rigs.cluster import ClusterRig
from worker.engine.ports import ApiAnswer, Json, ObjectRef

STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
REVISION = "deployment.kubernetes.io/revision"
FORMER_REVISIONS = "deployment.kubernetes.io/revision-history"


async def pods(rig: ClusterRig, app: str) -> list[Json]:
    """Pods of this app that nobody deleted, in the order of their nodes."""
    found = await rig.api.list(ObjectRef("Pod", rig.namespace, label_selector=f"app={app}"))
    alive = [one for one in found if "deletionTimestamp" not in one["metadata"]]
    return sorted(alive, key=lambda one: str(one["spec"].get("nodeName")))


def is_ready(pod: Json) -> bool:
    statuses = pod["status"].get("containerStatuses") or []
    return bool(statuses) and all(one["ready"] for one in statuses)


def restarts(pod: Json) -> int:
    return sum(one["restartCount"] for one in pod["status"].get("containerStatuses") or [])


async def get(rig: ClusterRig, kind: str, name: str) -> Json:
    found = await rig.api.get(ObjectRef(kind, rig.namespace, name))
    assert found is not None, f"{kind} {name}"
    return found


def version(found: Json) -> str:
    return str(found["metadata"]["resourceVersion"])


def uid(found: Json) -> str:
    return str(found["metadata"]["uid"])


def name_of(found: Json) -> str:
    return str(found["metadata"]["name"])


def introduce(note: Note, rig: ClusterRig, *found: Json) -> None:
    """Made-up names, uids and versions are shown as placeholders from now on."""
    note.name("namespace", rig.namespace)
    for one in found:
        if one["metadata"].get("ownerReferences"):
            note.name("pod", name_of(one))
        note.name("uid", uid(one))
        note.name("version", version(one))


def answered(note: Note, what: str, answer: ApiAnswer) -> None:
    """An answer to a write, as far as the engine reads it."""
    body = answer.body
    details = body.get("details") or {}
    note(
        what,
        status=answer.status,
        kind=body.get("kind"),
        reason=body.get("reason"),
        message=body.get("message"),
        details={key: details[key] for key in ("name", "group", "kind") if key in details},
        causes=details.get("causes"),
        retry_after_s=answer.retry_after_s,
    )


def pod_look(pod: Json) -> Json:
    """The fields of a pod that its probe reads."""
    metadata, spec, status = pod["metadata"], pod["spec"], pod["status"]
    return {
        "labels": metadata["labels"].get("app"),
        "owners": [
            {key: one[key] for key in ("apiVersion", "kind", "controller")}
            for one in metadata.get("ownerReferences") or []
        ],
        "created": bool(STAMP.fullmatch(metadata["creationTimestamp"])),
        "terminating": "deletionTimestamp" in metadata,
        "node": bool(spec.get("nodeName")),
        "containers": [[one["name"], one["image"]] for one in spec["containers"]],
        "phase": status.get("phase"),
        "conditions": {
            one["type"]: one["status"]
            for one in status.get("conditions") or []
            if one["type"] == "Ready"
        },
        "statuses": [_container_look(one) for one in status.get("containerStatuses") or []],
    }


def _container_look(status: Json) -> Json:
    state, last = status["state"], (status.get("lastState") or {}).get("terminated") or {}
    return {
        "name": status["name"],
        "ready": status["ready"],
        "restarted": status["restartCount"] > 0,
        "state": sorted(state),
        "waiting": (state.get("waiting") or {}).get("reason"),
        "last": {key: last[key] for key in ("exitCode", "reason") if key in last},
    }


def deployment_look(found: Json) -> Json:
    """The fields of a Deployment that its probe reads; absent numbers are shown as None."""
    metadata, spec, status = found["metadata"], found["spec"], found.get("status") or {}
    counts = ("observedGeneration", "replicas", "updatedReplicas", "readyReplicas",
              "availableReplicas", "unavailableReplicas")  # fmt: skip
    return {
        "generation": metadata["generation"],
        "revision": (metadata.get("annotations") or {}).get(REVISION),
        "wanted": spec["replicas"],
        "selector": spec["selector"],
        "strategy": spec.get("strategy"),
        "labels": spec["template"]["metadata"]["labels"].get("app"),
        "status": {key: status.get(key) for key in counts},
    }


async def replica_sets(rig: ClusterRig, app: str) -> list[Json]:
    """Of this app, by revision."""
    ref = ObjectRef("ReplicaSet", rig.namespace, label_selector=f"app={app}")
    found = await rig.api.list(ref)
    return sorted(found, key=lambda one: int(one["metadata"]["annotations"][REVISION]))


def replica_set_look(found: Json) -> Json:
    """The fields of a ReplicaSet that the history is made of."""
    metadata, template = found["metadata"], found["spec"]["template"]
    return {
        "revision": metadata["annotations"][REVISION],
        "formerly": metadata["annotations"].get(FORMER_REVISIONS),
        "wanted": found["spec"]["replicas"],
        "images": [one["image"] for one in template["spec"]["containers"]],
        "hashed": "pod-template-hash" in template["metadata"]["labels"],
        "ready": (found.get("status") or {}).get("readyReplicas"),
    }
