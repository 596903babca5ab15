"""Not now: a refusal told once, a time to ask again, and a human when it lasts too long."""

from __future__ import annotations

from dataclasses import replace

from worker.domain.deciding.handover import escalate
from worker.domain.deciding.situation import Situation
from worker.domain.document.incident import Hold, Incident
from worker.domain.document.subject import SubjectDocument
from worker.domain.planners.plan import Plan, Refusal
from worker.domain.playbooks.playbook import Mode
from worker.domain.story.journal import EntryKind
from worker.domain.story.reason import Reason

MAY_END_EARLY = frozenset({Reason.PERSON_AT_WORK, Reason.DEPLOY_RUNNING, Reason.WINDOW_CLOSED})
"""People end these when they are done: asked again before the time they were expected to take."""


def hold(
    document: SubjectDocument,
    incident: Incident,
    refusal: Refusal,
    situation: Situation,
    action: str = "",
    *,
    told: bool = False,
) -> SubjectDocument:
    """Keep it open with the reason; what others don't see to ends in a human's hands in time.

    `action` is what was refused, "" for all of it; `told`: the journal says it already.
    """
    now_s, policy = situation.now_s, situation.policy
    if only_watched(document, incident, situation):
        refusal = replace(refusal, patient=True)
    incident = in_time(incident, refusal, situation)
    same = incident.hold is not None and incident.hold.reason is refusal.reason
    if not same and not told:
        document = refused(document, incident, action, refusal, now_s)
    if now_s >= incident.decide_by_s and not refusal.patient:
        words = f"{refusal.reason}. {refusal.detail}".replace("_", " ")
        return escalate(document, incident, Reason.HELD_TOO_LONG, now_s, words)
    since_s = incident.hold.since_s if same and incident.hold else now_s
    until_s = refusal.until_s or now_s + policy.hold_s
    if refusal.reason in MAY_END_EARLY:
        until_s = min(until_s, now_s + policy.observe_again_s)
    if not refusal.patient:
        until_s = min(until_s, max(incident.decide_by_s, now_s + policy.hold_s))
    waiting = Hold(refusal.reason, since_s, max(until_s, now_s), refusal.patient)
    return document.with_incident(replace(incident, hold=waiting))


def in_time(incident: Incident, answer: Plan | Refusal, situation: Situation) -> Incident:
    """What others saw to until now: its time to be decided begins when that is over."""
    waited = incident.hold is not None and incident.hold.patient
    if not waited or (isinstance(answer, Refusal) and answer.patient):
        return incident
    return replace(incident, decide_by_s=situation.now_s + situation.policy.decide_within_s)


def only_watched(document: SubjectDocument, incident: Incident, situation: Situation) -> bool:
    """In observe mode nobody waits for us, whatever holds it."""
    playbook = situation.known_playbook(document.subject, incident)
    if playbook is None:
        return situation.policy.mode_in(document.subject.scope) is Mode.OBSERVE
    return situation.mode(document.subject, playbook)[0] is Mode.OBSERVE


def refused(
    document: SubjectDocument,
    incident: Incident,
    action: str,
    refusal: Refusal,
    now_s: float,
) -> SubjectDocument:
    """The refusal in the journal."""
    return document.note(
        EntryKind.REFUSED if action else EntryKind.HELD, refusal.reason, now_s, incident.id,
        action=action.replace("_", " "), target=refusal.target, detail=refusal.detail,
    )  # fmt: skip
