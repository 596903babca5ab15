"""KillSwitch: the shipped ConfigMap read by the shipped account, and the simulated one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from tests.contracts.cases.kill_switch import CASES, SwitchRig
from tests.contracts.observing import Note, observed
from tests.contracts.rigs.kill_switch import LabSwitch, SimulatedSwitch
from tests.contracts.rigs.lab import version
from tests.contracts.rigs.lab_cluster import unreachable_kubeconfig
from tests.contracts.transcripts import Transcript
from tests.lab import Lab
from tests.simulation.fakes import virtual_time

TRANSCRIPT = Transcript("kill_switch")
Case = Callable[[SwitchRig, Note], Awaitable[None]]
each = pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)


@pytest.mark.e2e
@each
async def test_real_config_map(case: Case, lab: Lab, kubeconfig: Path, tmp_path: Path) -> None:
    rig = LabSwitch(lab, kubeconfig, unreachable_kubeconfig(lab, tmp_path))
    try:
        seen = await observed(case, rig)
    finally:
        await rig.close()
    TRANSCRIPT.check_or_record(case.__name__, seen, version("kube-apiserver"))


@each
def test_fake_simulated_cluster(case: Case) -> None:
    TRANSCRIPT.check_recorded(case.__name__, virtual_time.run(observed(case, SimulatedSwitch())))
