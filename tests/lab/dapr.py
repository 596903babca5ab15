"""Dapr's control plane for actors and reminders (placement, scheduler), and sidecars.

Placement and scheduler are started with the lab; a sidecar belongs to one replica of an app.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.lab.paths import BINARIES
from tests.lab.ports import Ports
from tests.lab.process import Process
from tests.lab.waiting import START_WITHIN_S, answers, wait_until

# Otherwise Dapr announces an address of the machine's network.
OWN_ADDRESS = {"DAPR_HOST_IP": "127.0.0.1"}
BLOCK_SHUTDOWN = "5s"  # a handler in flight may still save
READ_BUFFER = "16Ki"  # 4Ki, the default, answers 431 to long baggage


class Dapr:
    """Placement and scheduler, without TLS."""

    def __init__(self, directory: Path, ports: Ports) -> None:
        self.placement_port, self.scheduler_port = ports.free(), ports.free()
        self.placement_address = f"127.0.0.1:{self.placement_port}"
        self.scheduler_address = f"127.0.0.1:{self.scheduler_port}"
        self._data = directory / "data" / "dapr-scheduler"
        self._placement_health, self._scheduler_health = ports.free(), ports.free()
        env = {**os.environ, **OWN_ADDRESS}
        self.placement = Process(
            "dapr-placement", self._placement(ports), directory=directory, env=env
        )
        self.scheduler = Process(
            "dapr-scheduler", self._scheduler(ports), directory=directory, env=env
        )

    @property
    def processes(self) -> list[Process]:
        return [self.scheduler, self.placement]

    @property
    def facts(self) -> dict[str, object]:
        return {
            "placement_address": self.placement_address,
            "scheduler_address": self.scheduler_address,
        }

    def start(self) -> None:
        with ThreadPoolExecutor() as pool:
            for one in (pool.submit(self.start_placement), pool.submit(self.start_scheduler)):
                one.result()

    def start_placement(self) -> None:
        self.placement.start()
        url = f"http://127.0.0.1:{self._placement_health}/healthz"
        wait_until("placement is healthy", lambda: answers(url), process=self.placement)

    def start_scheduler(self) -> None:
        self._data.mkdir(mode=0o700, parents=True, exist_ok=True)  # it refuses a wider mode
        self._data.chmod(0o700)
        self.scheduler.start()
        url = f"http://127.0.0.1:{self._scheduler_health}/healthz"
        wait_until("the Dapr scheduler is healthy", lambda: answers(url), process=self.scheduler)

    def _placement(self, ports: Ports) -> list[str | Path]:
        return [
            BINARIES / "dapr-placement", "--id", "p0",
            "--port", str(self.placement_port), "--listen-address", "127.0.0.1",
            "--healthz-port", str(self._placement_health), "--healthz-listen-address", "127.0.0.1",
            "--metrics-port", str(ports.free()), "--metrics-listen-address", "127.0.0.1",
            "--initial-cluster", f"p0=127.0.0.1:{ports.free()}",
        ]  # fmt: skip

    def _scheduler(self, ports: Ports) -> list[str | Path]:
        return [
            BINARIES / "dapr-scheduler", "--id", "s0",
            "--port", str(self.scheduler_port), "--listen-address", "127.0.0.1",
            "--healthz-port", str(self._scheduler_health), "--healthz-listen-address", "127.0.0.1",
            "--metrics-port", str(ports.free()), "--metrics-listen-address", "127.0.0.1",
            "--etcd-data-dir", self._data, "--etcd-client-port", str(ports.free()),
            "--etcd-initial-cluster", f"s0=http://127.0.0.1:{ports.free()}",
            "--override-broadcast-host-port", f"localhost:{self.scheduler_port}",
        ]  # fmt: skip


class Sidecar(Process):
    """One daprd. It waits for the app's port, so starting it does not wait for it to be ready."""

    def __init__(
        self,
        name: str,
        dapr: Dapr,
        ports: Ports,
        *,
        directory: Path,
        app_id: str,
        app_port: int | None,
        resources: Path,
        config: Path | None,
        env: Mapping[str, str],
        extra_args: Sequence[str],
    ) -> None:
        self.app_id = app_id
        self.http_port, self.grpc_port = ports.free(), ports.free()
        self.internal_port, self.metrics_port = ports.free(), ports.free()
        self.url = f"http://127.0.0.1:{self.http_port}"
        arguments: list[str | Path] = [
            BINARIES / "daprd", "--app-id", app_id, "--resources-path", resources,
            "--dapr-http-port", str(self.http_port), "--dapr-grpc-port", str(self.grpc_port),
            "--dapr-internal-grpc-port", str(self.internal_port),
            "--dapr-internal-grpc-listen-address", "127.0.0.1",
            "--dapr-listen-addresses", "127.0.0.1",
            "--metrics-port", str(self.metrics_port), "--metrics-listen-address", "127.0.0.1",
            "--placement-host-address", dapr.placement_address,
            "--scheduler-host-address", dapr.scheduler_address,
            "--dapr-block-shutdown-duration", BLOCK_SHUTDOWN, "--read-buffer-size", READ_BUFFER,
        ]  # fmt: skip
        if app_port is not None:
            arguments += ["--app-port", str(app_port), "--app-protocol", "http"]
            arguments += ["--enable-app-health-check"]
        if config is not None:
            arguments += ["--config", config]
        everything = {**os.environ, **OWN_ADDRESS, **env}
        # Later flags win, so a test can change any of the above.
        super().__init__(name, [*arguments, *extra_args], directory=directory, env=everything)

    def wait_outbound(self, within_s: float = START_WITHIN_S) -> None:
        """Until its components are there; the app need not be."""
        self._wait("outbound", within_s)

    def wait_ready(self, within_s: float = START_WITHIN_S) -> None:
        """Until sidecar and app are ready."""
        self._wait("", within_s)

    def _wait(self, what: str, within_s: float) -> None:
        url = f"{self.url}/v1.0/healthz/{what}".rstrip("/")
        wait_until(
            f"{self.name} {what or 'ready'}", lambda: answers(url), process=self, within_s=within_s
        )
