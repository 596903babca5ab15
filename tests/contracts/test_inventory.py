"""Inventory: lists and watches of a real API server under the shipped account, and simulated."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from pathlib import Path

import pytest

from tests.contracts.cases.inventory import CASES, InventoryRig
from tests.contracts.observing import WITHIN_S, Note, observed
from tests.contracts.rigs.lab import version
from tests.contracts.rigs.lab_cluster import LabCluster
from tests.contracts.rigs.simulated_cluster import SimulatedRig
from tests.contracts.transcripts import Transcript
from tests.lab import Lab
from tests.simulation.fakes import virtual_time
from tests.simulation.fakes.recording_telemetry import RecordingTelemetry
from worker.adapters.kubernetes_inventory import KubernetesInventory

TRANSCRIPT = Transcript("inventory")
Case = Callable[[InventoryRig, Note], Awaitable[None]]
each = pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)


class LabInventory(LabCluster):
    """A namespace with an inventory that is kept while the case runs."""

    def __init__(self, lab: Lab, namespace: str, kubeconfig: Path) -> None:
        super().__init__(lab, namespace, kubeconfig)
        self.telemetry = RecordingTelemetry()
        self.inventory = KubernetesInventory(self.api, self.clock, self.telemetry)
        self._keeping = asyncio.create_task(self.inventory.run())

    async def close(self) -> None:
        self._keeping.cancel()
        with suppress(asyncio.CancelledError):
            await self._keeping
        await super().close()


@pytest.fixture
async def rig(
    lab: Lab, kubeconfig: Path, request: pytest.FixtureRequest
) -> AsyncIterator[LabInventory]:
    name = request.node.callspec.params["case"].__name__.replace("_", "-")
    opened = LabInventory(lab, f"inventory-{name}", kubeconfig)
    assert await opened.inventory.wait_ready(WITHIN_S), opened.telemetry.counted
    yield opened
    await opened.close()


@pytest.mark.e2e
@each
async def test_real_api_server(case: Case, rig: LabInventory) -> None:
    TRANSCRIPT.check_or_record(
        case.__name__, await observed(case, rig), version("kube-apiserver", "kwok")
    )


@each
def test_fake_simulated_cluster(case: Case) -> None:
    async def simulated() -> None:
        TRANSCRIPT.check_recorded(case.__name__, await observed(case, SimulatedRig()))

    virtual_time.run(simulated())
