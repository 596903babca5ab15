"""A bug: a piece of text, which must stand exactly once in its file, and what is put there."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mutant:
    """`killers` are tried before all others; it survives only when the others pass as well."""

    name: str
    file: str
    old: str
    new: str
    killers: tuple[str, ...] = ()
