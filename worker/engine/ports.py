"""What the engine needs from the world: every adapter, fake and simulation speaks exactly this.

Adapters raise two things only: `TransientError` (try again, perhaps after a while) and
`PermanentError` (it will never work like this). Anything else that escapes is a bug.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol

from worker.domain.correlation import Inventory as Inventory
from worker.domain.journal import Entry
from worker.domain.subject import Notice

Json = dict[str, Any]


class TransientError(Exception):
    """The world is unwell: the same call may work later."""

    def __init__(self, what: str, retry_after_s: float | None = None) -> None:
        super().__init__(what)
        self.retry_after_s = retry_after_s


class PermanentError(Exception):
    """The call is wrong or not allowed: repeating it changes nothing."""


class Clock(Protocol):
    def now_s(self) -> float:
        """Wall clock, in seconds since the epoch."""

    def monotonic_s(self) -> float:
        """For measuring durations inside this process only."""

    async def sleep(self, seconds: float) -> None: ...


@dataclass(frozen=True, slots=True)
class Stored:
    """A document and the version to hand back when saving it; version "" means not there yet."""

    value: Json
    version: str


@dataclass(frozen=True, slots=True)
class Save:
    """Write `value` if the stored version is still `version` ("" = only if there is none).

    `value` may hold the domain's dataclasses: the adapter encodes them as JSON objects.
    """

    key: str
    value: Mapping[str, Any]
    version: str


class StateStore(Protocol):
    """Documents under keys, saved by compare-and-swap; every save is durable when it returns.

    A key that was deleted must not be written again: versions begin anew, and an old one may fit.
    """

    async def load(self, keys: Sequence[str]) -> dict[str, Stored]:
        """What is there; keys without a document are left out. Raises TransientError."""

    async def save(self, saves: Sequence[Save]) -> frozenset[str]:
        """The keys that are certainly saved. Any other may or may not be: reload it."""

    async def delete(self, key: str, version: str) -> bool:
        """Delete if the version is still that one."""


@dataclass(frozen=True, slots=True)
class ObjectRef:
    """One API object or collection; `name` is empty for a collection."""

    kind: str
    namespace: str
    name: str = ""
    label_selector: str = ""


@dataclass(frozen=True, slots=True)
class WriteRequest:
    """One write: POST of `body`, a merge patch when it is an object, a JSON patch when a list."""

    verb: str  # "create" or "patch"
    ref: ObjectRef
    subresource: str
    body: Json | list[Json]
    intent_id: str


@dataclass(frozen=True, slots=True)
class ApiAnswer:
    """The API server's answer. Status 0: none came; the write may or may not have happened."""

    status: int
    body: Json = field(default_factory=dict)
    retry_after_s: float | None = None
    sent: bool = True


class ClusterApi(Protocol):
    """The Kubernetes API, as far as probes and actions need it."""

    async def get(self, ref: ObjectRef) -> Json | None:
        """One object as JSON, None when it does not exist. Raises Transient/PermanentError."""

    async def list(self, ref: ObjectRef) -> list[Json]:
        """The objects of a collection. Raises TransientError, PermanentError."""

    async def write(self, request: WriteRequest) -> ApiAnswer:
        """Send once. Never raises for what the API server or the network does."""

    async def server_time_s(self) -> float:
        """The API server's clock (its Date header), seconds since the epoch."""


class Monitor(Protocol):
    """What fires now, asked of the monitor itself."""

    async def states(self, fingerprints: Sequence[str]) -> Mapping[str, str]:
        """`firing`, `suppressed`; a fingerprint left out is not active. Raises TransientError."""


class KillSwitch(Protocol):
    async def is_set(self) -> bool:
        """Raises TransientError or PermanentError when unreadable, which counts as set."""


class Sink(Protocol):
    """Where a human is reached."""

    name: str

    async def deliver(self, notice: Notice, subject: str) -> str:
        """Deliver and return the receipt. Raises TransientError, PermanentError."""


class JournalTopic(Protocol):
    async def publish(self, subject: str, entries: Sequence[Entry]) -> None:
        """Publish in order, keyed by subject. Raises TransientError."""


class DeadLetterTopic(Protocol):
    async def publish(self, letter: Json) -> None:
        """Publish one dead letter. Raises TransientError."""


class Waker(Protocol):
    """Gets a subject's turn run; a hint only, since the sweep wakes whatever is forgotten."""

    def wake(self, subject_key: str, *, traceparent: str = "") -> None:
        """Soon. Never blocks, never raises."""

    def wake_at(self, subject_key: str, at_s: float) -> None:
        """At that moment; a later call for the same subject replaces it."""


class Span(Protocol):
    def set(self, name: str, value: str | int | float | bool) -> None: ...

    @property
    def traceparent(self) -> str:
        """This span's context as a W3C traceparent, "" when nothing is traced."""


class Telemetry(Protocol):
    """Spans and counts. Log lines and metrics are made from journal entries behind this port."""

    def span(
        self, name: str, *, parent: str = "", links: Sequence[str] = (), **attributes: str
    ) -> AbstractContextManager[Span]:
        """A span, current inside the block; `parent` and `links` are W3C traceparents."""

    def count(self, name: str, amount: int = 1, **labels: str) -> None: ...

    def bug(self, where: str, error: Exception) -> None:
        """An error that only a bug of ours explains: logged with its traceback, and counted."""

    def entries(self, subject: str, entries: Sequence[Entry]) -> None:
        """Journal entries that became durable just now."""
