"""What people say to the worker by name: an answer, a hold, its end; pure changes of a document.

Rules of this file: whoever says it was authenticated by whoever took it in. An answer is judged
here only to say at once what will come of it; the turn judges it again, and only that counts.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from worker.domain.document.incident import Incident
from worker.domain.document.subject import ANSWERS_MAX, SubjectDocument
from worker.domain.people.approval import Answer, Say, inert
from worker.domain.people.person_hold import ON_HOLD, PersonHold, with_hold
from worker.domain.story.journal import EntryKind
from worker.domain.story.reason import Reason

HOLD_LEAST_S = 60.0  # a shorter one is over before anybody has begun
WORDS_LENGTH_MAX = 240  # characters of what somebody says about it


def taken_in(document: SubjectDocument, answer: Answer) -> SubjectDocument | Reason:
    """The document with the answer waiting in it, or why it would do nothing. Taken in twice is
    taken in once."""
    if answer in document.answers:
        return document
    incident = asked_in(document, answer.request)
    why = inert(incident.request if incident else None, answer)
    if why is not None or incident is None:
        return why or Reason.NOTHING_ASKED
    waiting = [
        one.say
        for one in document.answers
        if one.request == answer.request and inert(incident.request, one) is None
    ]
    if Say.NO in waiting or (waiting and answer.say is Say.YES):
        return Reason.ANSWERED_BEFORE
    if len(document.answers) >= ANSWERS_MAX:
        return Reason.INBOX_FULL
    return replace(document, answers=(*document.answers, answer))


def asked_in(document: SubjectDocument, request_id: str) -> Incident | None:
    """The open incident that asks this."""
    return next(
        (one for one in document.open_incidents if one.request and one.request.id == request_id),
        None,
    )


def held_by_hand(
    holds: tuple[PersonHold, ...], *, by: str, for_s: float, words: str, now_s: float
) -> tuple[tuple[PersonHold, ...], PersonHold]:
    """The holds with theirs in it, and theirs: one for each person, begun anew when said again."""
    identity = f"{ON_HOLD}:{by}"
    since_s = max([now_s, *(one.since_s for one in holds if one.id == identity)])
    hold = PersonHold(identity, ON_HOLD, by, since_s, now_s + for_s, words)
    return with_hold(holds, hold), hold


def let_go(holds: tuple[PersonHold, ...]) -> tuple[PersonHold, ...]:
    """Without those that people put here by hand, whoever did; what was said by message stays."""
    return tuple(one for one in holds if one.what != ON_HOLD)


def told_hold(
    document: SubjectDocument, hold: PersonHold, where: str, now_s: float
) -> SubjectDocument:
    """The hold in the story."""
    until = datetime.fromtimestamp(hold.until_s, UTC).strftime("%Y-%m-%d %H:%M UTC")
    return document.note(
        EntryKind.OPS_EVENT, Reason.PUT_ON_HOLD, max(now_s, document.last_now_s),
        by=hold.by, where=where, until=until, words=hold.words,
    )  # fmt: skip


def told(document: SubjectDocument, reason: Reason, now_s: float, **detail: str) -> SubjectDocument:
    """What somebody lifted, in the story."""
    at_s = max(now_s, document.last_now_s)
    return document.note(EntryKind.OPS_EVENT, reason, at_s, **detail)
