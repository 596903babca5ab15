"""The people of the file as it is now: read again when it changes, so that who is taken out is out.

Rules of this file: a file that can't be read any more is not "nobody changed anything". What was
read last counts for a minute, since an editor writes in pieces; then nobody of it gets in.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from worker.adapters.yaml_nodes import YamlFileError
from worker.interfaces.identities import Person
from worker.interfaces.people_file import read_people

LOOK_EVERY_S = 1.0  # pause between two looks at the file, however many requests come
KEPT_S = 60.0  # how long the people of a file count that can't be read any more

Signature = tuple[int, int, int]


class PeopleDirectory:
    """Read at once. Raises YamlFileError. `unreadable` is told each new trouble once."""

    def __init__(
        self,
        path: Path,
        unreadable: Callable[[str], None],
        monotonic_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._path = path
        self._unreadable = unreadable
        self._monotonic_s = monotonic_s
        self._looking = asyncio.Lock()
        self._told = ""
        self._signature = _signature(path)
        self._people: Sequence[Person] = read_people(path)
        self._looked_at_s = self._good_at_s = monotonic_s()

    async def people(self) -> Sequence[Person]:
        async with self._looking:
            now_s = self._monotonic_s()
            if now_s - self._looked_at_s >= LOOK_EVERY_S:
                self._looked_at_s = now_s
                await asyncio.to_thread(self._look, now_s)
        return self._people if now_s - self._good_at_s < KEPT_S else ()

    def _look(self, now_s: float) -> None:
        signature = _signature(self._path)
        if signature is not None and signature == self._signature and not self._told:
            self._good_at_s = now_s
            return
        try:
            self._people = read_people(self._path)
        except YamlFileError as error:
            if str(error) != self._told:
                self._told = str(error)
                self._unreadable(self._told)
            return
        self._told, self._signature, self._good_at_s = "", signature, now_s


def _signature(path: Path) -> Signature | None:
    """What changes with the file, its mode included: a Secret's is replaced whole."""
    try:
        found = path.stat()
    except OSError:
        return None
    return (found.st_ctime_ns, found.st_size, found.st_ino)
