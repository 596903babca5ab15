"""The worker under test: a real process with a real sidecar, under the shipped files."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import yaml

from tests.e2e.waiting import wait_for
from tests.lab import Lab

Json = dict[str, Any]
ROOT = Path(__file__).parents[2]
APP_ID = "aiops-operator"
READY_WITHIN_S = 90.0  # start of an interpreter, a sidecar and the first lists, on two cores

# Every duration of a decision, shortened together; nothing else differs from the defaults.
QUICK = {
    "AIOPS_HOLD_S": "1",
    "AIOPS_VERIFY_EVERY_S": "1",
    "AIOPS_WATCH_EVERY_S": "3",
    "AIOPS_CLOSE_AFTER_HEALTHY_S": "5",
    "AIOPS_NEWBORN_S": "3",
    "AIOPS_SWEEP_EVERY_S": "3",
    "AIOPS_REMINDER_EVERY_S": "3",
    "AIOPS_NOTICE_RETRY_S": "1",
    "AIOPS_DECIDE_WITHIN_S": "60",
    # All tests of a file share one small cluster, and most of its services are sick on purpose.
    "AIOPS_LEASES_MAX": "64",
    "AIOPS_LEASES_NAMESPACE_MAX": "64",
    "AIOPS_ACTS_MAX": "256",
    "AIOPS_ACTS_NAMESPACE_MAX": "256",
    "AIOPS_ACTS_SUBJECT_MAX": "64",
    "AIOPS_STORM_LEAST": "256",
    "AIOPS_STORM_INFLOW_LEAST": "256",
}


@dataclass
class Worker:
    """One replica: the worker's process and its sidecar."""

    lab: Lab
    name: str
    environment: dict[str, str]
    sidecar_environment: dict[str, str] = field(default_factory=dict)
    module: str = "worker"  # what Python runs; a test may put another one in its place
    token: str = ""  # that the command line shows

    def __post_init__(self) -> None:
        self.people_port = self.lab.free_port()
        self.app_port = self.lab.free_port()
        self.resources = self.lab.directory / f"components-{self.name}"
        self.configuration = render(self.lab, self.resources, self.environment)
        self.process: Any = None
        self.sidecar: Any = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.people_port}"

    def start(self) -> Worker:
        self.start_sidecar()
        self.start_process()
        return self

    def start_sidecar(self) -> None:
        self.sidecar = self.lab.start_daprd(
            app_id=APP_ID,
            app_port=self.app_port,
            resources=self.resources,
            config=self.configuration,
            env={"NAMESPACE": "default", **self.sidecar_environment},
            extra_args=[],
        )

    def start_process(self, **more: str) -> None:
        self.process = self.lab.start_process(
            self.name,
            [sys.executable, "-m", self.module],
            env={
                **os.environ,
                **self.environment,
                **more,
                "AIOPS_PEOPLE_PORT": str(self.people_port),
                "AIOPS_SIDECAR_PORT": str(self.app_port),
                "DAPR_HTTP_PORT": str(self.sidecar.http_port),
            },
            cwd=ROOT,
        )

    def wait_ready(self) -> Worker:
        wait_for(f"{self.name} is ready", self.is_ready, within_s=READY_WITHIN_S)
        return self

    def is_ready(self) -> bool:
        if not self.process.running:
            raise AssertionError(f"{self.name} ended:\n{self.process.log_tail()}")
        try:
            with urlopen(f"{self.url}/readyz", timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def stop(self) -> None:
        for part in (self.process, self.sidecar):
            if part is not None and part.running:
                part.terminate() if part is self.process else part.stop()

    def cli(self, *arguments: str) -> str:
        """Standard output of `aiopsctl` against this worker; fails with its standard error."""
        done = self.try_cli(*arguments)
        assert done.returncode == 0, f"aiopsctl {arguments}: {done.returncode}\n{done.stderr}"
        return done.stdout

    def try_cli(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "worker.interfaces.cli.main", *arguments],
            cwd=ROOT,
            env={**os.environ, "AIOPS_SERVER": self.url, "NO_COLOR": "1", **self._shown},
            capture_output=True,
            text=True,
            timeout=30,
        )

    @property
    def _shown(self) -> dict[str, str]:
        return {"AIOPS_API_TOKEN": self.token} if self.token else {}

    def incidents(self, namespace: str) -> list[Json]:
        """All incidents of this namespace's subjects; none while the worker's store is away."""
        done = self.try_cli("incidents", "--all", "-o", "json")
        if "answered 503; its store is away" in done.stderr:
            return []
        assert done.returncode == 0, done.stderr
        listed = json.loads(done.stdout)
        return [one for one in listed if f"/{namespace}/" in one["subject"] + "/"]

    def incident(self, incident_id: str) -> Json:
        shown: Json = json.loads(self.cli("show", incident_id, "-o", "json"))
        return shown


def render(lab: Lab, folder: Path, environment: dict[str, str]) -> Path:
    """The shipped local components with this lab's addresses; returns the Configuration's path."""
    folder.mkdir(parents=True)
    values = {"brokers": lab.kafka.bootstrap, "redisHost": lab.redis.address}
    for source in sorted((ROOT / "components" / "local").glob("*.yaml")):
        documents = [one for one in yaml.safe_load_all(source.read_text()) if one]
        for document in documents:
            for item in document.get("spec", {}).get("metadata", []) or []:
                if item["name"] in values:
                    item["value"] = values[item["name"]]
        (folder / source.name).write_text(yaml.safe_dump_all(documents))
    configuration = folder.parent / f"{folder.name}-configuration.yaml"
    document = yaml.safe_load((ROOT / "components" / "configuration.yaml").read_text())
    collector = environment.get("AIOPS_OTLP_ENDPOINT", "")
    if collector:
        document["spec"]["tracing"] = {
            "samplingRate": "1",
            "otel": {
                "endpointAddress": collector.removeprefix("http://"),
                "isSecure": False,
                "protocol": "http",
            },
        }
    else:
        document["spec"].pop("tracing", None)
    configuration.write_text(yaml.safe_dump(document))
    return configuration
