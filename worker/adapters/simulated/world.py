"""The simulated cluster as it is, and how somebody with every right changes it.

Imitates a real control plane with kwok's stages, as the transcripts in tests/contracts show it.
What a test or the demo does to the world (deploy, protect, remove) somebody with every right does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from worker.adapters.simulated.autoscalers import bound
from worker.adapters.simulated.budgets import count
from worker.adapters.simulated.controllers import pods_of, reconcile
from worker.adapters.simulated.life import Life
from worker.adapters.simulated.nodes import Nodes
from worker.adapters.simulated.objects import canonical, is_ready, is_terminating, reference, stamp
from worker.engine.ports import Json

STRATEGY = {
    "type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": "25%", "maxSurge": "25%"},
}  # fmt: skip


@dataclass
class World(Life):
    """What is there, why it is sick, and the hands of somebody with every right."""

    step_s: float = 0.0  # controllers that have nothing new to look at look again after so long
    _stood: tuple[float, int] = (0.0, 0)  # when they looked last, and what the counter was then

    @property
    def nodes(self) -> Nodes:
        """Name → schedulable."""
        return Nodes(self)

    @nodes.setter
    def nodes(self, wanted: Mapping[str, bool]) -> None:
        """Those that are not named are cordoned; their pods stay."""
        for name in [one for one in self.nodes if one not in wanted]:
            self.nodes[name] = False
        self.nodes.update(wanted)

    def deploy(
        self, namespace: str, name: str, *, replicas: int, image: str, memory_limit: str = ""
    ) -> Json:
        """Create or change a Deployment, as a release would; a pause is not in its manifest.

        Seen: cluster_verbs/pause_rollout.
        """
        found = self.objects.get(("Deployment", namespace, name))
        generation = found["metadata"]["generation"] + 1 if found else 1
        metadata = dict(found["metadata"]) if found else {"namespace": namespace, "name": name}
        paused = bool(found and found["spec"].get("paused"))
        container: Json = {"name": name, "image": image}
        if memory_limit:
            container["resources"] = {"limits": {"memory": memory_limit}}
            canonical(container)
        return self.put(
            "Deployment",
            {
                **(found or {}),
                "metadata": {**metadata, "generation": generation},
                "spec": {
                    "replicas": replicas,
                    "selector": {"matchLabels": {"app": name}},
                    "strategy": STRATEGY,
                    "template": {
                        "metadata": {"labels": {"app": name}, "annotations": {}},
                        "spec": {"containers": [container]},
                    },
                    **({"paused": True} if paused else {}),
                },
                "status": found["status"] if found else {},
            },
        )

    def run(self, namespace: str, name: str, *, image: str) -> Json:
        """A pod that nothing controls. Seen: cluster_evictions/naked, inventory/naked_pod."""
        spec = {"containers": [{"name": name, "image": image}]}
        metadata = {"namespace": namespace, "name": name, "labels": {"app": name}}
        return self.start({**metadata, "annotations": {}}, spec, [])

    def protect(self, namespace: str, name: str, *, app: str, min_available: int) -> Json:
        """A disruption budget."""
        spec = {"minAvailable": min_available, "selector": {"matchLabels": {"app": app}}}
        budget = {"metadata": {"namespace": namespace, "name": name}, "spec": spec}
        return self.put("PodDisruptionBudget", budget)

    def autoscale(self, namespace: str, app: str, *, minimum: int, maximum: int) -> Json:
        """A horizontal autoscaler of this Deployment. Seen: cluster_others/raise_hpa_max."""
        target = {"kind": "Deployment", "name": app, "apiVersion": "apps/v1"}
        spec = {"scaleTargetRef": target, "minReplicas": minimum, "maxReplicas": maximum}
        made = {"metadata": {"namespace": namespace, "name": app}, "spec": spec, "status": {}}
        return self.put("HorizontalPodAutoscaler", made)

    def repeat(self, namespace: str, name: str, *, schedule: str) -> Json:
        """A CronJob; nothing runs it.

        Seen: cluster_others/suspend_cron_job, cluster_others/resume_cron_job.
        """
        metadata = {"namespace": namespace, "name": name, "generation": 1}
        spec = {"schedule": schedule, "suspend": False}
        return self.put("CronJob", {"metadata": metadata, "spec": spec, "status": {}})

    def job(self, namespace: str, cron_job: str, name: str, *, fails: bool) -> Json:
        """One of its jobs, which ends at once. Seen: cluster_unwell/jobs_of_a_cron_job."""
        owner = self.objects["CronJob", namespace, cron_job]
        now = stamp(self.clock.now_s())
        ended = {
            "type": "Failed" if fails else "Complete", "status": "True", "lastTransitionTime": now,
        }  # fmt: skip
        if not fails:
            owner["status"]["lastSuccessfulTime"] = now
            self.put("CronJob", owner)
        metadata = {
            "namespace": namespace, "name": name, "ownerReferences": [reference("CronJob", owner)],
        }  # fmt: skip
        return self.put(
            "Job", {"metadata": metadata, "spec": {}, "status": {"conditions": [ended]}}
        )

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

    def overloaded(self, namespace: str, app: str) -> bool:
        """Whether fewer pods are ready than its load needs: what an alert on its latency sees."""
        deployment = self.objects["Deployment", namespace, app]
        pods = [one for one in pods_of(self, deployment) if not is_terminating(one)]
        return sum(is_ready(one) for one in pods) < self.load.get(app, 0)

    def advance(self) -> None:
        """Bring every object to this moment, or to one that is at most `step_s` ago."""
        now_s = self.clock.now_s()
        looked_s, counter = self._stood
        if counter == self.counter and 0.0 <= now_s - looked_s < self.step_s:
            return
        for pod in self.of("Pod"):
            self.live(pod, now_s)
        for autoscaler in self.of("HorizontalPodAutoscaler"):
            bound(self, autoscaler, self.load)
        for deployment in self.of("Deployment"):
            reconcile(self, deployment, self.create_pod)
        for budget in self.of("PodDisruptionBudget"):
            count(self, budget)
        self._stood = (now_s, self.counter)
