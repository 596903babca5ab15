"""A lab without a test: a process of its own holds it until it is told to end.

So there is one way to own a lab; a person's lab ends the same way as a test's.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.lab import identity, runs
from tests.lab.errors import LabError, tail
from tests.lab.lab import Lab
from tests.lab.paths import REPOSITORY

UP_WITHIN_S = 180.0
DOWN_WITHIN_S = 30.0
POLL_EVERY_S = 0.1


def hold(parts: Sequence[str]) -> None:
    """Starts a lab and keeps it until SIGTERM or SIGINT."""
    # Raised as an exception, so that a lab that is only half started is ended too.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit(0))
    with Lab.start(parts):
        while True:
            signal.pause()


def up(parts: str) -> dict[str, Any]:
    """Starts a holder and returns the addresses once its lab is ready."""
    with tempfile.NamedTemporaryFile(prefix="lab-up-", suffix=".log") as log:
        popen = subprocess.Popen(
            [sys.executable, "-m", "tests.lab", "hold", "--parts", parts],
            cwd=REPOSITORY,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        owned = identity.of(popen.pid)
        deadline = time.monotonic() + UP_WITHIN_S
        while time.monotonic() < deadline:
            for directory in runs.live():
                if runs.owner(directory) == owned and (directory / "lab.json").exists():
                    return read(directory)
            if popen.poll() is not None:
                raise LabError(f"the lab did not start\n{tail(Path(log.name))}")
            time.sleep(POLL_EVERY_S)
        os.kill(popen.pid, signal.SIGTERM)
        raise LabError(f"the lab was not ready within {UP_WITHIN_S:.0f} s")


def listed() -> list[dict[str, Any]]:
    return [read(one) for one in runs.live() if (one / "lab.json").exists()]


def down(name: str | None) -> str:
    """Ends the named lab, or the only one; returns its name once it is gone."""
    found = [one for one in runs.live() if name in (None, one.name)]
    if len(found) != 1:
        running = ", ".join(one.name for one in runs.live()) or "none"
        raise LabError(f"name one lab that runs; running: {running}")
    owner = runs.owner(found[0])
    identity.send(owner, signal.SIGTERM)
    deadline = time.monotonic() + DOWN_WITHIN_S
    while identity.lives(owner):
        if time.monotonic() > deadline:
            raise LabError(f"{found[0].name} still runs after {DOWN_WITHIN_S:.0f} s")
        time.sleep(POLL_EVERY_S)
    return found[0].name


def read(directory: Path) -> dict[str, Any]:
    facts: dict[str, Any] = json.loads((directory / "lab.json").read_text())
    return facts
