"""The life of the simulated pods: put on a node, starting, running, falling ill, vanishing."""

from __future__ import annotations

from dataclasses import dataclass, field

from worker.adapters.simulated.controllers import pods_of
from worker.adapters.simulated.nodes import place
from worker.adapters.simulated.objects import pod_status, reference, unplaced_status, waiting
from worker.adapters.simulated.store import Store
from worker.adapters.simulated.truth import Truth
from worker.engine.ports import Json

START_S = 1.0  # from scheduled to running
GONE_S = 0.5  # from deletionTimestamp to not found


@dataclass
class Life(Truth, Store):
    """What the scheduler and the kubelets do. Seen: cluster_others/no_node_is_left."""

    placed_s: dict[str, float] = field(default_factory=dict)  # since when on a node, by pod uid

    def live(self, pod: Json, now_s: float) -> None:
        """Bring it to this moment."""
        uid, before = pod["metadata"]["uid"], pod["status"]
        deleted_s = self.deleted_s.get(uid)
        if deleted_s is not None:
            if now_s >= deleted_s + GONE_S:
                self.drop("Pod", pod)
            return
        if uid not in self.placed_s:
            self._place(pod, [])
        since_s = now_s - self.placed_s.get(uid, now_s) - START_S
        if since_s < 0:
            return
        wanted = self.status_of(pod, since_s)
        if wanted != before:
            pod["status"] = wanted
            self.put("Pod", pod)

    def create_pod(self, deployment: Json, replica_set: Json) -> Json:
        """One more of this ReplicaSet."""
        template, owner = replica_set["spec"]["template"], replica_set["metadata"]
        metadata = {
            "namespace": owner["namespace"],
            "name": f"{owner['name']}-{self.counter}",
            "labels": dict(template["metadata"]["labels"]),
            "annotations": dict(template["metadata"]["annotations"]),
            "ownerReferences": [reference("ReplicaSet", replica_set)],
        }
        return self.start(metadata, dict(template["spec"]), pods_of(self, deployment))

    def start(self, metadata: Json, spec: Json, siblings: list[Json]) -> Json:
        """A new pod, at once on a node if there is one."""
        pod: Json = {"metadata": metadata, "spec": spec, "status": unplaced_status()}
        self.put("Pod", pod)
        self._place(pod, siblings)
        return pod

    def _place(self, pod: Json, siblings: list[Json]) -> None:
        """On a node, if one takes it. Seen: cluster_others/no_node_is_left."""
        node = place(self, siblings)
        if node is not None:
            self.placed_s[pod["metadata"]["uid"]] = self.clock.now_s()
            pod["spec"]["nodeName"] = node
            pod["status"] = pod_status(pod, state=waiting("ContainerCreating"))
            self.put("Pod", pod)
