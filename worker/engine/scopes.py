"""The scope documents in the state store: read for a decision, changed by compare-and-swap.

Rules of this file: nothing is remembered between two calls. In this process one change of a
document waits for the other, so that only replicas compete for it; whoever loses reads again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from weakref import WeakValueDictionary

from worker.domain.deciding.policy import Policy
from worker.domain.document.codec import UndecodableError, decode
from worker.domain.document.identity import Subject
from worker.domain.document.outbox import HeldLease, Intent, ScopeNote
from worker.domain.observed.evidence import Unknown
from worker.domain.scopes.scope import (
    CLUSTER,
    SCHEMA,
    Claim,
    Scope,
    ScopeDocument,
    ScopeKind,
    Sick,
    claimed,
    released,
    withdrawn,
)
from worker.domain.scopes.scope_notes import applied
from worker.domain.scopes.scopes_seen import ScopesSeen, scopes_of
from worker.domain.scopes.storm import reported
from worker.domain.story.reason import Reason
from worker.engine.indexes import CONFLICTS_MAX
from worker.engine.ports import PermanentError, Save, StateStore, Stored, TransientError

Change = Callable[[ScopeDocument], ScopeDocument]


@dataclass(frozen=True, slots=True)
class Refused:
    """A scope had no room."""

    reason: Reason
    scope: Scope


class Scopes:
    """All methods raise TransientError when the store is away, PermanentError for a document that
    this version can't read: then nothing is done in that scope."""

    def __init__(self, store: StateStore, policy: Policy) -> None:
        self._store = store
        self._policy = policy
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def seen(self, subject: Subject, known: int | Unknown, node_pool: str = "") -> ScopesSeen:
        """The documents that count for this subject, as they are now."""
        return ScopesSeen(await self.read(scopes_of(subject, node_pool)), known)

    async def read(self, scopes: Sequence[Scope]) -> tuple[ScopeDocument, ...]:
        """Their documents, as they are now."""
        stored = await self._store.load([scope.key for scope in scopes])
        return tuple(_read(one, stored.get(one.key)) for one in scopes)

    async def claim(
        self, subject: Subject, intent: Intent, *, disrupts: bool, now_s: float
    ) -> Refused | None:
        """Claim room in every scope of the subject, narrowest first; nothing is kept when one of
        them has none. Claimed twice is claimed once."""
        pool = intent.node_pool
        claim = Claim(intent.id, subject.text, disrupts, self._policy.lease_s, pool)
        done: list[Scope] = []
        for scope in scopes_of(subject, pool):
            refused = await self._claim_one(scope, claim, now_s)
            if refused is not None:
                for one in done:
                    await self._change(one, lambda document: withdrawn(document, intent.id))
                return Refused(refused, scope)
            done.append(scope)
        return None

    async def _claim_one(self, scope: Scope, claim: Claim, now_s: float) -> Reason | None:
        refused: list[Reason] = []

        def change(document: ScopeDocument) -> ScopeDocument:
            refused.clear()
            answer = claimed(document, claim, self._policy.limits_of(scope), now_s)
            if isinstance(answer, Reason):
                refused.append(answer)
                return document
            return answer

        await self._change(scope, change)
        return refused[0] if refused else None

    async def give_back(self, subject: Subject, leases: Iterable[HeldLease]) -> None:
        """Release leases whose disruption is over; withdraw those under which nothing was sent."""
        ended: dict[Scope, list[HeldLease]] = {}
        for one in leases:
            for scope in scopes_of(subject, one.node_pool) if one.ended else ():
                ended.setdefault(scope, []).append(one)
        for scope, mine in ended.items():
            await self._change(scope, lambda document, those=mine: _given_back(document, those))  # type: ignore[misc]

    async def report(
        self,
        subject: Subject,
        sick: Sick | None,
        opened: Mapping[str, float],
        known: int | None,
        now_s: float,
    ) -> ScopeDocument:
        """Tell the cluster's document how this subject is; the document afterwards. `known` None:
        nobody has counted the services yet."""
        limits = self._policy.storm
        return await self._change(
            CLUSTER,
            lambda document: reported(
                document, subject=subject.text, sick=sick, opened=opened, known=known,
                limits=limits, now_s=now_s,
            ),
        )  # fmt: skip

    async def note(self, notes: Sequence[ScopeNote], now_s: float) -> None:
        """Apply what a subject owes."""
        for note in notes:
            scope = Scope(ScopeKind(note.scope_kind), note.scope)
            await self._change(scope, lambda document, one=note: applied(document, one, now_s))  # type: ignore[misc]

    async def change(self, scope: Scope, change: Change) -> ScopeDocument:
        """Any pure change; the document as it is stored afterwards."""
        return await self._change(scope, change)

    async def _change(self, scope: Scope, change: Change) -> ScopeDocument:
        lock = self._locks.get(scope.key)
        if lock is None:
            lock = self._locks[scope.key] = asyncio.Lock()
        async with lock:
            for _ in range(CONFLICTS_MAX):
                found = (await self._store.load([scope.key])).get(scope.key)
                document = _read(scope, found)
                changed = change(document)
                if changed == document:
                    return document
                version = found.version if found else ""
                save = Save(scope.key, changed, version)  # type: ignore[arg-type]
                if save.key in await self._store.save([save]):
                    return changed
        raise TransientError(f"{scope.text}: lost {CONFLICTS_MAX} saves in a row")


def _given_back(document: ScopeDocument, leases: Iterable[HeldLease]) -> ScopeDocument:
    for one in leases:
        document = (released if one.sent else withdrawn)(document, one.intent)
    return document


def _read(scope: Scope, stored: Stored | None) -> ScopeDocument:
    if stored is None:
        return ScopeDocument(scope.kind, scope.name)
    schema = stored.value.get("schema")
    if not isinstance(schema, int) or schema > SCHEMA:
        raise PermanentError(f"{scope.text}: its document has schema {schema}, mine is {SCHEMA}")
    try:
        return decode(ScopeDocument, stored.value)
    except UndecodableError as error:
        raise PermanentError(f"{scope.text}: {error}") from error
