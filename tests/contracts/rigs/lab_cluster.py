"""The lab's API server under our shipped account, as a rig for the cases of a cluster."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.contracts.rigs.cluster import (
    SHORT_OF_MEMORY,
    SICK_NODE,
    SICK_RELEASE,
    STARTS_SLOWLY,
    UNPULLABLE,
    UNREADY_TEMPLATE,
    UNTIL_RESTARTED,
)
from tests.contracts.rigs.lab import NODES
from tests.e2e.shop import (
    CRASHES_ANYWHERE,
    CRASHES_ON_SICK_NODE,
    UNREADY,
    UNREADY_UNTIL_RESTARTED,
    Shop,
)
from tests.lab import Lab
from worker.adapters.kubernetes_api import KubernetesApi
from worker.adapters.system_clock import SystemClock
from worker.engine.ports import Json

FAULTS = {
    "": {},
    SICK_NODE: CRASHES_ON_SICK_NODE,
    UNREADY_TEMPLATE: UNREADY,
    UNTIL_RESTARTED: UNREADY_UNTIL_RESTARTED,
    UNPULLABLE: {"lab.fault/image": "pull"},
    STARTS_SLOWLY: CRASHES_ANYWHERE,  # its first crash comes seconds after its start
    SICK_RELEASE: CRASHES_ANYWHERE,
    SHORT_OF_MEMORY: {"lab.fault/killed-at": "512Mi"},
}  # fmt: skip
KILLED = {"lab.fault/exit-code": "137"}


class LabCluster:
    def __init__(self, lab: Lab, namespace: str, kubeconfig: Path) -> None:
        self.namespace = namespace
        self.clock = SystemClock()
        self.api = KubernetesApi(kubeconfig)
        self._lab = lab
        self._shop = Shop(lab, namespace)
        self._shop.open()

    async def deploy(
        self,
        app: str,
        *,
        replicas: int = 1,
        fault: str = "",
        release: int = 1,
        memory_limit: str = "",
    ) -> None:
        container: Json = {"name": app, "image": f"{app}:{release}"}
        if memory_limit:
            container["resources"] = {"limits": {"memory": memory_limit}}
        made = self._shop.deployment(
            app,
            replicas=replicas,
            labels=FAULTS[fault],
            pod_spec={**_spread(app), "containers": [container]},
        )
        if fault == SHORT_OF_MEMORY:
            made["spec"]["template"]["metadata"]["annotations"] = KILLED
        await asyncio.to_thread(self._shop.apply, made)

    async def autoscaler(self, app: str, *, maximum: int) -> None:
        await self._kubectl("autoscale", "deployment", app, "--min=1", f"--max={maximum}")

    async def cron_job(self, name: str) -> None:
        await self._kubectl("create", "cronjob", name, "--image=job:1", "--schedule=0 0 30 2 *")

    async def job(self, cron_job: str, name: str, *, fails: bool) -> None:
        """One that fails waits for its image for longer than it may take."""
        owner = await asyncio.to_thread(self._shop.get, "cronjob", cron_job)
        reference = {
            "apiVersion": "batch/v1", "kind": "CronJob", "name": cron_job, "controller": True,
            "uid": owner["metadata"]["uid"],
        }  # fmt: skip
        labels = FAULTS[UNPULLABLE] if fails else {}
        pod = {"restartPolicy": "Never", "containers": [{"name": "job", "image": "job:1"}]}
        made = {
            "apiVersion": "batch/v1", "kind": "Job",
            "metadata": {
                "name": name, "namespace": self.namespace, "ownerReferences": [reference],
            },
            "spec": {
                "template": {"metadata": {"labels": labels}, "spec": pod},
                **({"activeDeadlineSeconds": 2} if fails else {}),
            },
        }  # fmt: skip
        await asyncio.to_thread(self._shop.apply, made)

    async def condition(self, node: str, type_: str, status: str) -> None:
        if type_ == "Ready":  # kwok writes that one itself, again and again; a label tells it what
            stage = "node-not-ready.stage.kwok.x-k8s.io"
            await self._kubectl(
                "label", "node", node, f"{stage}{'=true' if status == 'False' else '-'}"
            )
            return
        said = {"status": {"conditions": [{"type": type_, "status": status}]}}
        patch = json.dumps(said)
        await self._kubectl("patch", "node", node, "--subresource=status", "-p", patch)

    async def naked_pod(self, name: str, *, fault: str = "") -> None:
        await asyncio.to_thread(
            self._shop.apply,
            {
                "apiVersion": "v1",
                "kind": "Pod",
                "metadata": {
                    "name": name,
                    "namespace": self.namespace,
                    "labels": {"app": name, **FAULTS[fault]},
                },
                "spec": {"containers": [{"name": name, "image": f"{name}:1"}]},
            },
        )

    async def budget(self, name: str, app: str, *, min_available: int) -> None:
        await asyncio.to_thread(
            self._shop.apply,
            {
                "apiVersion": "policy/v1",
                "kind": "PodDisruptionBudget",
                "metadata": {"name": name, "namespace": self.namespace},
                "spec": {
                    "minAvailable": min_available,
                    "selector": {"matchLabels": {"app": app}},
                },
            },
        )

    async def annotate(self, kind: str, name: str, value: str) -> None:
        await self._kubectl("annotate", "--overwrite", kind.lower(), name, f"somebody={value}")

    async def cordon(self, node: str, *, free: bool = False) -> None:
        await self._kubectl("uncordon" if free else "cordon", node)

    async def remove(self, kind: str, name: str) -> None:
        await self._kubectl("delete", "--wait=false", kind.lower(), name)

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """The kubelets stand still, and kwok is all of them."""
        self._lab.kubernetes.plane.kwok.pause()
        try:
            yield
        finally:
            self._lab.kubernetes.plane.kwok.resume()

    async def close(self) -> None:
        await self.api.close()
        await self._kubectl("delete", "--wait=false", "deployment,pod,pdb,hpa,cronjob,job", "--all")
        await self._kubectl("uncordon", *NODES)

    async def _kubectl(self, *arguments: str) -> str:
        return await asyncio.to_thread(
            self._lab.kubernetes.kubectl, "-n", self.namespace, *arguments
        )


def _spread(app: str) -> dict[str, Any]:
    """One replica on each node, while there are as many."""
    return {
        "topologySpreadConstraints": [
            {
                "maxSkew": 1,
                "topologyKey": "kubernetes.io/hostname",
                "whenUnsatisfiable": "DoNotSchedule",
                "labelSelector": {"matchLabels": {"app": app}},
            }
        ]
    }


def unreachable_kubeconfig(lab: Lab, folder: Path) -> Path:
    """The admin's, pointing to a port where nothing listens."""
    text = lab.kubernetes.admin_kubeconfig.read_text()
    target = folder / "unreachable.kubeconfig"
    target.write_text(text.replace(lab.kubernetes.url, f"https://127.0.0.1:{lab.free_port()}"))
    return target
