"""The port to the Kubernetes API: objects as JSON, one fenced write at a time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol

Json = dict[str, Any]


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
