"""Pieces of the simulated API objects, shaped as the real API server shows them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from worker.engine.ports import Json

API_VERSIONS = {"Deployment": "apps/v1", "ReplicaSet": "apps/v1", "Pod": "v1",
                "PodDisruptionBudget": "policy/v1"}  # fmt: skip
REVISION = "deployment.kubernetes.io/revision"
_SELECTOR = re.compile(r"(!?)([\w./-]+)(?:\s*(==|=|!=)\s*([\w.-]*)|\s+(in|notin)\s*\(([^)]*)\))?")


def pod_status(pod: Json, *, state: Json, restarts: int = 0, ready: bool = False) -> Json:
    """A pod's status as the kubelet writes it, one container being all there is.

    Seen: cluster_reads/ready_pod, cluster_reads/starting, cluster_reads/crash_looping_pod,
    cluster_reads/unready_pod, cluster_reads/unpullable_pod.
    """
    container: Json = {
        "name": pod["spec"]["containers"][0]["name"],
        "image": pod["spec"]["containers"][0]["image"],
        "ready": ready,
        "restartCount": restarts,
        "state": state,
    }
    if restarts and not ready:
        container["lastState"] = {"terminated": {"exitCode": 1, "reason": "Error"}}
    pending = state in (waiting("ContainerCreating"), waiting("ImagePullBackOff"))
    return {
        "phase": "Pending" if pending else "Running",
        "conditions": [{"type": "Ready", "status": str(ready)}],
        "containerStatuses": [container],
    }


def waiting(reason: str) -> Json:
    return {"waiting": {"reason": reason}}


def controller(one: Json) -> Json | None:
    """The reference to the object that controls this one."""
    owners = one["metadata"].get("ownerReferences", [])
    return next((owner for owner in owners if owner.get("controller")), None)


def reference(kind: str, owner: Json) -> Json:
    metadata = owner["metadata"]
    return {
        "apiVersion": API_VERSIONS[kind], "kind": kind, "name": metadata["name"],
        "uid": metadata["uid"], "controller": True,
    }  # fmt: skip


def is_ready(pod: Json) -> bool:
    statuses = pod["status"].get("containerStatuses", [])
    return bool(statuses) and all(one["ready"] for one in statuses)


def is_terminating(one: Json) -> bool:
    return "deletionTimestamp" in one["metadata"]


def stamp(at_s: float) -> str:
    return datetime.fromtimestamp(at_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def selected(labels: Mapping[str, str], selector: str) -> bool:
    """Whether a list request's label selector takes this. Seen: cluster_reads/list_by_selector."""
    for negated, key, equality, value, membership, values in _SELECTOR.findall(selector):
        if equality:
            holds = (labels.get(key) == value) == (equality != "!=")
        elif membership:
            listed = {one.strip() for one in values.split(",")}
            holds = (labels.get(key) in listed) == (membership == "in")
        else:
            holds = (key in labels) != bool(negated)
        if not holds:
            return False
    return True


def merge(target: Json, patch: Json) -> None:
    """A JSON merge patch (RFC 7386). Seen: cluster_patches/annotation_removed."""
    for key, value in patch.items():
        if value is None:
            target.pop(key, None)
        elif isinstance(value, dict):
            if not isinstance(target.get(key), dict):
                target[key] = {}
            merge(target[key], value)
        else:
            target[key] = value
