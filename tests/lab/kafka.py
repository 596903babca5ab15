"""One Kafka broker that is its own controller (KRaft)."""

from __future__ import annotations

import subprocess
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from pathlib import Path

from tests.lab import wire
from tests.lab.errors import LabError
from tests.lab.paths import BINARIES, SOURCE
from tests.lab.ports import Ports
from tests.lab.process import Process
from tests.lab.waiting import listens, wait_until

HEAP = "-Xmx512m"
QUICK_START = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto")
FORMAT_WITHIN_S = 60.0


class Kafka(Process):
    """`restart`, and `start` after `kill`, keep port and data."""

    def __init__(self, directory: Path, ports: Ports) -> None:
        self.port, self.controller_port = ports.free(), ports.free()
        self.bootstrap = f"127.0.0.1:{self.port}"
        self._data = directory / "data" / "kafka"
        self._properties = directory / "kafka" / "server.properties"
        jars = f"{BINARIES / 'kafka'}/*"
        logging = f"-Dlog4j2.configurationFile={SOURCE / 'kafka' / 'log4j2.properties'}"
        self._java: list[str | Path] = ["java", HEAP, logging, "-cp", jars]
        command = [*self._java, "kafka.Kafka", self._properties]
        super().__init__("kafka", command, directory=directory)

    @property
    def processes(self) -> list[Process]:
        return [self]

    @property
    def facts(self) -> dict[str, object]:
        return {"bootstrap": self.bootstrap}

    def start(self) -> None:
        if not self._properties.exists():
            self._format()
        super().start()
        wait_until("Kafka listens", lambda: listens(self.port), process=self)

    def create_topic(
        self, name: str, partitions: int = 4, config: Mapping[str, str] | None = None
    ) -> None:
        """`config` is the topic's own, such as max.message.bytes."""
        wire.create_topic(self.bootstrap, name, partitions=partitions, config=config or {})

    def _format(self) -> None:
        """A new log folder with a cluster id of its own."""
        self._properties.parent.mkdir(parents=True)
        self._properties.write_text(
            "".join(f"{key}={value}\n" for key, value in self._settings().items())
        )
        cluster = urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        tool = [*self._java, *QUICK_START, "kafka.tools.StorageTool", "format"]
        done = subprocess.run(
            [*tool, f"--cluster-id={cluster}", "-c", str(self._properties)],
            capture_output=True,
            text=True,
            timeout=FORMAT_WITHIN_S,
        )
        if done.returncode:
            raise LabError(f"kafka: format failed\n{done.stdout}{done.stderr}")

    def _settings(self) -> dict[str, object]:
        return {
            "process.roles": "broker,controller",
            "node.id": 1,
            "controller.quorum.voters": f"1@127.0.0.1:{self.controller_port}",
            "controller.listener.names": "CONTROLLER",
            "listeners": f"PLAINTEXT://{self.bootstrap},"
            f"CONTROLLER://127.0.0.1:{self.controller_port}",
            "advertised.listeners": f"PLAINTEXT://{self.bootstrap}",
            "log.dirs": self._data,
            "group.initial.rebalance.delay.ms": 0,
            # After a kill the broker is let in again only when its old session is over.
            "broker.session.timeout.ms": 3000,
            "broker.heartbeat.interval.ms": 500,
            "offsets.topic.num.partitions": 4,
            "offsets.topic.replication.factor": 1,
            "transaction.state.log.num.partitions": 2,
            "transaction.state.log.replication.factor": 1,
            "transaction.state.log.min.isr": 1,
            "share.coordinator.state.topic.replication.factor": 1,
            "share.coordinator.state.topic.min.isr": 1,
            # A test that misspells a topic must fail, not make one.
            "auto.create.topics.enable": "false",
            "message.max.bytes": 16 * 2**20,
            "replica.fetch.max.bytes": 16 * 2**20,
        }
