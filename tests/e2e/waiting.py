"""Waiting for the truth: polls until a probe answers, fails with what was last seen."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

WITHIN_S = 60.0  # a liveness bound, generous on two shared cores; what is awaited takes seconds
EVERY_S = 0.25


def wait_for(
    what: str,
    probe: Callable[[], T | None],
    *,
    within_s: float = WITHIN_S,
    last: Callable[[], object] | None = None,
) -> T:
    """The first answer that is something: not None, False, 0 or empty; `last` tells why there is
    none."""
    deadline = time.monotonic() + within_s
    answer: T | None = None
    while time.monotonic() < deadline:
        answer = probe()
        if answer:
            return answer
        time.sleep(EVERY_S)
    seen = last() if last else answer
    raise AssertionError(f"{what}: not seen within {within_s:.0f} s; last answer {seen!r}")
