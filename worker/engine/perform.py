"""Doing what was decided: read what it takes, read the kill switch, send one write, once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from worker.domain.catalogue import Verb
from worker.domain.deciding.outcome import Answer, Outcome
from worker.domain.document.outbox import Intent
from worker.domain.story.reason import Reason
from worker.engine.answer import outcome_of, outcome_unread, outcome_unsent
from worker.engine.failpoint import failpoint
from worker.engine.ports import (
    ApiAnswer,
    ClusterApi,
    Json,
    KillSwitch,
    ObjectRef,
    PermanentError,
    Telemetry,
    TransientError,
    WriteRequest,
)


@dataclass(frozen=True, slots=True)
class Unfit:
    """Why no request can be made of this intent: what was read is not what was decided upon."""

    why: str


@dataclass(frozen=True, slots=True)
class Material:
    """What is read right before the write, by one GET: this very object, by its uid."""

    ref: ObjectRef
    uid: str


@dataclass(frozen=True, slots=True)
class Action:
    """One verb: `form` makes the fenced request of an intent.

    It is given the prefix of our annotations and the object that `reads` names; without `reads`
    the intent says everything, and the object is empty. What was read shapes the request, such as
    the place of a container; that nothing changed since the decision is for the fence to say.
    """

    form: Callable[[Intent, str, Json], WriteRequest | Unfit]
    reads: Callable[[Intent], Material] | None = None


class Perform:
    def __init__(
        self,
        *,
        actions: Mapping[Verb, Action],
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
        self._write_timeout_s = write_timeout_s  # of each of the three calls

    async def perform(self, intent: Intent) -> Outcome:
        """Never raises for the world's trouble: without an answer the outcome is unclear."""
        with self._telemetry.span(
            f"action {intent.action}", intent=intent.id, target=intent.target.text
        ) as span:
            request = await self._request(intent)
            if isinstance(request, Outcome):
                span.set("outcome", str(request.reason))
                return request
            refused = await self._stopped()
            if refused is not None:
                return refused
            answer = await self._send(request)
            await failpoint("write.answered")
            outcome = outcome_of(answer)
            span.set("outcome", str(outcome.reason))
            return outcome

    async def _request(self, intent: Intent) -> WriteRequest | Outcome:
        action = self._actions[Verb(intent.action)]
        material: Json = {}
        if action.reads is not None:
            wanted = action.reads(intent)
            try:
                async with asyncio.timeout(self._write_timeout_s):
                    found = await self._cluster.get(wanted.ref)
            except (TransientError, PermanentError, TimeoutError) as error:
                return outcome_unread(wanted.ref, str(error))
            if found is None or _uid(found) != wanted.uid:
                return outcome_unsent(
                    f"{wanted.ref.kind} {wanted.ref.name} with uid {wanted.uid} is gone"
                )
            material = found
        made = action.form(intent, self._annotation_prefix, material)
        return outcome_unsent(made.why) if isinstance(made, Unfit) else made

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


def _uid(found: Json) -> str:
    """A proxy between us and the API server may put anything there."""
    metadata = found.get("metadata")
    return str(metadata.get("uid", "")) if isinstance(metadata, dict) else ""
