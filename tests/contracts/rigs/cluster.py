"""What a cluster to test has to offer, and the faults that may be ordered of it.

Two of them: the lab's API server under our shipped account (lab_cluster.py), and the simulated one
(simulated_cluster.py).
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol

from worker.engine.ports import Clock, ClusterApi

UNPULLABLE, STARTS_SLOWLY = "unpullable image", "starts slowly"
SICK_NODE, UNREADY_TEMPLATE, UNTIL_RESTARTED = "sick node", "unready", "unready until restarted"
SICK_RELEASE, SHORT_OF_MEMORY = "sick release", "short of memory"


class ClusterRig(Protocol):
    """One namespace, and the hands of somebody who may do anything in it."""

    @property
    def namespace(self) -> str: ...

    @property
    def clock(self) -> Clock: ...

    @property
    def api(self) -> ClusterApi: ...

    async def deploy(
        self,
        app: str,
        *,
        replicas: int = 1,
        fault: str = "",
        release: int = 1,
        memory_limit: str = "",
    ) -> None:
        """Make it, or roll another release of it out."""

    async def autoscaler(self, app: str, *, maximum: int) -> None: ...

    async def cron_job(self, name: str) -> None:
        """One whose time doesn't come."""

    async def job(self, cron_job: str, name: str, *, fails: bool) -> None:
        """One of the CronJob's, as if its time had come."""

    async def condition(self, node: str, type_: str, status: str) -> None:
        """What the node's kubelet, or a detector on it, says of it."""

    async def naked_pod(self, name: str, *, fault: str = "") -> None:
        """One without a controller."""

    async def budget(self, name: str, app: str, *, min_available: int) -> None: ...

    async def annotate(self, kind: str, name: str, value: str) -> None:
        """Somebody else changes the object's metadata."""

    async def cordon(self, node: str, *, free: bool = False) -> None:
        """Somebody else keeps new pods away from it, or lets them come again."""

    async def remove(self, kind: str, name: str) -> None: ...

    def frozen(self) -> AbstractContextManager[None]:
        """Inside the block no pod starts, changes or vanishes; the API server goes on."""
