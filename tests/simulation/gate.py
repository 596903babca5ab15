"""A host that never dies, for scenes that need no whole one: what it asks takes its time."""

from __future__ import annotations

import asyncio
from random import Random

LATENCY_MAX_S = 0.05  # of one call to a port


class Gate:
    name = "host"

    def __init__(self, random: Random) -> None:
        self._random = random

    async def gate(self) -> None:
        await asyncio.sleep(self._random.uniform(0.0, LATENCY_MAX_S))
