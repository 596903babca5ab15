"""The simulated objects and their life: scheduling, starting, crash loops, termination.

Imitates a real control plane with kwok's stages, as the transcripts in tests/contracts show it.
What a test or the demo does to the world (deploy, protect, remove) somebody with every right does.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from worker.adapters.simulated.controllers import count, pods_of, reconcile
from worker.adapters.simulated.objects import pod_status, reference, waiting
from worker.adapters.simulated.store import Store
from worker.engine.ports import Json

START_S = 1.0  # from scheduled to running
CRASH_EVERY_S = 2.0  # a crash-looping container's restarts
GONE_S = 0.5  # from deletionTimestamp to not found
RESTARTED_AT = "kubectl.kubernetes.io/restartedAt"


@dataclass
class World(Store):
    """`sick_nodes` and `sick_images` are the true causes: a pod on or of one crash-loops.

    `unready_templates` names apps that are not ready until they are restarted, `unready_apps`
    those that never are, `unpullable_images` what no registry has.
    """

    sick_nodes: set[str] = field(default_factory=set)
    sick_images: set[str] = field(default_factory=set)
    unready_templates: set[str] = field(default_factory=set)
    unready_apps: set[str] = field(default_factory=set)
    unpullable_images: set[str] = field(default_factory=set)
    nodes: dict[str, bool] = field(default_factory=dict)  # name → schedulable

    def deploy(self, namespace: str, name: str, *, replicas: int, image: str) -> Json:
        """Create or change a Deployment, as a release would."""
        found = self.objects.get(("Deployment", namespace, name))
        generation = found["metadata"]["generation"] + 1 if found else 1
        metadata = dict(found["metadata"]) if found else {"namespace": namespace, "name": name}
        return self.put(
            "Deployment",
            {
                **(found or {}),
                "metadata": {**metadata, "generation": generation},
                "spec": {
                    "replicas": replicas,
                    "selector": {"matchLabels": {"app": name}},
                    "strategy": {
                        "type": "RollingUpdate",
                        "rollingUpdate": {"maxUnavailable": "25%", "maxSurge": "25%"},
                    },
                    "template": {
                        "metadata": {"labels": {"app": name}, "annotations": {}},
                        "spec": {"containers": [{"name": name, "image": image}]},
                    },
                },
                "status": found["status"] if found else {},
            },
        )

    def run(self, namespace: str, name: str, *, image: str) -> Json:
        """A pod that nothing controls. Seen: cluster_evictions/naked, inventory/naked_pod."""
        spec = {"containers": [{"name": name, "image": image}], "nodeName": self._schedule([])}
        metadata = {"namespace": namespace, "name": name, "labels": {"app": name}}
        return self._start({**metadata, "annotations": {}}, spec)

    def protect(self, namespace: str, name: str, *, app: str, min_available: int) -> Json:
        """A disruption budget."""
        spec = {"minAvailable": min_available, "selector": {"matchLabels": {"app": app}}}
        budget = {"metadata": {"namespace": namespace, "name": name}, "spec": spec}
        return self.put("PodDisruptionBudget", budget)

    def annotate(self, kind: str, namespace: str, name: str, key: str, value: str) -> None:
        """Change an object's metadata. Seen: cluster_patches/stale_version."""
        found = self.objects[kind, namespace, name]
        found["metadata"].setdefault("annotations", {})[key] = value
        if "generation" in found["metadata"]:
            found["metadata"]["generation"] += 1
        self.put(kind, found)

    def remove(self, kind: str, namespace: str, name: str) -> None:
        """Delete an object, and what it controls after it.

        Seen: inventory/vanished_deployment, cluster_patches/recreated.
        """
        found = self.objects[kind, namespace, name]
        if kind == "Pod":
            self.delete(found)
            return
        for pod in pods_of(self, found):
            self.delete(pod)
        for one in self.controlled_by(found):
            self.drop("ReplicaSet", one)
        self.drop(kind, found)

    def advance(self) -> None:
        """Bring every object to this moment."""
        now_s = self.clock.now_s()
        for pod in self.of("Pod"):
            self._live(pod, now_s)
        for deployment in self.of("Deployment"):
            reconcile(self, deployment, self._create_pod)
        for budget in self.of("PodDisruptionBudget"):
            count(self, budget)

    def _live(self, pod: Json, now_s: float) -> None:
        metadata, before = pod["metadata"], pod["status"]
        deleted_s = self.deleted_s.get(metadata["uid"])
        if deleted_s is not None:
            if now_s >= deleted_s + GONE_S:
                self.drop("Pod", pod)
            return
        since_s = now_s - self.born_s[metadata["uid"]] - START_S
        if since_s < 0:
            return
        wanted = self._status(pod, since_s)
        if wanted != before:
            pod["status"] = wanted
            self.put("Pod", pod)

    def _status(self, pod: Json, since_s: float) -> Json:
        """Of a pod that runs this long. Seen: cluster_patches/heals_what_a_restart_heals."""
        app, image = pod["metadata"]["labels"]["app"], pod["spec"]["containers"][0]["image"]
        if image in self.unpullable_images:
            return pod_status(pod, state=waiting("ImagePullBackOff"))
        restarted = RESTARTED_AT in pod["metadata"]["annotations"]
        if pod["spec"]["nodeName"] in self.sick_nodes or image in self.sick_images:
            restarts = 1 + int(since_s / CRASH_EVERY_S)
            return pod_status(pod, state=waiting("CrashLoopBackOff"), restarts=restarts)
        sluggish = app in self.unready_templates and not restarted
        before = pod["status"]["containerStatuses"][0]["restartCount"]
        ready = not sluggish and app not in self.unready_apps
        return pod_status(pod, state={"running": {}}, restarts=before, ready=ready)

    def _create_pod(self, deployment: Json, replica_set: Json) -> Json:
        template, owner = replica_set["spec"]["template"], replica_set["metadata"]
        node = self._schedule(pods_of(self, deployment))
        metadata = {
            "namespace": owner["namespace"],
            "name": f"{owner['name']}-{self.counter}",
            "labels": dict(template["metadata"]["labels"]),
            "annotations": dict(template["metadata"]["annotations"]),
            "ownerReferences": [reference("ReplicaSet", replica_set)],
        }
        return self._start(metadata, {**template["spec"], "nodeName": node})

    def _start(self, metadata: Json, spec: Json) -> Json:
        pod: Json = {"metadata": metadata, "spec": spec}
        pod["status"] = pod_status(pod, state=waiting("ContainerCreating"))
        return self.put("Pod", pod)

    def _schedule(self, siblings: list[Json]) -> str:
        """The schedulable node with the fewest of these pods, then of all."""
        mine = [one["spec"]["nodeName"] for one in siblings]
        everyone = [one["spec"]["nodeName"] for one in self.of("Pod")]
        open_nodes = [name for name, schedulable in self.nodes.items() if schedulable]
        return min(open_nodes, key=lambda name: (mine.count(name), everyone.count(name)))
