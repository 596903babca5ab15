"""The pack that is in force: looked at every few seconds, swapped whole, never for a worse one.

Rules of this file: whatever is wrong with the folder, the last good pack stays. Nothing is judged
that may be half written: what was read counts only if the folder is the same before and after.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from pathlib import Path

from worker.domain.playbooks.pack import Pack
from worker.engine.ports import Clock, Telemetry

LOOK_EVERY_S = 5.0  # a ConfigMap takes a minute to arrive: this adds nothing that anybody notices
FILES_MAX = 1000  # that a look reads; a pack is refused long before
READ_MAX_BYTES = 512 * 1024  # of one file; a pack with a larger one is refused

UNREADABLE, OLDER, SAME_VERSION = "unreadable", "older", "same_version"


class ReloadingPack:
    """`load` reads the folder and raises a ValueError that says what is wrong with it."""

    def __init__(
        self, folder: Path, load: Callable[[], Pack], clock: Clock, telemetry: Telemetry
    ) -> None:
        """Raises what `load` raises: there is no last good pack yet."""
        self._folder = folder
        self._load = load
        self._clock = clock
        self._telemetry = telemetry
        before = _digest(folder)
        self._pack = load()
        self._judged = before if _digest(folder) == before else ""
        self._refused = ""

    def current(self) -> Pack:
        """The pack in force."""
        return self._pack

    @property
    def refused(self) -> str:
        """Why what lies in the folder now is not in force; "" while it is."""
        return self._refused

    async def run(self) -> None:
        """Look again and again; ends only by cancellation."""
        while True:
            await self._clock.sleep(LOOK_EVERY_S)
            await self.look()

    async def look(self) -> None:
        """Take what lies there if it is new, whole and better; else say once why not."""
        before = await asyncio.to_thread(_digest, self._folder)
        if before == self._judged:
            return
        found: Pack | ValueError
        try:
            found = await asyncio.to_thread(self._load)
        except ValueError as error:
            found = error
        if await asyncio.to_thread(_digest, self._folder) != before:
            return  # it is being written: the next look sees the whole
        self._judged = before
        with self._telemetry.span("playbooks") as span:
            kind, self._refused = self._judge(found)
            span.set("version", self._pack.version)
            span.set("refused", self._refused)
        if kind:
            self._telemetry.count("playbooks_refused", error=kind)

    def _judge(self, found: Pack | ValueError) -> tuple[str, str]:
        """Why it is refused, as a word and as a sentence; both empty when it is in force now."""
        if isinstance(found, ValueError):
            return UNREADABLE, str(found)
        mine = self._pack.version
        if found.version < mine:
            words = f"version {found.version} is older than {mine}, which is in force; raise it"
            return OLDER, words
        if found.version == mine and found != self._pack:
            words = f"it was changed, and its version is {mine} still; raise it"
            return SAME_VERSION, words
        if found.version > mine:
            self._pack = found
            self._telemetry.count("playbooks_swapped")
        return "", ""


def _digest(folder: Path) -> str:
    """Of the names and contents of its files; what can't be read counts as what is wrong with it.

    A mounted ConfigMap is a link that is moved: only what is found behind it counts.
    """
    digest = hashlib.sha256()
    try:
        paths = sorted(path for path in folder.glob("*") if path.suffix in (".yaml", ".yml"))
    except OSError as error:
        return f"error {error.errno}"
    for path in paths[:FILES_MAX]:
        try:
            with path.open("rb") as file:
                content = file.read(READ_MAX_BYTES)
        except OSError as error:
            content = f"error {error.errno}".encode()
        for part in (path.name.encode(), content):
            digest.update(len(part).to_bytes(8))
            digest.update(part)
    digest.update(len(paths).to_bytes(8))
    return digest.hexdigest()
