"""Doing what was decided: the kill switch is read, then one write is sent, once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from worker.domain.outcome import Answer, Outcome
from worker.domain.playbook import Verb
from worker.domain.reason import Reason
from worker.domain.subject import Intent
from worker.engine.answer import outcome_of
from worker.engine.failpoint import failpoint
from worker.engine.ports import (
    ApiAnswer,
    ClusterApi,
    KillSwitch,
    PermanentError,
    Telemetry,
    TransientError,
    WriteRequest,
)

Form = Callable[[Intent, str], WriteRequest]
"""Makes the fenced request of an intent; the text is the prefix of our annotations."""


class Perform:
    def __init__(
        self,
        *,
        actions: Mapping[Verb, Form],
        cluster: ClusterApi,
        kill_switch: KillSwitch,
        telemetry: Telemetry,
        annotation_prefix: str,
        write_timeout_s: float,
    ) -> None:
        self._actions = actions
        self._cluster = cluster
        self._kill_switch = kill_switch
        self._telemetry = telemetry
        self._annotation_prefix = annotation_prefix
        self._write_timeout_s = write_timeout_s

    async def perform(self, intent: Intent) -> Outcome:
        """Never raises for the world's trouble: without an answer the outcome is unclear."""
        form = self._actions[Verb(intent.action)]
        with self._telemetry.span(
            f"action {intent.action}", intent=intent.id, target=intent.target.text
        ) as span:
            refused = await self._stopped()
            if refused is not None:
                return refused
            answer = await self._send(form(intent, self._annotation_prefix))
            await failpoint("write.answered")
            outcome = outcome_of(answer)
            span.set("outcome", str(outcome.reason))
            return outcome

    async def _stopped(self) -> Outcome | None:
        """Nothing was sent now; whether an earlier send was applied is another question."""
        try:
            async with asyncio.timeout(self._write_timeout_s):
                stopped = await self._kill_switch.is_set()
        except (TransientError, PermanentError, TimeoutError) as error:
            return Outcome(Answer.REJECTED, Reason.KILL_SWITCH_UNREADABLE, str(error))
        return Outcome(Answer.REJECTED, Reason.KILL_SWITCH) if stopped else None

    async def _send(self, request: WriteRequest) -> ApiAnswer:
        try:
            async with asyncio.timeout(self._write_timeout_s):
                return await self._cluster.write(request)
        except TimeoutError:
            return ApiAnswer(status=0, body={"message": "no answer in time"})
