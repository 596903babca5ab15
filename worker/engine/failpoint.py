"""Named places where a test may kill, delay or break this process. Inert unless armed.

Armed by `AIOPS_FAILPOINT=name:action[:seconds]` (kill, sleep, raise) with `AIOPS_FAILPOINT_MARK`
naming a file. The file is created when the point is reached: it shows the test that the fault
happened, and keeps the point from firing a second time after a restart.
"""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

NAMES = (
    "accept.saved",
    "turn.intent_durable",
    "turn.claimed",
    "turn.slow",
    "write.sent",
    "write.answered",
)
"""Every failpoint there is: a test that arms one which is never reached must fail."""


async def failpoint(name: str) -> None:
    """Do what the environment asks for at this point, once."""
    armed = _armed(name)
    if armed is None:
        return
    action, seconds = armed
    if action == "sleep":
        await asyncio.sleep(seconds)
    else:
        _break(name, action)


def _armed(name: str) -> tuple[str, float] | None:
    assert name in NAMES, name
    wanted = os.environ.get("AIOPS_FAILPOINT", "")
    if not wanted:
        return None
    point, _, rest = wanted.partition(":")
    if point != name:
        return None
    mark = Path(os.environ["AIOPS_FAILPOINT_MARK"])
    try:
        mark.touch(exist_ok=False)
    except FileExistsError:
        return None
    action, _, seconds = rest.partition(":")
    return action, float(seconds or 0)


def _break(name: str, action: str) -> None:
    if action == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    raise RuntimeError(f"failpoint {name}: {action}")
