"""Waker: the engine's queue before an actor behind a real sidecar, a turn here, a simulated one."""

from __future__ import annotations

import platform
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
import pytest_asyncio

from tests.contracts.cases.waker import ACTORS, HINTS
from tests.contracts.observing import Note, observed
from tests.contracts.rigs.lab import version
from tests.contracts.rigs.turns import WakerRig
from tests.contracts.rigs.waker import (
    ActorApp,
    DaprTurns,
    LocalTurns,
    SimulatedTurns,
    actor_app,
)
from tests.contracts.transcripts import Transcript
from tests.lab import Lab
from tests.simulation.fakes import virtual_time

DAPR, LOCAL = Transcript("waker"), Transcript("waker_local")
Case = Callable[[WakerRig, Note], Awaitable[None]]


def each(cases: tuple[Case, ...]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", cases, ids=lambda case: case.__name__)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def app(lab: Lab, resources: Path) -> AsyncIterator[ActorApp]:
    async with actor_app(lab, resources) as served:
        yield served


@pytest.mark.e2e
@pytest.mark.asyncio(loop_scope="module")
@each(ACTORS)
async def test_real_actor_behind_a_sidecar(case: Case, lab: Lab, app: ActorApp) -> None:
    rig = DaprTurns(lab, app, case.__name__)
    try:
        seen = await observed(case, rig)
    finally:
        await rig.close()
    DAPR.check_or_record(case.__name__, seen, version("daprd", "dapr-placement", "dapr-scheduler"))


@each(HINTS)
async def test_real_local(case: Case) -> None:
    rig = LocalTurns()
    try:
        seen = await observed(case, rig)
    finally:
        await rig.close()
    LOCAL.check_or_record(case.__name__, seen, f"asyncio of Python {platform.python_version()}")


@each(ACTORS)
def test_fake_simulated(case: Case) -> None:
    async def simulated() -> None:
        rig = SimulatedTurns()
        try:
            DAPR.check_recorded(case.__name__, await observed(case, rig))
        finally:
            await rig.close()

    virtual_time.run(simulated())
