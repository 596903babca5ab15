"""Free ports, kept apart between labs that run side by side.

A port is taken by creating a file named after it in a shared folder, then checked by binding. The
file names its owner; a file whose owner is gone is taken over. All ports lie below the kernel's
range for outgoing connections, so no client's socket can get in the way before ours is bound.
"""

from __future__ import annotations

import errno
import fcntl
import os
import random
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.lab import identity
from tests.lab.errors import LabError

FIRST, LAST = 20_000, 31_999
REGISTRY = Path(tempfile.gettempdir()) / "lab-ports"


class Ports:
    """The ports of one lab; `release` gives them back."""

    def __init__(self) -> None:
        self._owner = identity.of(os.getpid())
        self._taken: list[int] = []

    def free(self) -> int:
        with locked():
            for port in candidates():
                claim = REGISTRY / str(port)
                if claim.exists() and identity.lives(claim.read_text()):
                    continue
                if bindable(port):
                    claim.write_text(self._owner)
                    self._taken.append(port)
                    return port
        raise LabError(f"no free port between {FIRST} and {LAST}")

    def release(self) -> None:
        with locked():
            for port in self._taken:
                (REGISTRY / str(port)).unlink(missing_ok=True)
        self._taken.clear()


def candidates() -> Iterator[int]:
    """All ports of the range once, from a random one on: a port just freed is not the next one."""
    size = LAST - FIRST + 1
    start = random.randrange(size)
    return (FIRST + (start + step) % size for step in range(size))


def bindable(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            if error.errno in (errno.EADDRINUSE, errno.EACCES):
                return False
            raise
    return True


@contextmanager
def locked() -> Iterator[None]:
    REGISTRY.mkdir(exist_ok=True)
    with (REGISTRY / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
