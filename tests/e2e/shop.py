"""Workloads for the tests: applied to the real API server, played by the lab's stages.

Who plays what: the API server, its controllers, scheduler, evictions and disruption arithmetic are
real; container life (running, crash loop, unready) is played by a kwok stage, chosen by labels.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import yaml

from tests.e2e.waiting import wait_for
from tests.lab import Lab

Json = dict[str, Any]

CRASHES_ON_SICK_NODE = {"lab.fault/crash-loop": "node"}
CRASHES_ANYWHERE = {"lab.fault/crash-loop": "template"}
UNREADY = {"lab.fault/unready": "true"}
UNREADY_UNTIL_RESTARTED = {"lab.fault/unready": "until-restarted"}
SICK_NODE = "sick-node"


@dataclass
class Shop:
    """One namespace of the lab's cluster with the workloads of one test."""

    lab: Lab
    namespace: str
    labels: dict[str, str] = field(default_factory=dict)

    def open(self) -> None:
        self.apply(
            {
                "apiVersion": "v1",
                "kind": "Namespace",
                "metadata": {"name": self.namespace, "labels": self.labels},
            }
        )

    def apply(self, *objects: Json) -> None:
        self.lab.kubernetes.kubectl(
            "apply", "-f", "-", input="---\n".join(yaml.safe_dump(one) for one in objects)
        )

    def get(self, *arguments: str) -> Json:
        text = self.lab.kubernetes.kubectl("-n", self.namespace, "get", *arguments, "-o", "json")
        result: Json = json.loads(text)
        return result

    def pods(self, app: str) -> list[Json]:
        items: list[Json] = self.get("pods", "-l", f"app={app}")["items"]
        return items

    def deployment(
        self,
        app: str,
        *,
        replicas: int = 3,
        labels: dict[str, str] | None = None,
        strategy: Json | None = None,
        pod_spec: Json | None = None,
        annotations: dict[str, str] | None = None,
    ) -> Json:
        """A Deployment whose pods carry the fault's labels."""
        pod_labels = {"app": app, **(labels or {})}
        spec: Json = {
            "replicas": replicas,
            "selector": {"matchLabels": {"app": app}},
            "template": {
                "metadata": {"labels": pod_labels},
                "spec": {"containers": [{"name": app, "image": f"{app}:1"}], **(pod_spec or {})},
            },
        }
        if strategy is not None:
            spec["strategy"] = strategy
        return {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {
                "name": app,
                "namespace": self.namespace,
                "annotations": annotations or {},
            },
            "spec": spec,
        }

    def spread(self, app: str = "backend") -> Json:
        """A pod spec that puts one replica on each node while every node is schedulable."""
        return {
            "topologySpreadConstraints": [
                {
                    "maxSkew": 1,
                    "topologyKey": "kubernetes.io/hostname",
                    "whenUnsatisfiable": "ScheduleAnyway",
                    "labelSelector": {"matchLabels": {"app": app}},
                }
            ]
        }

    def crash_looping_pod(self, app: str, *, restarts_min: int = 1) -> str:
        """The name of a pod of this app that crash-loops by now."""

        def look() -> str | None:
            for pod in self.pods(app):
                for status in pod["status"].get("containerStatuses", []):
                    waiting = status.get("state", {}).get("waiting", {}).get("reason", "")
                    if waiting == "CrashLoopBackOff" and status["restartCount"] >= restarts_min:
                        return str(pod["metadata"]["name"])
            return None

        return wait_for(f"a crash-looping pod of {app}", look)

    def unready_pods(self, app: str, *, at_least: int = 1) -> list[str]:
        """Names of the running pods of this app that are not ready."""

        def look() -> list[str] | None:
            names = [
                str(pod["metadata"]["name"])
                for pod in self.pods(app)
                if pod["status"].get("phase") == "Running" and not _ready(pod)
            ]
            return names if len(names) >= at_least else None

        return wait_for(f"{at_least} unready pods of {app}", look)

    def ready(self, app: str, count: int) -> list[Json]:
        """The pods of this app once `count` of them are ready."""

        def look() -> list[Json] | None:
            pods = [pod for pod in self.pods(app) if _ready(pod)]
            return pods if len(pods) == count else None

        return wait_for(f"{count} ready pods of {app}", look)


def _ready(pod: Json) -> bool:
    statuses = pod["status"].get("containerStatuses", [])
    return bool(statuses) and all(status["ready"] for status in statuses)
