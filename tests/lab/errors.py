"""The one error of the lab: what failed, and the last lines of the log that say why."""

from __future__ import annotations

from pathlib import Path

TAIL_LINES = 30
TAIL_BYTES = 64 * 1024  # enough for thirty lines of the longest logs we have seen


class LabError(RuntimeError):
    """A part could not be built, started or spoken to."""


def tail(log: Path, *, lines: int = TAIL_LINES) -> str:
    """The last lines of a log; empty when there is none."""
    if not log.exists():
        return ""
    with log.open("rb") as opened:
        opened.seek(max(0, log.stat().st_size - TAIL_BYTES))
        text = opened.read().decode(errors="replace")
    return "\n".join(text.splitlines()[-lines:])
