"""Which process is meant: an id and the moment it started, so that a reused id is not mistaken."""

from __future__ import annotations

import os
import signal
from pathlib import Path

STARTED_FIELD = 19  # of /proc/<id>/stat, counted after the command's closing bracket


def of(pid: int) -> str:
    """What to write down about a live process; "0 0" for one that is gone."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return "0 0"
    state, *rest = stat.rpartition(")")[2].split()
    # A zombie holds its id, yet runs nothing any more.
    return "0 0" if state == "Z" else f"{pid} {rest[STARTED_FIELD - 1]}"


def lives(written: str) -> bool:
    pid = written.split()[0] if written else "0"
    return pid != "0" and of(int(pid)) == written


def send(written: str, number: signal.Signals) -> bool:
    """Signals that very process; False when it is gone."""
    if not lives(written):
        return False
    try:
        os.kill(int(written.split()[0]), number)
    except ProcessLookupError:
        return False
    return True
