"""Embedded mode under test: `aiopsctl run` as a real process on a real cluster, with a file."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from tests.e2e.worker_process import ROOT, Worker

ANSWERS_WITHIN_S = 30.0


@dataclass
class EmbeddedWorker(Worker):
    """One process; the database and the port stay the same when it is started again."""

    def __post_init__(self) -> None:
        self.people_port = self.lab.free_port()
        self.database: Path = self.lab.directory / f"{self.name}.db"
        self.process: Any = None
        self.sidecar: Any = None

    def start(self) -> EmbeddedWorker:
        self.start_process()
        return self

    def start_process(self, **more: str) -> None:
        self.process = self.run(self.people_port, **more)

    def run(self, people_port: int, **more: str) -> Any:
        """A process on this database that listens on this port."""
        command = [sys.executable, "-m", "worker.interfaces.cli.main", "run"]
        return self.lab.start_process(
            self.name,
            [*command, "--database", str(self.database), "--port", str(people_port)],
            env={**os.environ, **self.environment, **more},
            cwd=ROOT,
        )

    def post(self, *alerts: dict[str, Any]) -> int:
        """The status that the webhook answers; raises OSError when no answer comes."""
        status = "firing" if any(one["status"] == "firing" for one in alerts) else "resolved"
        body = {"version": "4", "status": status, "receiver": "aiops", "alerts": list(alerts)}
        request = Request(
            f"{self.url}/api/v1/webhooks/alertmanager", json.dumps(body).encode(), method="POST"
        )
        with urlopen(request, timeout=ANSWERS_WITHIN_S) as answer:
            return int(answer.status)
