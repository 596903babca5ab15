"""Asking a human and what comes back, for the tests of approvals: real documents and answers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.unit.domain.builders import NOW_S, POLICY, SICK, decided, only, opened
from worker.domain.deciding.decision import Decision
from worker.domain.deciding.policy import Policy
from worker.domain.document.subject import SubjectDocument
from worker.domain.incoming.absorb import absorb
from worker.domain.observed.facts import Facts
from worker.domain.people.approval import Answer, Request, Say
from worker.domain.playbooks.playbook import Mode
from worker.domain.story.journal import Entry, EntryKind

ASKING = replace(POLICY, mode=Mode.APPROVE)
ASKED_S = 60.0  # seconds after NOW_S, as everywhere here
EXPIRES_S = ASKED_S + ASKING.approval_s


def turn(
    document: SubjectDocument, after_s: float, seen: Facts = SICK, policy: Policy = ASKING
) -> Decision:
    return decided(document, seen, NOW_S + after_s, policy=policy)


def asked(seen: Facts = SICK) -> SubjectDocument:
    """A human was asked whether `web-1` may be evicted."""
    return turn(opened(), ASKED_S, seen).document


def request_of(document: SubjectDocument) -> Request:
    request = only(document).request
    assert request is not None
    return request


def answer(request: Request, say: Say = Say.YES, /, **changes: Any) -> Answer:
    given = Answer(
        request=request.id,
        digest=request.digest,
        nonce=request.nonce,
        say=say,
        by="ada",
        at_s=request.asked_at_s + 10.0,
    )
    return replace(given, **changes)


def heard(document: SubjectDocument, after_s: float, *answers: Answer) -> SubjectDocument:
    """The document after it has absorbed these answers."""
    return absorb(replace(document, answers=answers), ASKING, NOW_S + after_s)


def approved(after_s: float = ASKED_S + 10.0) -> SubjectDocument:
    document = asked()
    return heard(document, after_s, answer(request_of(document)))


def told(document: SubjectDocument) -> Entry:
    """What the journal says of the last answer."""
    return next(one for one in reversed(document.journal) if one.kind is EntryKind.ANSWERED)
