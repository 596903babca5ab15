"""One lab: its parts, started side by side, and every process that a test starts on it.

`with Lab.start(parts=(...)) as lab:`; at the end every process is gone and the data is removed.
Logs, kubeconfigs and the audit log stay in .lab/runs/<id>.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Protocol, TypeVar

from tests.lab import runs
from tests.lab.dapr import Dapr
from tests.lab.errors import LabError
from tests.lab.kafka import Kafka
from tests.lab.kubernetes import Kubernetes
from tests.lab.paths import BINARIES
from tests.lab.ports import Ports
from tests.lab.process import Process
from tests.lab.programs import Programs
from tests.lab.redis import Redis


class Part(Protocol):
    """What the parts have in common."""

    def start(self) -> None: ...
    @property
    def processes(self) -> list[Process]: ...
    @property
    def facts(self) -> dict[str, object]: ...


MAKERS: dict[str, Callable[[Path, Ports], Part]] = {
    "kubernetes": Kubernetes,
    "kafka": Kafka,
    "redis": Redis,
    "dapr": Dapr,
}
PARTS = tuple(MAKERS)

T = TypeVar("T")


class Lab(Programs):
    """Made by `start` only. A part that was not asked for raises when it is touched."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self.identity = directory.name
        self._parts: dict[str, Part] = {}

    @classmethod
    def start(cls, parts: Sequence[str] = PARTS) -> Lab:
        """Returns once every part is ready; on failure nothing is left running."""
        unknown = set(parts) - set(PARTS)
        if unknown:
            raise LabError(f"unknown parts {sorted(unknown)}; there are {', '.join(PARTS)}")
        if not BINARIES.exists():
            raise LabError("nothing is built yet: run `python -m tests.lab build`")
        lab = cls(runs.create())
        try:
            lab._start(parts)
        except BaseException:
            lab.close()
            raise
        return lab

    def _start(self, parts: Sequence[str]) -> None:
        for name in parts:
            self._parts[name] = MAKERS[name](self.directory, self._ports)
        with ThreadPoolExecutor() as pool:
            started = [pool.submit(part.start) for part in self._parts.values()]
        for one in started:  # all have ended by now, so none can start a process after a failure
            one.result()
        runs.describe(self.directory, self.facts)

    def __enter__(self) -> Lab:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends everything; may be called twice."""
        self.end_programs()
        for part in self._parts.values():
            for process in part.processes:
                process.kill()  # nothing of theirs is kept, so nothing has to be saved
                process.stop()
        self._ports.release()
        shutil.rmtree(self.directory / "data", ignore_errors=True)
        (self.directory / "owner").unlink(missing_ok=True)

    @property
    def kubernetes(self) -> Kubernetes:
        return self._part("kubernetes", Kubernetes)

    @property
    def kafka(self) -> Kafka:
        return self._part("kafka", Kafka)

    @property
    def redis(self) -> Redis:
        return self._part("redis", Redis)

    @property
    def dapr(self) -> Dapr:
        return self._part("dapr", Dapr)

    @property
    def facts(self) -> dict[str, object]:
        """The addresses, as lab.json has them."""
        parts = {name: part.facts for name, part in self._parts.items()}
        return {"id": self.identity, "directory": str(self.directory), **parts}

    def _part(self, name: str, kind: type[T]) -> T:
        part = self._parts.get(name)
        if not isinstance(part, kind):
            raise LabError(f"this lab was started without {name}")
        return part
