"""A rig in its own folder, closed when its test is over; and one whose answer is an eviction."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.unit.engine.rig import Rig
from tests.unit.engine.stage import EVICT, pack_of


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    made = Rig(tmp_path)
    yield made
    await made.close()


@pytest.fixture
def evicting(rig: Rig) -> None:
    """The rig's only playbook takes the sick pod off its node."""
    rig.pack = pack_of(EVICT)
    rig.restart()
