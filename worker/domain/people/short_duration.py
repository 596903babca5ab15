"""A duration as people say it to each other: 40s, 30m, 4h."""

from __future__ import annotations

import re

_SAID = re.compile(r"([0-9]{1,6})([smh])")
_UNIT_S = {"s": 1.0, "m": 60.0, "h": 3600.0}


def said_s(text: str) -> float | None:
    """In seconds; None when it is no such duration."""
    match = _SAID.fullmatch(text)
    return None if match is None else float(match[1]) * _UNIT_S[match[2]]
