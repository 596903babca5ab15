"""Carrying out what was decided: room is claimed in every scope, then the write is sent."""

from __future__ import annotations

from worker.domain.catalogue import DESCRIPTOR_OF, Verb
from worker.domain.deciding.outcome import Answer, Outcome
from worker.domain.document.identity import Subject
from worker.domain.document.outbox import Intent
from worker.domain.story.reason import Reason
from worker.engine.failpoint import failpoint
from worker.engine.perform import Perform
from worker.engine.ports import PermanentError, TransientError
from worker.engine.scopes import Scopes


class CarryOut:
    """Without room nothing is sent. A claim that turns out to be needless is given back later: the
    subject's document holds it since before it was made."""

    def __init__(self, scopes: Scopes, perform: Perform) -> None:
        self._scopes = scopes
        self._perform = perform

    async def carry_out(self, subject: Subject, intent: Intent, now_s: float) -> Outcome:
        """Never raises for the world's trouble: it is an outcome."""
        disrupts = DESCRIPTOR_OF[Verb(intent.action)].disrupts
        try:
            refused = await self._scopes.claim(subject, intent, disrupts=disrupts, now_s=now_s)
        except (TransientError, PermanentError) as error:
            return Outcome(Answer.REJECTED, Reason.SCOPE_UNREADABLE, str(error))
        if refused is not None:
            return Outcome(Answer.REJECTED, refused.reason, refused.scope.text)
        await failpoint("turn.claimed")
        return await self._perform.perform(intent)
