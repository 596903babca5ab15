"""Monitor: a real Alertmanager, and the simulated one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import aiohttp
import pytest

from tests.contracts.cases.monitor import CASES, MonitorRig
from tests.contracts.observing import Note, observed
from tests.contracts.rigs.lab import version
from tests.contracts.rigs.monitor import CONFIGURATION, AlertmanagerRig, SimulatedMonitorRig
from tests.contracts.transcripts import Transcript
from tests.lab import Lab
from tests.lab.monitoring import Alertmanager as AlertmanagerProcess

TRANSCRIPT = Transcript("monitor")
Case = Callable[[MonitorRig, Note], Awaitable[None]]
each = pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)


@pytest.fixture(scope="module")
def alertmanager(lab: Lab) -> AlertmanagerProcess:
    return lab.start_alertmanager(CONFIGURATION)


@pytest.mark.e2e
@each
async def test_real_alertmanager(case: Case, lab: Lab, alertmanager: AlertmanagerProcess) -> None:
    dead_url = f"http://127.0.0.1:{lab.free_port()}"
    async with aiohttp.ClientSession() as session:
        rig = AlertmanagerRig(session, alertmanager.url, case.__name__, dead_url)
        seen = await observed(case, rig)
    TRANSCRIPT.check_or_record(case.__name__, seen, version("alertmanager"))


@each
async def test_fake_simulated_monitor(case: Case) -> None:
    TRANSCRIPT.check_recorded(case.__name__, await observed(case, SimulatedMonitorRig()))
