"""The list of mutants that may survive, as data: `survivors.md`, where each has its reason."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

LIST = Path(__file__).with_name("survivors.md")


@dataclass(frozen=True, slots=True, order=True)
class Survivor:
    """Known by what it changes, and where: no number, which would move with every line."""

    file: str
    function: str
    changed: tuple[str, ...]

    @property
    def text(self) -> str:
        """As it stands in the list."""
        return "\n".join((f"{self.file} {self.function}", *self.changed))


def listed(page: str | None = None) -> list[Survivor]:
    """Those in the page's `diff` blocks; between two of a block is an empty line."""
    blocks = re.findall(r"^```diff\n(.*?)^```$", page or LIST.read_text(), re.M | re.S)
    return [_read(one) for block in blocks for one in re.split(r"\n\n+", block.strip())]


def _read(text: str) -> Survivor:
    place, *changed = text.splitlines()
    file, function = place.split(" ")
    return Survivor(file, function, tuple(changed))
