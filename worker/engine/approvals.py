"""What is asked of people now, and taking in what they answer.

Rules of this file: an answer is durable before it is said to be taken in. What can be said at once
is said at once; what comes of it is decided by the turn alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from worker.domain.document.identity import Subject
from worker.domain.document.incident import Incident
from worker.domain.document.subject import SubjectDocument
from worker.domain.people.approval import Answer, Say
from worker.domain.people.steering import taken_in
from worker.domain.story.reason import Reason
from worker.engine.by_hand import ByHand
from worker.engine.ports import Clock, Json
from worker.engine.reading import Found, Reading


@dataclass(frozen=True, slots=True)
class Taken:
    """`why` None: it waits for the turn. `known`: there was such a question, open or not."""

    why: Reason | None
    words: str
    known: bool = True


class Approvals:
    """All methods raise TransientError."""

    def __init__(self, reading: Reading, by_hand: ByHand, clock: Clock) -> None:
        self._reading = reading
        self._by_hand = by_hand
        self._clock = clock

    async def all(self) -> list[Json]:
        """Every open question, the one that ends first at the top."""
        found = await self._reading.incidents(closed_too=False)
        listed = [_shown(one, self._clock.now_s()) for one in found if one.incident.request]
        return sorted(listed, key=lambda one: (one["expires_at_s"], one["id"]))

    async def find(self, request_id: str) -> Json | None:
        """One open question."""
        return next((one for one in await self.all() if one["id"] == request_id), None)

    async def answer(
        self, request_id: str, *, digest: str, nonce: str, say: Say, by: str, bot: bool, words: str
    ) -> Taken:
        """Put an answer into the subject's document. Raises PermanentError too."""
        found = await self._asked_in(request_id)
        if found is None:
            words = f"{request_id} was never asked, or long ago; `aiopsctl approvals list` has all"
            return Taken(Reason.NOTHING_ASKED, words, known=False)
        now_s = self._clock.now_s()
        answer = Answer(request_id, digest, nonce, say, by, now_s, words, bot)
        return await self._put(found.document.subject, answer)

    async def _put(self, subject: Subject, answer: Answer) -> Taken:
        refused: list[Taken] = []

        def change(document: SubjectDocument) -> SubjectDocument:
            refused.clear()
            taken = taken_in(document, answer)
            if isinstance(taken, SubjectDocument):
                return taken
            refused.append(Taken(taken, _why(document, answer, taken)))
            return document

        await self._by_hand.change(subject, change)
        said = "yes" if answer.say is Say.YES else "no"
        return refused[0] if refused else Taken(None, f"{answer.by} said {said}; it is looked into")

    async def _asked_in(self, request_id: str) -> Found | None:
        """The incident that asked it, in whatever phase by now."""
        for closed_too in (False, True):
            for one in await self._reading.incidents(closed_too=closed_too):
                if _was_asked(one.incident, request_id):
                    return one
        return None


def _was_asked(incident: Incident, request_id: str) -> bool:
    return any(request_id == f"{incident.id}-r{one}" for one in range(1, incident.asked + 1))


def _shown(found: Found, now_s: float) -> Json:
    incident = found.incident
    request = incident.request
    assert request is not None
    waiting = [one for one in found.document.answers if one.request == request.id]
    state = "open"
    if request.approved_by or waiting:
        state = "answered"
    elif now_s >= request.expires_at_s:
        state = "expired"
    return {
        "id": request.id,
        "incident": incident.id,
        "subject": found.document.subject.text,
        "cause": incident.cause,
        "playbook": incident.playbook,
        "action": request.action,
        "target": request.target.text,
        "target_uid": request.target.uid,
        "parameters": request.parameters,
        "effect": request.effect,
        "state": state,
        "asked_at_s": request.asked_at_s,
        "expires_at_s": request.expires_at_s,
        "asked_by": request.asked_by,
        "approved_by": request.approved_by,
        "digest": request.digest,
        "nonce": request.nonce,
    }


def _why(document: SubjectDocument, answer: Answer, why: Reason) -> str:
    """The reason in words, with what is known of it."""
    incident_id = answer.request.rpartition("-r")[0]
    incident = document.incident(incident_id)
    match why:
        case Reason.OTHER_QUESTION:
            return f"{answer.request} asks something else by now; look at it again"
        case Reason.ANSWERED_BEFORE:
            first = next(_earlier(document, incident, answer), "somebody")
            return f"{first} answered {answer.request} before; this changes nothing"
        case Reason.APPROVAL_EXPIRED:
            return f"{answer.request} was to be answered before; it goes to a human otherwise"
        case Reason.APPROVED_BY_MACHINE:
            return f"{answer.by} is a machine; a yes has to come from a human"
        case Reason.APPROVED_BY_ASKER:
            return f"{answer.by} asked for it; the yes has to come from somebody else"
        case Reason.INBOX_FULL:
            return "too many answers wait for this subject; try again in a moment"
    phase = f"its incident is {incident.phase}" if incident else "its incident is gone"
    last = incident.last_attempt if incident else None
    if last is not None and last.approved_by:
        phase += f", {last.action} was approved by {last.approved_by}"
    return f"{answer.request} is not open any more (answered, replaced or expired); {phase}"


def _earlier(document: SubjectDocument, incident: Incident | None, answer: Answer) -> Iterator[str]:
    if incident and incident.request and incident.request.approved_by:
        yield incident.request.approved_by
    yield from (one.by for one in document.answers if one.request == answer.request)
