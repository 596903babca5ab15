"""The simulated cluster, as a rig for the cases of a cluster."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tests.contracts.rigs.cluster import (
    SHORT_OF_MEMORY,
    SICK_NODE,
    SICK_RELEASE,
    UNPULLABLE,
    UNREADY_TEMPLATE,
    UNTIL_RESTARTED,
)
from tests.simulation.fakes.virtual_time import VirtualClock
from worker.adapters.simulated import SimulatedCluster
from worker.domain.incoming.correlation import Inventory

NEEDED_BYTES = 768 * 2**20


class SimulatedRig:
    def __init__(self) -> None:
        self.namespace = "shop"
        self.clock = VirtualClock()
        self.api = self.cluster = SimulatedCluster(self.clock)
        self.inventory: Inventory = self.cluster
        for node in ("node-a", "node-b", "sick-node"):
            self.cluster.world.nodes[node] = True

    async def deploy(
        self,
        app: str,
        *,
        replicas: int = 1,
        fault: str = "",
        release: int = 1,
        memory_limit: str = "",
    ) -> None:
        world, image = self.cluster.world, f"{app}:{release}"
        if fault == SICK_NODE:
            world.sick_nodes.add("sick-node")
        if fault == UNREADY_TEMPLATE:
            world.unready_apps.add(app)
        if fault == UNTIL_RESTARTED:
            world.unready_templates.add(app)
        if fault == SICK_RELEASE:
            world.sick_images.add(image)
        if fault == SHORT_OF_MEMORY:
            world.needs_memory[app] = NEEDED_BYTES
        world.deploy(self.namespace, app, replicas=replicas, image=image, memory_limit=memory_limit)

    async def autoscaler(self, app: str, *, maximum: int) -> None:
        self.cluster.world.autoscale(self.namespace, app, minimum=1, maximum=maximum)

    async def cron_job(self, name: str) -> None:
        self.cluster.world.repeat(self.namespace, name, schedule="0 0 30 2 *")

    async def job(self, cron_job: str, name: str, *, fails: bool) -> None:
        self.cluster.world.job(self.namespace, cron_job, name, fails=fails)

    async def condition(self, node: str, type_: str, status: str) -> None:
        self.cluster.world.nodes.condition(node, type_, status)

    async def naked_pod(self, name: str, *, fault: str = "") -> None:
        if fault == UNPULLABLE:
            self.cluster.world.unpullable_images.add(f"{name}:1")
        self.cluster.world.run(self.namespace, name, image=f"{name}:1")

    async def budget(self, name: str, app: str, *, min_available: int) -> None:
        self.cluster.world.protect(self.namespace, name, app=app, min_available=min_available)

    async def annotate(self, kind: str, name: str, value: str) -> None:
        self.cluster.world.annotate(kind, self.namespace, name, "somebody", value)

    async def cordon(self, node: str, *, free: bool = False) -> None:
        self.cluster.world.nodes[node] = free

    async def remove(self, kind: str, name: str) -> None:
        self.cluster.world.remove(kind, self.namespace, name)

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Virtual time stands still by itself while nobody sleeps."""
        before_s = self.clock.now_s()
        yield
        assert self.clock.now_s() == before_s
