"""What a subject has decided and what perhaps has not happened yet: owed until it is known."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from worker.domain.document.identity import Target
from worker.domain.story.reason import Reason


@dataclass(frozen=True, slots=True)
class Intent:
    """A decided write, owed until its outcome is known. `fence` is the resourceVersion read."""

    id: str
    incident: str
    action: str
    target: Target
    fence: str
    generation: int
    decided_at_s: float
    sent_at_s: float
    resends: int = 0
    parameters: dict[str, int | str] = field(default_factory=dict)
    node_pool: str = ""  # whose scope it counts in, for a node's
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Notice:
    """A message that a human must receive, owed until a sink gives a receipt. `sink` is the only
    one that will do, "" when any will."""

    id: str
    incident: str
    kind: str
    severity: str
    summary: str
    reason: Reason
    at_s: float
    tries: int = 0
    next_try_s: float = 0.0
    sink: str = ""
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HeldLease:
    """A claim that this subject made and has to give back. `ended`: the disruption is over, or
    nothing was sent; `sent` says whether anything may have been."""

    intent: str
    since_s: float
    until_s: float
    ended: bool = False
    sent: bool = True
    node_pool: str = ""
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ScopeNote:
    """A change of a scope document that is owed: made once, however often it is told.

    `kind` says which: see `worker.domain.scopes.scope_notes`.
    """

    id: str
    kind: str
    scope_kind: str
    scope: str
    detail: dict[str, Any]
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Shadow:
    """A decision that a lower mode kept from being done. `template` and `revision` are those of
    its moment, "" when they were not known."""

    id: str
    incident: str
    playbook: str
    action: str
    target: Target
    parameters: dict[str, int | str]
    at_s: float
    template: str = ""
    revision: str = ""
    extra: dict[str, Any] = field(default_factory=dict)
