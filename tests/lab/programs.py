"""The processes that a test itself starts on a lab: the worker, sidecars, Prometheus and so on."""

from __future__ import annotations

import itertools
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from tests.lab.dapr import Dapr, Sidecar
from tests.lab.monitoring import Alertmanager, Prometheus
from tests.lab.ports import Ports
from tests.lab.process import Process

END_WITHIN_S = 3.0  # for all of them together to end by themselves

P = TypeVar("P", bound=Process)


class Programs(ABC):
    """Every name is a log: logs/<name>.log; a name used before gets a number."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._ports = Ports()
        self._processes: list[Process] = []
        self._names: set[str] = set()

    @property
    @abstractmethod
    def dapr(self) -> Dapr:
        """What sidecars connect to."""

    def end_programs(self) -> None:
        """SIGTERM to all, newest first, one bounded wait, SIGKILL."""
        for process in reversed(self._processes):
            process.resume()
            process.terminate()
        deadline = time.monotonic() + END_WITHIN_S
        for process in reversed(self._processes):
            process.stop(within_s=max(0.0, deadline - time.monotonic()))

    def free_port(self) -> int:
        """A port that no other lab is given while this one lives."""
        return self._ports.free()

    def start_process(
        self,
        name: str,
        argv: Sequence[str | Path],
        *,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> Process:
        """Any program, logged to logs/<name>.log. `env` is the whole environment when given."""
        return self._run(
            Process(self._unique(name), argv, directory=self.directory, env=env, cwd=cwd)
        )

    def start_daprd(
        self,
        *,
        app_id: str,
        resources: Path,
        app_port: int | None = None,
        config: Path | None = None,
        env: Mapping[str, str] | None = None,
        extra_args: Sequence[str] = (),
    ) -> Sidecar:
        """A sidecar; `env` is added to this process's environment. Does not wait for readiness."""
        return self._run(
            Sidecar(
                self._unique(f"daprd-{app_id}"),
                self.dapr,
                self._ports,
                directory=self.directory,
                app_id=app_id,
                app_port=app_port,
                resources=resources,
                config=config,
                env=env or {},
                extra_args=extra_args,
            )
        )

    def start_prometheus(
        self,
        config: Mapping[str, Any],
        rules: Mapping[str, Any] | None = None,
        *,
        port: int | None = None,
    ) -> Prometheus:
        """Returns once it is ready."""
        name = self._unique("prometheus")
        return self._run(
            Prometheus(name, config, rules, directory=self.directory, port=port or self.free_port())
        )

    def start_alertmanager(
        self, config: Mapping[str, Any], *, port: int | None = None
    ) -> Alertmanager:
        """Returns once it is ready."""
        name = self._unique("alertmanager")
        return self._run(
            Alertmanager(name, config, directory=self.directory, port=port or self.free_port())
        )

    def _unique(self, name: str) -> str:
        candidates = itertools.chain([name], (f"{name}-{number}" for number in itertools.count(2)))
        unique = next(one for one in candidates if one not in self._names)
        self._names.add(unique)
        return unique

    def _run(self, process: P) -> P:
        # Listed first: one that fails while it becomes ready must be ended with the lab too.
        self._processes.append(process)
        process.start()
        return process
