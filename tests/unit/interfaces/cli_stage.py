"""A worker with something to read, and `aiopsctl` called on it, both ways it can read."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from click.testing import CliRunner, Result

from tests.unit.engine.rig import NOBODY, SHOP, alert, body
from tests.unit.interfaces.people_port import People, people
from worker.domain.document.identity import Subject, SubjectKind
from worker.engine.delivery import Source
from worker.interfaces.cli.main import main

SOURCES = ("--database", "--server")

HOSTILE = "evil\x1b[2J\x1b]0;owned\x07\r\n\x9b31m\u202efake line"
HOSTILE_SUBJECT = Subject(SubjectKind.UNRESOLVED, HOSTILE, "")
UNSAFE = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""What moves the cursor, colours the screen or turns the text round; a line feed is ours."""


@dataclass
class Stage:
    people: People
    repairing: str  # ids of incidents and of a letter
    escalated: str
    letter: str

    def options(self, source: str) -> list[str]:
        """How to name this worker as `source`."""
        where = {
            "--database": str(self.people.rig.database),
            "--server": self.people.port.url,
        }
        return [source, where[source]]

    async def call(self, *words: str, source: str) -> Result:
        return await aiopsctl(*words, *self.options(source))


async def aiopsctl(*words: str, typed: str = "", **environment: str) -> Result:
    """In this process, in a thread of its own; no variable of the caller's shell counts."""
    clean: dict[str, str | None] = {"AIOPS_SERVER": None, "AIOPS_API_TOKEN": None}
    runner = CliRunner(env={**clean, **environment})
    return await asyncio.to_thread(runner.invoke, main, list(words), input=typed)


@asynccontextmanager
async def stage(folder: Path, *, letter: bytes = b"{nope", **settings: str) -> AsyncIterator[Stage]:
    """One incident being repaired, one in a human's hands, one closed, and one dead letter."""
    async with people(folder, **settings) as served:
        rig = served.rig
        pod = await rig.deploy_sick()
        await rig.deliver(body(alert(namespace="shop", pod=pod)))
        await rig.turn(SHOP)
        rig.clock.pass_s(61.0)
        await rig.turn(SHOP)
        rig.clock.pass_s(5.0)
        over = Subject(SubjectKind.UNRESOLVED, "over", "")
        for number, status in enumerate(("firing", "resolved")):
            one = {**alert("Over", namespace="over", at_s=1.0 + number), "status": status}
            await rig.deliver(body(one))
            await rig.turn(over)
        rig.clock.pass_s(5.0)
        await rig.deliver(body(alert("Odd", namespace="nowhere")))
        await rig.turn(NOBODY)
        await rig.deliver(letter, source=Source.WEBHOOK)
        listed = await rig.engine.dead_letters.list()
        yield Stage(
            served,
            (await rig.document(SHOP)).incidents[0].id,
            (await rig.document(NOBODY)).incidents[0].id,
            listed[0]["id"],
        )
