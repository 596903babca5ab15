"""Clock: the machine's, and virtual time."""

from __future__ import annotations

import asyncio
import platform
from collections.abc import Awaitable, Callable

import pytest

from tests.contracts.cases.clock import CASES
from tests.contracts.observing import Note, observed
from tests.contracts.transcripts import Transcript
from tests.simulation.fakes import virtual_time
from worker.adapters.system_clock import SystemClock
from worker.engine.ports import Clock

TRANSCRIPT = Transcript("clock")
Case = Callable[[Clock, Note], Awaitable[None]]
each = pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)


@each
async def test_real_system_clock(case: Case) -> None:
    seen = await observed(case, SystemClock())
    TRANSCRIPT.check_or_record(case.__name__, seen, f"Python {platform.python_version()}")


@each
def test_fake_virtual_clock(case: Case) -> None:
    seen = virtual_time.run(observed(case, virtual_time.VirtualClock()))
    TRANSCRIPT.check_recorded(case.__name__, seen)


def test_virtual_time_says_when_nothing_can_happen_any_more() -> None:
    async def forever() -> None:
        await asyncio.Event().wait()

    with pytest.raises(virtual_time.StuckError):
        virtual_time.run(forever())
