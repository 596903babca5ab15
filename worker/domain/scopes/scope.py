"""How much disruption a namespace, a node pool and the cluster bear: one document for each.

Rules of this file: nothing of this lives in the memory of a process. Everything is a pure change
of a document that is saved by compare-and-swap; each may be repeated and changes nothing the
second time. A lease is given back by whoever took it: one that has run out still counts.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from worker.domain.people.person_hold import PersonHold, held
from worker.domain.scopes.record import Record
from worker.domain.story.reason import Reason

SCHEMA = 1
LEASES_MAX = 256  # more than any limit that a setting can allow
ACTS_MAX = 512  # acts of one window that are remembered; a setting's limit is below it
SICK_MAX = 4096  # sick subjects that are listed; so many are a storm by any measure
OPENED_MAX = 128  # latest incidents, for the inflow; more in a minute is a storm by any measure
HOURS_KEPT = 24  # of the inflow, one count an hour, beside the current one


class ScopeKind(StrEnum):
    CLUSTER = "cluster"
    NAMESPACE = "namespace"
    NODE_POOL = "node_pool"


@dataclass(frozen=True, slots=True)
class Scope:
    kind: ScopeKind
    name: str = ""

    @property
    def text(self) -> str:
        return f"{self.kind} {self.name}".replace("_", " ").strip()

    @property
    def key(self) -> str:
        """The document's key: safe for every store and URL."""
        return f"scope-{hashlib.sha256(f'{self.kind}/{self.name}'.encode()).hexdigest()[:24]}"


CLUSTER = Scope(ScopeKind.CLUSTER)


@dataclass(frozen=True, slots=True)
class Lease:
    """A claim of one intent on the right to disrupt. `subject` is the subject's text; `until_s` is
    when its target is to be read even if nothing shows that the disruption has ended.
    `node_pool` names the pool whose document holds it too, for a node's."""

    intent: str
    subject: str
    since_s: float
    until_s: float
    node_pool: str = ""


@dataclass(frozen=True, slots=True)
class Act:
    intent: str
    at_s: float


@dataclass(frozen=True, slots=True)
class Sick:
    """A subject with something open. `node`: where all its pods are sick while others are well
    elsewhere, "" when there is no such place."""

    subject: str
    since_s: float
    cause: str
    node: str = ""


@dataclass(frozen=True, slots=True)
class Opened:
    """One incident that was opened, counted once."""

    incident: str
    at_s: float


@dataclass(frozen=True, slots=True)
class Hour:
    """Incidents opened in one hour; `number` counts hours since the epoch."""

    number: int
    count: int


@dataclass(frozen=True, slots=True)
class ScopeDocument:
    """`storm_until_s`: no new act before this moment, whatever the lists say."""

    kind: ScopeKind
    name: str = ""
    schema: int = SCHEMA
    leases: tuple[Lease, ...] = ()
    acts: tuple[Act, ...] = ()
    sick: tuple[Sick, ...] = ()
    opened: tuple[Opened, ...] = ()
    hours: tuple[Hour, ...] = ()
    storm_since_s: float = 0.0
    storm_until_s: float = 0.0
    holds: tuple[PersonHold, ...] = ()
    records: tuple[Record, ...] = ()
    last_now_s: float = 0.0
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def scope(self) -> Scope:
        return Scope(self.kind, self.name)

    def holds_lease(self, intent: str) -> bool:
        return any(one.intent == intent for one in self.leases)


@dataclass(frozen=True, slots=True)
class Limits:
    """What one scope bears: leases at once, and acts in any `window_s` seconds."""

    leases_max: int
    acts_max: int
    window_s: float


@dataclass(frozen=True, slots=True)
class Claim:
    """What an intent asks of a scope before it is sent."""

    intent: str
    subject: str
    disrupts: bool
    lease_s: float
    node_pool: str = ""


def room(document: ScopeDocument, claim: Claim, limits: Limits, now_s: float) -> Reason | None:
    """Why this scope has no room for the claim now; None when it has.

    A subject is disrupted once, however many of its writes a lease is still held for: what failed
    can be undone, and the next step be taken, before its disruption is over.
    """
    known = any(act.intent == claim.intent for act in document.acts)
    if not known and len(lately(document, limits.window_s, now_s)) >= limits.acts_max:
        return Reason.RATE_LIMITED
    others = {one.subject for one in document.leases if one.subject != claim.subject}
    full = len(others) >= limits.leases_max or len(document.leases) >= LEASES_MAX
    if claim.disrupts and not document.holds_lease(claim.intent) and full:
        return Reason.NO_LEASE
    return None


def claimed(
    document: ScopeDocument, claim: Claim, limits: Limits, now_s: float
) -> ScopeDocument | Reason:
    """The document with the claim in it, or why there is no room. Claimed twice is claimed once.
    Who put the scope on hold after it was read for the decision is still in time."""
    now_s = max(now_s, document.last_now_s)
    refused = room(document, claim, limits, now_s)
    if held(document.holds, now_s) is not None:
        refused = Reason.PERSON_AT_WORK
    if refused is not None:
        return refused
    leases = document.leases
    if claim.disrupts and not document.holds_lease(claim.intent):
        until_s = now_s + claim.lease_s
        leases = (*leases, Lease(claim.intent, claim.subject, now_s, until_s, claim.node_pool))
    acts = document.acts
    if all(act.intent != claim.intent for act in acts):
        acts = (*lately(document, limits.window_s, now_s), Act(claim.intent, now_s))[-ACTS_MAX:]
    return replace(document, leases=leases, acts=acts, last_now_s=now_s)


def released(document: ScopeDocument, intent: str) -> ScopeDocument:
    """Without the lease of this intent; the act stays counted."""
    leases = tuple(one for one in document.leases if one.intent != intent)
    return document if leases == document.leases else replace(document, leases=leases)


def withdrawn(document: ScopeDocument, intent: str) -> ScopeDocument:
    """Without the claim: nothing was sent under it."""
    acts = tuple(one for one in document.acts if one.intent != intent)
    document = released(document, intent)
    return document if acts == document.acts else replace(document, acts=acts)


def lately(document: ScopeDocument, window_s: float, now_s: float) -> tuple[Act, ...]:
    return tuple(act for act in document.acts if act.at_s > now_s - window_s)
