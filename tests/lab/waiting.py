"""Readiness by looking: poll until a check holds, with a stated bound, or fail with the log.

A check returns False for "not yet"; a refused or reset connection counts as that too.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable

from tests.lab.errors import LabError
from tests.lab.process import Process

POLL_EVERY_S = 0.05
REQUEST_WITHIN_S = 2.0
START_WITHIN_S = 60.0  # a part's first answer on a busy two-core machine


def wait_until(
    what: str,
    check: Callable[[], bool],
    *,
    process: Process | None = None,
    within_s: float = START_WITHIN_S,
) -> None:
    """Returns once the check holds; raises when time is over or the process ended before."""
    deadline = time.monotonic() + within_s
    while not check():
        log = f"\n{process.log_tail()}" if process else ""
        if process is not None and not process.running:
            raise LabError(f"{what}: {process.name} ended with {process.code}{log}")
        if time.monotonic() > deadline:
            raise LabError(f"{what}: not within {within_s:.0f} s{log}")
        time.sleep(POLL_EVERY_S)


def listens(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=REQUEST_WITHIN_S):
            return True
    except OSError:
        return False


def answers(url: str, *, ok: tuple[int, ...] = (200, 204)) -> bool:
    """Whether a GET is answered with one of these codes; certificates are not the question here."""
    context = ssl._create_unverified_context() if url.startswith("https:") else None
    try:
        with urllib.request.urlopen(url, timeout=REQUEST_WITHIN_S, context=context) as answer:
            return answer.status in ok
    except urllib.error.HTTPError as error:
        return error.code in ok
    except (OSError, http.client.HTTPException):  # refused, or cut in the middle
        return False
