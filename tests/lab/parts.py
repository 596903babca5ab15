"""What the lab consists of: parts.toml, typed.

A part's `key` changes when anything that goes into it changes; the build writes it to a stamp.
"""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tests.lab.paths import SOURCE


@dataclass(frozen=True, slots=True)
class GoPart:
    """One binary out of one Go module."""

    name: str
    module: str
    version: str
    sum: str
    package: str
    folder: str = ""  # go.mod and go.sum of ours; empty: built inside the module, by its own
    tags: str = ""
    defines: list[str] = field(default_factory=list)
    files_to: str = ""
    files: list[str] = field(default_factory=list)  # taken from the module beside the binary

    @property
    def key(self) -> str:
        return digest(self, SOURCE / "go" / self.folder if self.folder else None)


@dataclass(frozen=True, slots=True)
class MavenPart:
    """A folder of jars."""

    name: str
    version: str
    folder: str

    @property
    def key(self) -> str:
        return digest(self, SOURCE / self.folder)


@dataclass(frozen=True, slots=True)
class DebianPart:
    """A program of a distribution's package, linked beside the built ones."""

    name: str
    package: str
    version: str

    @property
    def key(self) -> str:
        return digest(self, None)


Part = GoPart | MavenPart | DebianPart


def digest(part: Part, folder: Path | None) -> str:
    total = hashlib.sha256(repr(sorted(asdict(part).items())).encode())
    for file in sorted(folder.iterdir()) if folder else ():
        total.update(file.read_bytes())
    return total.hexdigest()


def load() -> tuple[list[Part], dict[str, str]]:
    """The parts in build order, and the tools they need (program to package)."""
    text: dict[str, Any] = tomllib.loads((SOURCE / "parts.toml").read_text())
    parts: list[Part] = [
        *(DebianPart(**one) for one in text["debian"]),
        *(MavenPart(**one) for one in text["maven"]),
        *(GoPart(**one) for one in text["go"]),
    ]
    return parts, text["tools"]
