"""What the engine needs from the world: every adapter, fake and simulation speaks exactly this.

Adapters raise two things only: `TransientError` (try again, perhaps after a while) and
`PermanentError` (it will never work like this). Anything else that escapes is a bug.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from worker.domain.document.identity import Subject
from worker.domain.document.incident import AlertRecord
from worker.domain.document.outbox import Notice
from worker.domain.incoming.correlation import Inventory as Inventory
from worker.domain.observed.evidence import Unknown
from worker.domain.observed.rule_window import RuleWindow
from worker.domain.story.journal import Entry
from worker.engine.cluster_port import ApiAnswer as ApiAnswer
from worker.engine.cluster_port import ClusterApi as ClusterApi
from worker.engine.cluster_port import Json as Json
from worker.engine.cluster_port import ObjectRef as ObjectRef
from worker.engine.cluster_port import WriteRequest as WriteRequest


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

    `value` may hold the domain's dataclasses: the adapter encodes them as JSON objects. `ttl_s`
    seconds after this save the document is gone, as if deleted; None is never. A key is saved
    either always with one or never: what a save without one does to it, each store knows alone.
    """

    key: str
    value: Mapping[str, Any]
    version: str
    ttl_s: int | None = None


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


class Monitor(Protocol):
    """What fires now, asked of the monitor itself."""

    async def states(self, fingerprints: Sequence[str]) -> Mapping[str, str]:
        """`firing`, `suppressed`; a fingerprint left out is not active. Raises TransientError."""


class KillSwitch(Protocol):
    async def is_set(self) -> bool:
        """Raises TransientError or PermanentError when unreadable, which counts as set."""


class Expressions(Protocol):
    """The language of playbooks' conditions."""

    def evaluate(self, text: str, variables: Mapping[str, Any]) -> bool | Unknown:
        """The answer, or why there is none. Never raises."""


class Rules(Protocol):
    """The alerting rules of the monitor."""

    async def windows(self) -> Mapping[str, RuleWindow]:
        """By alert name, how long its rule waits and looks back; an alert whose rule isn't here or
        can't be read is left out, which is not known. Raises TransientError, PermanentError."""

    async def data(
        self, subject: Subject, alerts: Sequence[AlertRecord]
    ) -> Mapping[str, bool | Unknown]:
        """By fingerprint, whether the alert's rule has data about this subject now; without, its
        silence says nothing. Never more than is certain. Raises TransientError, PermanentError."""


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
