"""API objects for the probes' tests, shaped as a real API server answers them, and a cluster that
answers with exactly these."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from worker.domain.document.identity import Subject, SubjectKind
from worker.domain.observed.question import ProbeName, Question
from worker.engine.ports import ApiAnswer, ObjectRef, WriteRequest

Json = dict[str, Any]

NAMESPACE = "shop"
LABELS = {"app": "backend"}
MADE_AT = "2026-01-01T10:00:00Z"
MADE_AT_S = 1767261600.0


def question(kind: str, name: str = "backend") -> Question:
    subject = Subject(SubjectKind.SERVICE, NAMESPACE, f"{kind}/{name}")
    return Question(ProbeName.ROLLOUT_HEALTH, subject)


def metadata(name: str, owner: tuple[str, str] | None = None, **more: Any) -> Json:
    """`owner` is kind and name of the controller; every uid is derived from the name."""
    made: Json = {
        "name": name,
        "namespace": NAMESPACE,
        "uid": f"uid-{name}",
        "resourceVersion": "41",
        "creationTimestamp": MADE_AT,
        **more,
    }
    if owner is not None:
        kind, owner_name = owner
        made["ownerReferences"] = [
            {"kind": "Node", "name": "no-controller", "uid": "uid-node"},
            {"kind": kind, "name": owner_name, "uid": f"uid-{owner_name}", "controller": True},
        ]
    return made


def deployment(replicas: int = 3, *, spec: Json | None = None, status: Json | None = None) -> Json:
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": metadata(
            "backend",
            generation=2,
            annotations={"deployment.kubernetes.io/revision": "5"},
        ),
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": LABELS},
            "strategy": {
                "type": "RollingUpdate",
                "rollingUpdate": {"maxUnavailable": "25%", "maxSurge": "25%"},
            },
            "template": {"metadata": {"labels": LABELS}},
            **(spec or {}),
        },
        "status": {
            "observedGeneration": 2,
            "replicas": replicas,
            "updatedReplicas": replicas,
            "readyReplicas": replicas,
            "availableReplicas": replicas,
            **(status or {}),
        },
    }


def replica_set(
    name: str, *, revision: str, owner: str = "backend", made_at: str = MADE_AT
) -> Json:
    made = metadata(
        name,
        ("Deployment", owner),
        labels={**LABELS, "pod-template-hash": "x"},
        annotations={"deployment.kubernetes.io/revision": revision},
    )
    made["creationTimestamp"] = made_at
    return {"metadata": made, "spec": {"selector": {"matchLabels": LABELS}}}


RUNNING = {"running": {"startedAt": MADE_AT}}
CRASHED = {"terminated": {"exitCode": 137, "reason": "OOMKilled"}}
BACK_OFF = {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 5m0s"}}


def container_status(
    name: str = "backend",
    *,
    ready: bool = True,
    restarts: int = 0,
    state: Json | None = None,
    last: Json | None = None,
) -> Json:
    return {
        "name": name,
        "ready": ready,
        "restartCount": restarts,
        "state": RUNNING if state is None else state,
        "lastState": last or {},
    }


def pod(
    name: str = "backend-1",
    owner: tuple[str, str] | None = ("ReplicaSet", "backend-7d9f"),
    *,
    spec: Json | None = None,
    status: Json | None = None,
    labels: Mapping[str, str] = LABELS,
) -> Json:
    return {
        "metadata": metadata(name, owner, labels=dict(labels)),
        "spec": {"nodeName": "node-a", "containers": [{"name": "backend"}], **(spec or {})},
        "status": {
            "phase": "Running",
            "conditions": [{"type": "Ready", "status": "True"}],
            "containerStatuses": [container_status()],
            **(status or {}),
        },
    }


def budget(name: str, selector: Json | None, **status: int) -> Json:
    return {
        "metadata": metadata(name),
        "spec": {} if selector is None else {"selector": selector},
        "status": {"disruptionsAllowed": 1, "currentHealthy": 3, "desiredHealthy": 2, **status},
    }


class FixedCluster:
    """Answers reads with these objects. It selects nothing: a probe must not trust a selector."""

    def __init__(self, **objects: Sequence[Json]) -> None:
        self._objects = objects
        self.lists: list[ObjectRef] = []

    async def get(self, ref: ObjectRef) -> Json | None:
        named = (o for o in self._objects.get(ref.kind, ()) if o["metadata"]["name"] == ref.name)
        return next(named, None)

    async def list(self, ref: ObjectRef) -> list[Json]:
        self.lists.append(ref)
        return [*self._objects.get(ref.kind, ())]

    async def write(self, request: WriteRequest) -> ApiAnswer:
        raise AssertionError(f"a probe writes: {request}")

    async def server_time_s(self) -> float:
        return MADE_AT_S
