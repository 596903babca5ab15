"""Clusters to test: the lab's API server under our shipped account, and the simulated one."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Protocol

from tests.e2e.shop import (
    CRASHES_ANYWHERE,
    CRASHES_ON_SICK_NODE,
    UNREADY,
    UNREADY_UNTIL_RESTARTED,
    Shop,
)
from tests.lab import Lab
from tests.simulation.fakes.virtual_time import VirtualClock
from worker.adapters.kubernetes_api import KubernetesApi
from worker.adapters.simulated import SimulatedCluster
from worker.adapters.system_clock import SystemClock
from worker.domain.correlation import Inventory
from worker.engine.ports import Clock, ClusterApi

UNPULLABLE, STARTS_SLOWLY = "unpullable image", "starts slowly"
SICK_NODE, UNREADY_TEMPLATE, UNTIL_RESTARTED = "sick node", "unready", "unready until restarted"
FAULTS = {
    "": {},
    SICK_NODE: CRASHES_ON_SICK_NODE,
    UNREADY_TEMPLATE: UNREADY,
    UNTIL_RESTARTED: UNREADY_UNTIL_RESTARTED,
    UNPULLABLE: {"lab.fault/image": "pull"},
    STARTS_SLOWLY: CRASHES_ANYWHERE,  # its first crash comes seconds after its start
}  # fmt: skip


class ClusterRig(Protocol):
    """One namespace, and the hands of somebody who may do anything in it."""

    @property
    def namespace(self) -> str: ...

    @property
    def clock(self) -> Clock: ...

    @property
    def api(self) -> ClusterApi: ...

    async def deploy(self, app: str, *, replicas: int = 1, fault: str = "") -> None: ...

    async def naked_pod(self, name: str, *, fault: str = "") -> None:
        """One without a controller."""

    async def budget(self, name: str, app: str, *, min_available: int) -> None: ...

    async def annotate(self, kind: str, name: str, value: str) -> None:
        """Somebody else changes the object's metadata."""

    async def remove(self, kind: str, name: str) -> None: ...

    def frozen(self) -> AbstractContextManager[None]:
        """Inside the block no pod starts, changes or vanishes; the API server goes on."""


class LabCluster:
    def __init__(self, lab: Lab, namespace: str, kubeconfig: Path) -> None:
        self.namespace = namespace
        self.clock = SystemClock()
        self.api = KubernetesApi(kubeconfig)
        self._lab = lab
        self._shop = Shop(lab, namespace)
        self._shop.open()

    async def deploy(self, app: str, *, replicas: int = 1, fault: str = "") -> None:
        made = self._shop.deployment(
            app, replicas=replicas, labels=FAULTS[fault], pod_spec=_spread(app)
        )
        await asyncio.to_thread(self._shop.apply, made)

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
        await self._kubectl("delete", "--wait=false", "deployment,pod,pdb", "--all")

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


class SimulatedRig:
    def __init__(self) -> None:
        self.namespace = "shop"
        self.clock = VirtualClock()
        self.api = self.cluster = SimulatedCluster(self.clock)
        self.inventory: Inventory = self.cluster
        for node in ("node-a", "node-b", "sick-node"):
            self.cluster.world.nodes[node] = True

    async def deploy(self, app: str, *, replicas: int = 1, fault: str = "") -> None:
        world = self.cluster.world
        if fault == SICK_NODE:
            world.sick_nodes.add("sick-node")
        if fault == UNREADY_TEMPLATE:
            world.unready_apps.add(app)
        if fault == UNTIL_RESTARTED:
            world.unready_templates.add(app)
        world.deploy(self.namespace, app, replicas=replicas, image=f"{app}:1")

    async def naked_pod(self, name: str, *, fault: str = "") -> None:
        if fault == UNPULLABLE:
            self.cluster.world.unpullable_images.add(f"{name}:1")
        self.cluster.world.run(self.namespace, name, image=f"{name}:1")

    async def budget(self, name: str, app: str, *, min_available: int) -> None:
        self.cluster.world.protect(self.namespace, name, app=app, min_available=min_available)

    async def annotate(self, kind: str, name: str, value: str) -> None:
        self.cluster.world.annotate(kind, self.namespace, name, "somebody", value)

    async def remove(self, kind: str, name: str) -> None:
        self.cluster.world.remove(kind, self.namespace, name)

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Virtual time stands still by itself while nobody sleeps."""
        before_s = self.clock.now_s()
        yield
        assert self.clock.now_s() == before_s


def unreachable_kubeconfig(lab: Lab, folder: Path) -> Path:
    """The admin's, pointing to a port where nothing listens."""
    text = lab.kubernetes.admin_kubeconfig.read_text()
    target = folder / "unreachable.kubeconfig"
    target.write_text(text.replace(lab.kubernetes.url, f"https://127.0.0.1:{lab.free_port()}"))
    return target
