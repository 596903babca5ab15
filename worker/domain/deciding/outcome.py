"""What an API server's answer means for the intent that it answers, and for its incident."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from worker.domain.deciding.cooling import cooling
from worker.domain.deciding.handover import escalate
from worker.domain.deciding.policy import Policy
from worker.domain.document.incident import Attempt, Hold, Incident, Phase
from worker.domain.document.outbox import Intent
from worker.domain.document.subject import SubjectDocument
from worker.domain.scopes.leases import nothing_sent
from worker.domain.story.journal import EntryKind
from worker.domain.story.reason import Reason


class Answer(StrEnum):
    """Did it happen? Unclear is not no: the target is read before anything else is sent."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Outcome:
    answer: Answer
    reason: Reason
    detail: str = ""
    retry_after_s: float | None = None


# Nothing happened and nothing is wrong with the remedy: made anew from live state after a pause.
ASK_AGAIN = frozenset(
    {
        Reason.THROTTLED,
        Reason.DISRUPTION_BUDGET,
        Reason.TERMINATING,
        Reason.TARGET_GONE,
        Reason.SUPERSEDED,
        Reason.CLAIMED,
        Reason.KILL_SWITCH,
        Reason.KILL_SWITCH_UNREADABLE,
        Reason.NOT_SENT,
        Reason.NO_LEASE,
        Reason.RATE_LIMITED,
        Reason.SCOPE_UNREADABLE,
        Reason.PERSON_AT_WORK,
    }
)
# This remedy is not to be had here; the next one may be.
NEXT_STEP = frozenset({Reason.UNSUPPORTED, Reason.QUOTA})


def record(
    document: SubjectDocument, intent_id: str, outcome: Outcome, policy: Policy, now_s: float
) -> SubjectDocument:
    """Put the outcome on record. Recorded twice, it changes nothing the second time."""
    now_s = max(now_s, document.last_now_s)
    intent = next((one for one in document.intents if one.id == intent_id), None)
    if intent is None:
        return _late(document, intent_id, outcome, now_s)
    incident = document.incident(intent.incident)
    assert incident is not None, f"{intent_id} belongs to no incident"
    attempt = next(one for one in incident.attempts if one.intent_id == intent_id)
    noted = document.note(
        EntryKind.OUTCOME,
        outcome.reason,
        now_s,
        incident.id,
        intent=intent_id,
        detail=outcome.detail,
    )
    if _unclear(intent, outcome):
        # Still owed: the next turn reads the target before anything is sent again.
        hold = Hold(outcome.reason, now_s, now_s + (outcome.retry_after_s or policy.hold_s))
        same = incident.hold is not None and incident.hold.reason is outcome.reason
        base = document if same else noted
        return base.with_incident(replace(incident, hold=hold))
    document = replace(noted, intents=tuple(one for one in noted.intents if one.id != intent_id))
    if outcome.answer is Answer.REJECTED:
        document = nothing_sent(document, intent_id)
    answered = incident.with_attempt(replace(attempt, outcome=outcome.reason, outcome_at_s=now_s))
    if outcome.answer is Answer.ACCEPTED:
        return _started(document, answered, attempt, now_s)
    if attempt.undoes and outcome.reason not in ASK_AGAIN:
        words = f"{outcome.reason}. {outcome.detail}".replace("_", " ")
        return escalate(document, answered, Reason.NOT_UNDONE, now_s, words)
    return _rejected(document, answered, outcome, policy, now_s)


def _late(
    document: SubjectDocument, intent_id: str, outcome: Outcome, now_s: float
) -> SubjectDocument:
    """An answer that came after its incident was handed over: told, and it changes nothing else."""
    for incident in document.incidents:
        for attempt in incident.attempts:
            if attempt.intent_id == intent_id and attempt.outcome is Reason.UNREACHABLE:
                if outcome.answer is Answer.UNCLEAR:
                    return document
                known = replace(attempt, outcome=outcome.reason, outcome_at_s=now_s)
                return document.with_incident(incident.with_attempt(known)).note(
                    EntryKind.OUTCOME, outcome.reason, now_s, incident.id,
                    intent=intent_id, detail=outcome.detail,
                )  # fmt: skip
    return document


def _unclear(intent: Intent, outcome: Outcome) -> bool:
    """A refusal of the second send says nothing about the first, which may have been applied."""
    if outcome.answer is Answer.UNCLEAR:
        return True
    soft = outcome.reason in ASK_AGAIN | NEXT_STEP and outcome.reason is not Reason.SUPERSEDED
    return outcome.answer is Answer.REJECTED and intent.resends > 0 and soft


def _started(
    document: SubjectDocument, incident: Incident, attempt: Attempt, now_s: float
) -> SubjectDocument:
    verifying = incident.to(Phase.VERIFYING, hold=None, streak=None)
    return cooling(document, incident, attempt.action, now_s).with_incident(verifying)


def _rejected(
    document: SubjectDocument, incident: Incident, outcome: Outcome, policy: Policy, now_s: float
) -> SubjectDocument:
    if outcome.reason in ASK_AGAIN:
        hold = Hold(outcome.reason, now_s, now_s + (outcome.retry_after_s or policy.hold_s))
        return document.with_incident(incident.to(Phase.OPEN, hold=hold))
    if outcome.reason in NEXT_STEP:
        return document.with_incident(incident.to(Phase.OPEN, hold=None, rung=incident.rung + 1))
    return escalate(document, incident, outcome.reason, now_s, outcome.detail)
