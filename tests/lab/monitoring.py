"""A real Prometheus and a real Alertmanager, each with the configuration a test hands over."""

from __future__ import annotations

import subprocess
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from tests.lab.errors import LabError
from tests.lab.paths import BINARIES
from tests.lab.process import Process
from tests.lab.waiting import answers, wait_until

CHECK_WITHIN_S = 30.0
RELOAD_WITHIN_S = 30.0

# An alert that fires before Alertmanager was discovered is lost; by default for a minute.
RESEND_AFTER = "5s"

Document = Mapping[str, Any]
NO_RULES: Document = {"groups": []}


class Prometheus(Process):
    """`rules` is one rule file's content; its path is added to the configuration."""

    def __init__(
        self, name: str, config: Document, rules: Document | None, *, directory: Path, port: int
    ) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self._config = directory / name / "prometheus.yaml"
        self._rules = directory / name / "rules.yaml"
        self._write(config, rules or NO_RULES)
        arguments: list[str | Path] = [
            BINARIES / "prometheus", "--config.file", self._config,
            "--storage.tsdb.path", directory / "data" / name,
            "--web.listen-address", f"127.0.0.1:{port}", "--web.enable-lifecycle",
            "--rules.alert.resend-delay", RESEND_AFTER,
        ]  # fmt: skip
        super().__init__(name, arguments, directory=directory)

    def start(self) -> None:
        super().start()
        url = f"{self.url}/-/ready"
        wait_until(f"{self.name} is ready", lambda: answers(url), process=self)

    def reload(self, config: Document | None = None, rules: Document | None = None) -> None:
        """Takes over what is given; without arguments it reads its files again."""
        self._write(config, rules)
        post(f"{self.url}/-/reload", self)

    def _write(self, config: Document | None, rules: Document | None) -> None:
        self._config.parent.mkdir(parents=True, exist_ok=True)
        if rules is not None:
            self._rules.write_text(yaml.safe_dump(dict(rules), sort_keys=False))
        if config is not None:
            files = [*config.get("rule_files", []), str(self._rules)]
            self._config.write_text(yaml.safe_dump({**config, "rule_files": files}))
        done = subprocess.run(
            [str(BINARIES / "promtool"), "check", "config", str(self._config)],
            capture_output=True,
            text=True,
            timeout=CHECK_WITHIN_S,
        )
        if done.returncode:
            raise LabError(f"promtool check config failed\n{done.stdout}{done.stderr}")


class Alertmanager(Process):
    """One replica, no cluster."""

    def __init__(self, name: str, config: Document, *, directory: Path, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self._config = directory / name / "alertmanager.yaml"
        self._write(config)
        arguments: list[str | Path] = [
            BINARIES / "alertmanager", "--config.file", self._config,
            "--storage.path", directory / "data" / name,
            "--web.listen-address", f"127.0.0.1:{port}", "--cluster.listen-address=",
        ]  # fmt: skip
        super().__init__(name, arguments, directory=directory)

    def start(self) -> None:
        super().start()
        url = f"{self.url}/-/ready"
        wait_until(f"{self.name} is ready", lambda: answers(url), process=self)

    def reload(self, config: Document | None = None) -> None:
        if config is not None:
            self._write(config)
        post(f"{self.url}/-/reload", self)

    def _write(self, config: Document) -> None:
        self._config.parent.mkdir(parents=True, exist_ok=True)
        self._config.write_text(yaml.safe_dump(dict(config), sort_keys=False))


def post(url: str, process: Process) -> None:
    try:
        with urllib.request.urlopen(
            urllib.request.Request(url, method="POST"), timeout=RELOAD_WITHIN_S
        ):
            return
    except OSError as error:
        raise LabError(f"{process.name}: {error}\n{process.log_tail()}") from error
