"""The folders of labs: .lab/runs/<id> with logs, data, kubeconfigs, lab.json and who owns it.

A lab belongs to the process that started it. When that process was killed, its lab's processes are
left over; whoever starts the next lab ends them, each by its own id.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import shutil
import signal
import time
from pathlib import Path

from tests.lab import identity
from tests.lab.paths import RUNS

KEPT_RUNS = 20  # logs of ended labs to look into; older folders are removed
SECRET_BYTES = 2  # tells labs apart that start in the same second


def create() -> Path:
    """A new run's folder, owned by this process, after leftovers were ended."""
    RUNS.mkdir(parents=True, exist_ok=True)
    with (RUNS / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for directory in ended():
            end_leftovers(directory)
        for directory in ended()[:-KEPT_RUNS]:
            shutil.rmtree(directory, ignore_errors=True)
        stamp = time.strftime("%Y%m%d-%H%M%S")
        directory = RUNS / f"{stamp}-{secrets.token_hex(SECRET_BYTES)}"
        directory.mkdir()
        (directory / "owner").write_text(identity.of(os.getpid()))
    return directory


def all_runs() -> list[Path]:
    """Oldest first."""
    return sorted(one for one in RUNS.glob("*") if one.is_dir()) if RUNS.exists() else []


def owner(directory: Path) -> str:
    file = directory / "owner"
    return file.read_text() if file.exists() else ""


def live() -> list[Path]:
    return [one for one in all_runs() if identity.lives(owner(one))]


def ended() -> list[Path]:
    return [one for one in all_runs() if not identity.lives(owner(one))]


def end_leftovers(directory: Path) -> None:
    for mark in sorted((directory / "processes").glob("*")):
        identity.send(mark.read_text(), signal.SIGKILL)
        mark.unlink(missing_ok=True)
    shutil.rmtree(directory / "data", ignore_errors=True)
    (directory / "owner").unlink(missing_ok=True)


def describe(directory: Path, facts: dict[str, object]) -> None:
    """Writes lab.json in one step, so that a reader never sees half of it."""
    written = directory / "lab.json.new"
    written.write_text(json.dumps(facts, indent=2) + "\n")
    written.replace(directory / "lab.json")
