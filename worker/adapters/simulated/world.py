"""The simulated objects and their life: scheduling, rollouts, crash loops, termination.

Imitates, as seen on a real control plane with kwok's stages: a controller replaces a pod that is
going away at once; a pod is ready a moment after it was scheduled; a crash-looping container waits
in CrashLoopBackOff and its restart count grows; an object that is deleted first gets a
deletionTimestamp, then vanishes; every change gives it a new resourceVersion. Deterministic: names
and uids are counted, time comes from the clock.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from worker.engine.ports import Clock, Json

START_S = 1.0  # from scheduled to running
CRASH_EVERY_S = 2.0  # a crash-looping container's restarts
GONE_S = 0.5  # from deletionTimestamp to not found

Key = tuple[str, str, str]


@dataclass
class World:
    """`sick_nodes` and `sick_images` are the true causes: a pod on or of one crash-loops."""

    clock: Clock
    objects: dict[Key, Json] = field(default_factory=dict)
    sick_nodes: set[str] = field(default_factory=set)
    sick_images: set[str] = field(default_factory=set)
    unready_templates: set[str] = field(default_factory=set)
    nodes: dict[str, bool] = field(default_factory=dict)  # name → schedulable
    gone: dict[Key, Json] = field(default_factory=dict)
    _counter: int = 0

    def of(self, kind: str, namespace: str = "") -> list[Json]:
        return [
            one for (k, n, _), one in self.objects.items() if k == kind and namespace in ("", n)
        ]

    def put(self, kind: str, one: Json) -> Json:
        """Store a new or changed object under a new resourceVersion."""
        self._counter += 1
        metadata = one["metadata"]
        metadata["resourceVersion"] = str(self._counter)
        metadata.setdefault("uid", f"uid-{self._counter}")
        metadata.setdefault("creationTimestamp", stamp(self.clock.now_s()))
        self.objects[(kind, metadata["namespace"], metadata["name"])] = one
        return one

    def deploy(self, namespace: str, name: str, *, replicas: int, image: str) -> Json:
        """Create or change a Deployment, as a release would."""
        found = self.objects.get(("Deployment", namespace, name))
        generation = found["metadata"]["generation"] + 1 if found else 1
        metadata = dict(found["metadata"]) if found else {"namespace": namespace, "name": name}
        return self.put(
            "Deployment",
            {
                "metadata": {**metadata, "generation": generation},
                "spec": {
                    "replicas": replicas,
                    "selector": {"matchLabels": {"app": name}},
                    "template": {
                        "metadata": {"labels": {"app": name}, "annotations": {}},
                        "spec": {"containers": [{"name": name, "image": image}]},
                    },
                },
                "status": found["status"] if found else {},
            },
        )

    def advance(self) -> None:
        """Bring every object to this moment."""
        now_s = self.clock.now_s()
        for pod in self.of("Pod"):
            self._live(pod, now_s)
        for deployment in self.of("Deployment"):
            self._reconcile(deployment)

    def _live(self, pod: Json, now_s: float) -> None:
        metadata, status = pod["metadata"], pod["status"]
        deleted_s = metadata.get("_deleted_s")
        if deleted_s is not None:
            if now_s >= deleted_s + GONE_S:
                key = ("Pod", metadata["namespace"], metadata["name"])
                self.gone[key] = self.objects.pop(key)
            return
        since_s = now_s - metadata["_created_s"] - START_S
        if since_s < 0:
            return
        image = pod["spec"]["containers"][0]["image"]
        annotations = metadata["annotations"]
        restarted = "kubectl.kubernetes.io/restartedAt" in annotations
        if pod["spec"]["nodeName"] in self.sick_nodes or image in self.sick_images:
            restarts = 1 + int(since_s / CRASH_EVERY_S)
            wanted = container(pod, restarts=restarts, crashing=True)
        elif metadata["labels"]["app"] in self.unready_templates and not restarted:
            wanted = container(pod, restarts=0, ready=False)
        else:
            before = status.get("containerStatuses") or [{}]
            wanted = container(pod, restarts=before[0].get("restartCount", 0), ready=True)
        if status.get("containerStatuses") != [wanted]:
            pod["status"] = {"phase": "Running", "containerStatuses": [wanted]}
            self.put("Pod", pod)

    def _reconcile(self, deployment: Json) -> None:
        metadata, spec = deployment["metadata"], deployment["spec"]
        current = self._replica_set(deployment)
        pods = [one for one in self._pods_of(deployment) if "_deleted_s" not in one["metadata"]]
        new = [p for p in pods if controller(p) == current["metadata"]["uid"]]
        old = sorted((p for p in pods if p not in new), key=is_ready)
        missing = spec["replicas"] + (1 if old else 0) - len(pods)
        wanted = max(0, min(missing, spec["replicas"] - len(new)))
        new.extend(self._create_pod(deployment, current) for _ in range(wanted))
        surplus = len(old) + sum(is_ready(p) for p in new) - spec["replicas"]
        for pod in old[: max(0, surplus)]:
            self.delete(pod)
        for pod in new[spec["replicas"] :]:
            self.delete(pod)
        ready = sum(is_ready(one) for one in pods)
        status = {
            "observedGeneration": metadata["generation"],
            "updatedReplicas": len(new),
            "readyReplicas": ready,
            "availableReplicas": ready,
        }
        if deployment["status"] != status:
            deployment["status"] = status
            self.put("Deployment", deployment)

    def delete(self, pod: Json) -> None:
        pod["metadata"]["_deleted_s"] = self.clock.now_s()
        pod["metadata"]["deletionTimestamp"] = stamp(self.clock.now_s())
        self.put("Pod", pod)

    def _replica_set(self, deployment: Json) -> Json:
        metadata, template = deployment["metadata"], deployment["spec"]["template"]
        mine = [
            one
            for one in self.of("ReplicaSet", metadata["namespace"])
            if controller(one) == metadata["uid"]
        ]
        for one in mine:
            if one["spec"]["template"] == template:
                return one
        annotations = metadata.setdefault("annotations", {})
        annotations["deployment.kubernetes.io/revision"] = str(len(mine) + 1)
        return self.put(
            "ReplicaSet",
            {
                "metadata": {
                    "namespace": metadata["namespace"],
                    "name": f"{metadata['name']}-{len(mine) + 1}",
                    "labels": template["metadata"]["labels"],
                    "ownerReferences": [reference("Deployment", deployment)],
                },
                "spec": {"template": template},
            },
        )

    def _pods_of(self, deployment: Json) -> list[Json]:
        metadata = deployment["metadata"]
        sets = {
            one["metadata"]["uid"]
            for one in self.of("ReplicaSet", metadata["namespace"])
            if controller(one) == metadata["uid"]
        }
        return [one for one in self.of("Pod", metadata["namespace"]) if controller(one) in sets]

    def _create_pod(self, deployment: Json, replica_set: Json) -> Json:
        template = replica_set["spec"]["template"]
        name = f"{replica_set['metadata']['name']}-{self._counter}"
        return self.put(
            "Pod",
            {
                "metadata": {
                    "namespace": deployment["metadata"]["namespace"],
                    "name": name,
                    "labels": dict(template["metadata"]["labels"]),
                    "annotations": dict(template["metadata"]["annotations"]),
                    "ownerReferences": [reference("ReplicaSet", replica_set)],
                    "_created_s": self.clock.now_s(),
                },
                "spec": {**template["spec"], "nodeName": self._schedule(deployment)},
                "status": {"phase": "Pending"},
            },
        )

    def _schedule(self, deployment: Json) -> str:
        """The schedulable node with the fewest pods of this Deployment, then of all."""
        mine = [one["spec"]["nodeName"] for one in self._pods_of(deployment)]
        everyone = [one["spec"]["nodeName"] for one in self.of("Pod")]
        open_nodes = [name for name, schedulable in self.nodes.items() if schedulable]
        return min(open_nodes, key=lambda name: (mine.count(name), everyone.count(name)))


def container(pod: Json, *, restarts: int, ready: bool = False, crashing: bool = False) -> Json:
    """A container status as the kubelet writes it."""
    waiting = {"waiting": {"reason": "CrashLoopBackOff"}}
    status: Json = {
        "name": pod["spec"]["containers"][0]["name"],
        "ready": ready,
        "restartCount": restarts,
        "state": waiting if crashing else {"running": {}},
    }
    if crashing:
        status["lastState"] = {"terminated": {"exitCode": 1, "reason": "Error"}}
    return status


def controller(one: Json) -> str:
    return next((str(o["uid"]) for o in one["metadata"].get("ownerReferences", [])), "")


def reference(kind: str, owner: Json) -> Json:
    metadata = owner["metadata"]
    return {
        "kind": kind, "name": metadata["name"], "uid": metadata["uid"], "controller": True,
    }  # fmt: skip


def is_ready(pod: Json) -> bool:
    statuses = pod["status"].get("containerStatuses", [])
    return bool(statuses) and all(one["ready"] for one in statuses)


def stamp(at_s: float) -> str:
    return datetime.fromtimestamp(at_s, UTC).isoformat()
