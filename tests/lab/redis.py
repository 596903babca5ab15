"""One Redis that loses no answered write: append-only file, synced at every one."""

from __future__ import annotations

import socket
from pathlib import Path

from tests.lab.paths import BINARIES
from tests.lab.ports import Ports
from tests.lab.process import Process
from tests.lab.waiting import REQUEST_WITHIN_S, wait_until


class Redis(Process):
    """`restart`, and `start` after `kill`, keep port and data."""

    def __init__(self, directory: Path, ports: Ports) -> None:
        self.port = ports.free()
        self.address = f"127.0.0.1:{self.port}"
        self.data = directory / "data" / "redis"
        arguments: list[str | Path] = [
            BINARIES / "redis-server", "--bind", "127.0.0.1", "--port", str(self.port),
            "--dir", self.data, "--save", "", "--appendonly", "yes", "--appendfsync", "always",
        ]  # fmt: skip
        super().__init__("redis", arguments, directory=directory)

    @property
    def processes(self) -> list[Process]:
        return [self]

    @property
    def facts(self) -> dict[str, object]:
        return {"address": self.address}

    def start(self) -> None:
        self.data.mkdir(parents=True, exist_ok=True)
        super().start()
        wait_until("Redis answers", self._pongs, process=self)

    def _pongs(self) -> bool:
        """False also while it reads its file: an open port is not enough after a kill."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), REQUEST_WITHIN_S) as asked:
                asked.sendall(b"PING\r\n")
                return asked.recv(16).startswith(b"+PONG")
        except OSError:
            return False
