"""Asking a human: a suggestion that needs no answer, and a question that needs one.

Rules of this file: a question is asked once for each plan; another plan is another question, and
after a few of them a human gets the incident. Nobody answers for a human: time only escalates.
"""

from __future__ import annotations

from dataclasses import replace

from worker.domain.deciding.handover import escalate, tell, untell
from worker.domain.deciding.situation import Situation
from worker.domain.document.incident import Incident
from worker.domain.document.subject import SubjectDocument
from worker.domain.people.approval import Answer, Request, Say, digest_of, inert, nonce_of
from worker.domain.planners.plan import Plan
from worker.domain.story.journal import EntryKind
from worker.domain.story.reason import Reason

ASKS = frozenset({Reason.AWAITING_APPROVAL, Reason.PLAN_CHANGED})
SUGGESTS = frozenset({Reason.SUGGEST_MODE, Reason.DEMOTED})
SUGGESTIONS_MAX = 8  # of one incident: whoever was told as often knows that the plan keeps changing


def ask(
    document: SubjectDocument, incident: Incident, planned: Plan, situation: Situation
) -> tuple[SubjectDocument, Incident]:
    """The open question about this plan: the one that was asked, or a new one."""
    now_s, policy = situation.now_s, situation.policy
    digest = digest_of(planned.verb, planned.target, planned.generation, planned.parameters)
    request = incident.request
    if request is not None and now_s >= request.expires_at_s:
        words = f"nobody answered {request.id} within {policy.approval_s:.0f} s"
        return _handed_over(document, incident, Reason.APPROVAL_EXPIRED, now_s, words)
    if request is not None and request.digest == digest:
        return document, incident
    if incident.asked >= policy.asked_max:
        words = f"asked {incident.asked} times already"
        reason = Reason.PLAN_CHANGED if request is not None else Reason.ATTEMPTS_USED
        return _handed_over(document, incident, reason, now_s, words)
    identity = f"{incident.id}-r{incident.asked + 1}"
    fresh = Request(
        id=identity,
        digest=digest,
        nonce=nonce_of(identity, digest, now_s),
        action=planned.verb,
        target=planned.target,
        parameters=planned.parameters,
        asked_at_s=now_s,
        expires_at_s=now_s + policy.approval_s,
        effect=planned.detail,
    )
    incident = replace(incident, request=fresh, asked=incident.asked + 1)
    words = f"{planned.verb} {planned.target.text}? {planned.detail}".replace("_", " ")
    document = tell(document.with_incident(incident), incident, "approval", identity, words, now_s)
    document = document.note(
        EntryKind.ASKED, Reason.AWAITING_APPROVAL, now_s, incident.id,
        action=planned.verb.replace("_", " "), target=planned.target.text, request=identity,
        because=planned.detail, minutes=f"{policy.approval_s / 60:.0f}",
    )  # fmt: skip
    return document, incident


def _handed_over(
    document: SubjectDocument, incident: Incident, reason: Reason, now_s: float, words: str
) -> tuple[SubjectDocument, Incident]:
    document = escalate(document, incident, reason, now_s, words)
    return document, document.incident(incident.id) or incident


def suggest(
    document: SubjectDocument, incident: Incident, planned: Plan, situation: Situation
) -> tuple[SubjectDocument, Incident]:
    """Tell a human what would be done, once for each plan."""
    digest = digest_of(planned.verb, planned.target, planned.generation, planned.parameters)
    told, mark = incident.told_suggestions, digest[:16]
    if mark in told or len(told) >= SUGGESTIONS_MAX:
        return document, incident
    incident = replace(incident, told_suggestions=(*told, mark))
    words = f"would {planned.verb} {planned.target.text}: {planned.detail}".replace("_", " ")
    identity = f"{incident.id}-suggestion-{mark[:8]}"  # another plan is another message
    now_s = situation.now_s
    document = tell(
        document.with_incident(incident), incident, "suggestion", identity, words, now_s
    )
    return document, incident


def answered(document: SubjectDocument, answer: Answer, now_s: float) -> SubjectDocument:
    """What an answer does: opens the way, hands over, or nothing at all; always told."""
    answer = replace(answer, at_s=max(answer.at_s, now_s))
    by = answer.by or "somebody"
    incident = next(
        (
            one
            for one in document.open_incidents
            if one.request and one.request.id == answer.request
        ),
        None,
    )
    why = inert(incident.request if incident else None, answer)
    if why is not None or incident is None or incident.request is None:
        known = incident.id if incident else ""
        return document.note(
            EntryKind.ANSWERED, why or Reason.NOTHING_ASKED, now_s, known,
            request=answer.request, by=by, words=answer.words,
        )  # fmt: skip
    reason = Reason.APPROVED if answer.say is Say.YES else Reason.REJECTED_BY_HUMAN
    document = document.note(
        EntryKind.ANSWERED, reason, now_s, incident.id,
        request=answer.request, by=by, words=answer.words,
    )  # fmt: skip
    if answer.say is Say.NO:
        words = f"{by} said no to {answer.request}. {answer.words}"
        return escalate(document, incident, Reason.REJECTED_BY_HUMAN, now_s, words.strip())
    approved = replace(incident.request, approved_by=answer.by, approved_at_s=now_s)
    # Looked at again at once; that it waited for a human until now is still to be known.
    hold = replace(incident.hold, until_s=now_s) if incident.hold else None
    document = untell(document, incident)
    return document.with_incident(replace(incident, request=approved, hold=hold))
