"""Leases that have run out: they count until their target was read, so somebody has to read it.

Whoever took a lease gives it back in a turn of its own; it is woken for that. What its document
doesn't know any more (an old store was put back) is read here, and given back by nobody else.
"""

from __future__ import annotations

from worker.domain.evidence import Gone, RolloutHealth
from worker.domain.identity import Subject
from worker.domain.outbox import HeldLease
from worker.domain.question import ProbeName, Question
from worker.domain.scope import CLUSTER, Lease
from worker.engine.documents import Documents
from worker.engine.observe import Observe
from worker.engine.ports import Clock, PermanentError, Waker
from worker.engine.scopes import Scopes


class Reclaim:
    def __init__(
        self,
        *,
        scopes: Scopes,
        documents: Documents,
        observe: Observe,
        waker: Waker,
        clock: Clock,
    ) -> None:
        self._scopes = scopes
        self._documents = documents
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
            await self._see_to(Subject.of_text(lease.subject), lease)
        return len(expired)

    async def _see_to(self, subject: Subject, lease: Lease) -> None:
        try:
            loaded = await self._documents.load(subject.key)
        except PermanentError:
            return  # a document of a newer version: that version sees to it
        held = loaded is not None and any(
            one.intent == lease.intent for one in loaded.document.leases
        )
        if held:
            self._waker.wake(subject.key)
            return
        question = Question(ProbeName.ROLLOUT_HEALTH, subject)
        facts = await self._observe.facts((question,), 0.0)
        rollout = facts.rollout
        calm = isinstance(rollout, RolloutHealth) and not rollout.rolling
        if calm or isinstance(rollout, Gone):
            ended = HeldLease(lease.intent, lease.since_s, lease.until_s, ended=True)
            await self._scopes.give_back(subject, (ended,))
