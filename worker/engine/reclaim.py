"""What scopes hold of subjects that don't know of it any more: leases, and who is sick.

A lease that has run out counts until its target was read, so somebody has to read it. Whoever took
it gives it back in a turn of its own; it is woken for that. What its document doesn't know any more
(an old store was put back), and what its turns fail to give back, is read here and given back by
nobody else. Who was reported sick by a turn that was then overtaken, and has settled since, is
reported well here.
"""

from __future__ import annotations

from contextlib import suppress

from worker.domain.document.identity import Subject
from worker.domain.document.outbox import HeldLease
from worker.domain.observed.evidence import Gone, Unknown
from worker.domain.observed.question import own_questions
from worker.domain.scopes.scope import CLUSTER, Lease, ScopeDocument
from worker.engine.documents import Documents
from worker.engine.indexes import OpenIndex
from worker.engine.observe import Observe
from worker.engine.ports import Clock, Inventory, PermanentError, Waker
from worker.engine.scopes import Scopes

OWNER_FIRST_S = 600.0  # its owner is woken with each sweep: so often it has failed by then


class Reclaim:
    def __init__(
        self,
        *,
        scopes: Scopes,
        documents: Documents,
        index: OpenIndex,
        inventory: Inventory,
        observe: Observe,
        waker: Waker,
        clock: Clock,
    ) -> None:
        self._scopes = scopes
        self._documents = documents
        self._index = index
        self._inventory = inventory
        self._observe = observe
        self._waker = waker
        self._clock = clock

    async def once(self) -> int:
        """Look after every lease that has run out; how many. Raises TransientError."""
        try:
            cluster = await self._scopes.change(CLUSTER, lambda document: document)
        except PermanentError:
            return 0  # nothing is done while it can't be read, so nothing waits for its leases
        expired = [one for one in cluster.leases if one.until_s <= self._clock.now_s()]
        for lease in expired:
            with suppress(PermanentError):  # of a newer version: that version sees to it
                await self._see_to(lease)
        with suppress(PermanentError):
            await self._report_the_well(cluster)
        return len(expired)

    async def _see_to(self, lease: Lease) -> None:
        subject = Subject.of_text(lease.subject)
        loaded = await self._documents.load(subject.key)
        held = loaded is not None and any(
            one.intent == lease.intent for one in loaded.document.leases
        )
        if held and self._clock.now_s() < lease.until_s + OWNER_FIRST_S:
            self._waker.wake(subject.key)
            return
        own = (await self._observe.facts(own_questions(subject)[:1], 0.0)).own
        if isinstance(own, Gone) or not (isinstance(own, Unknown) or own.rolling):
            ended = HeldLease(
                lease.intent, lease.since_s, lease.until_s, ended=True, node_pool=lease.node_pool
            )
            await self._scopes.give_back(subject, (ended,))

    async def _report_the_well(self, cluster: ScopeDocument) -> None:
        """Nobody is sick who has settled: with something open a subject is in the open index."""
        opened = await self._index.all() if cluster.sick else {}
        for one in cluster.sick:
            subject = Subject.of_text(one.subject)
            if subject.key not in opened:
                known, now_s = self._inventory.services(), self._clock.now_s()
                await self._scopes.report(subject, None, {}, known, now_s)
