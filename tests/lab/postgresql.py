"""One PostgreSQL, the state store that is recommended for production: synced at every commit.

It refuses to run as root, so it runs as the account that its Debian package makes.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

from tests.lab import debian
from tests.lab.errors import LabError
from tests.lab.ports import Ports
from tests.lab.process import Process
from tests.lab.waiting import REQUEST_WITHIN_S, wait_until

PACKAGE, ACCOUNT = "postgresql", "postgres"
PROGRAMS = Path("/usr/lib/postgresql")
INITIALISED_WITHIN_S = 60.0


class PostgreSql(Process):
    """`restart`, and `start` after `kill`, keep port and data."""

    def __init__(self, directory: Path, ports: Ports) -> None:
        self.port = ports.free()
        self._data = Path(tempfile.mkdtemp(prefix="lab-postgresql-"))  # where its account may go
        arguments: list[str | Path] = [
            *_as_account(), _program("postgres"), "-D", self._data / "data", "-p", str(self.port),
            "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=",
        ]  # fmt: skip
        super().__init__("postgresql", arguments, directory=directory)

    @property
    def connection_string(self) -> str:
        return f"host=127.0.0.1 port={self.port} user={ACCOUNT} database=postgres sslmode=disable"

    def start(self) -> None:
        if not (self._data / "data").exists():
            self._initialise()
        super().start()
        wait_until("PostgreSQL answers", self._answers, process=self)

    def remove(self) -> None:
        """End it and its data."""
        self.kill()
        self.stop()
        shutil.rmtree(self._data, ignore_errors=True)

    def _initialise(self) -> None:
        if os.geteuid() == 0:
            shutil.chown(self._data, ACCOUNT, ACCOUNT)
        done = subprocess.run(
            [*_as_account(), _program("initdb"), "-D", self._data / "data", "-U", ACCOUNT,
             "--auth", "trust", "--no-instructions"],
            capture_output=True, text=True, timeout=INITIALISED_WITHIN_S, cwd="/", check=False,
        )  # fmt: skip
        if done.returncode:
            raise LabError(f"initdb: {done.stderr.strip()}")

    def _answers(self) -> bool:
        """It refuses TLS with one byte once it takes connections at all."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), REQUEST_WITHIN_S) as asked:
                asked.sendall(b"\x00\x00\x00\x08\x04\xd2\x16\x2f")
                return asked.recv(1) == b"N"
        except OSError:
            return False


def _as_account() -> list[str]:
    """Nothing to change for whoever isn't root."""
    if os.geteuid() != 0:
        return []
    return ["setpriv", f"--reuid={ACCOUNT}", f"--regid={ACCOUNT}", "--clear-groups"]


def _program(name: str) -> Path:
    if not list(PROGRAMS.glob(f"*/bin/{name}")):
        debian.install([PACKAGE])
    found = sorted(PROGRAMS.glob(f"*/bin/{name}"))
    if not found:
        raise LabError(f"{name} is not in {PROGRAMS}; install {PACKAGE}")
    return found[-1]
