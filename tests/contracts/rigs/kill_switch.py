"""Kill switches to test: the shipped ConfigMap on the lab, and the simulated cluster's."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.contracts.rigs.lab import OWN_NAMESPACE
from tests.lab import Lab
from tests.simulation.fakes.virtual_time import VirtualClock
from worker.adapters.kubernetes_api import KubernetesApi
from worker.adapters.kubernetes_kill_switch import KubernetesKillSwitch
from worker.adapters.simulated import SimulatedCluster

NAME = "aiops-kill-switch"  # the one ConfigMap that the shipped account may read


class LabSwitch:
    def __init__(self, lab: Lab, kubeconfig: Path, unreachable: Path) -> None:
        self._lab = lab
        self._unreachable = unreachable
        self._api = KubernetesApi(kubeconfig)
        self.switch = KubernetesKillSwitch(self._api, OWN_NAMESPACE, NAME)

    async def put(self, data: dict[str, str] | None) -> None:
        made = {"apiVersion": "v1", "kind": "ConfigMap", "data": data or {}}
        named = {**made, "metadata": {"name": NAME, "namespace": OWN_NAMESPACE}}
        path = f"/api/v1/namespaces/{OWN_NAMESPACE}/configmaps"
        request = self._lab.kubernetes.request
        await asyncio.to_thread(request, "DELETE", f"{path}/{NAME}")
        if data is not None:
            code, _ = await asyncio.to_thread(request, "POST", path, body=named)
            assert code == 201, code

    async def cut_off(self) -> None:
        await self._api.close()
        self._api = KubernetesApi(self._unreachable)
        self.switch = KubernetesKillSwitch(self._api, OWN_NAMESPACE, NAME)

    async def close(self) -> None:
        await self._api.close()
        await self.put({"stop": "false"})


class SimulatedSwitch:
    def __init__(self) -> None:
        self.switch = SimulatedCluster(VirtualClock())

    async def put(self, data: dict[str, str] | None) -> None:
        self.switch.switch = data

    async def cut_off(self) -> None:
        self.switch.away = True
