"""Choosing what to do about one open incident: playbook, plan, guards, and then an intent.

Rule of this file: an intent comes out only when every guard was silent on facts of this turn.
"""

from __future__ import annotations

from dataclasses import replace

from worker.domain.evidence import baseline
from worker.domain.guard import Case, first_refusal
from worker.domain.handover import escalate
from worker.domain.identity import INGEST
from worker.domain.incident import Attempt, Hold, Incident, Phase, intent_id
from worker.domain.journal import EntryKind
from worker.domain.plan import Plan, Refusal, Then, plan
from worker.domain.playbook import Mode, Playbook, Step
from worker.domain.reason import Reason
from worker.domain.situation import Situation
from worker.domain.subject import UNPUBLISHED_MAX, Intent, SubjectDocument


def consider(
    document: SubjectDocument, incident: Incident, situation: Situation
) -> SubjectDocument:
    """Climb the ladder to the first step that may be done now; hold, or hand over at its end."""
    now_s = situation.now_s
    if document.subject.workload is None:
        ours = document.subject == INGEST
        reason = Reason.MALFORMED_INPUT if ours else Reason.OWNER_UNKNOWN
        return escalate(document, incident, reason, now_s, _asked(incident))
    incident = _in_time(document, incident, situation)
    if (refusal := stuck(document, situation)) is not None:
        return _hold(document, incident, refusal, situation)
    playbook = situation.pack.select(document.subject, incident)
    if playbook is None:
        return escalate(document, incident, Reason.NO_PLAYBOOK, now_s, _asked(incident))
    incident = replace(incident, playbook=playbook.name)
    soaked_s = incident.opened_at_s + playbook.soak_s
    if now_s < soaked_s:
        waiting = Refusal(Reason.SOAKING, Then.HOLD, until_s=soaked_s)
        return _hold(document, incident, waiting, situation)
    while incident.rung < len(playbook.steps):
        step = playbook.steps[incident.rung]
        answer = plan_step(document, incident, playbook, step, situation)
        if isinstance(answer, Plan):
            if now_s < incident.decide_by_s:
                return _decide(document, incident, answer, situation)
            # What was refused again and again until now is a human's business.
            return escalate(document, incident, Reason.HELD_TOO_LONG, now_s, _tried(incident))
        if answer.then is Then.HOLD:
            return _hold(document, incident, answer, situation, step)
        document = _refused(document, incident, step, answer, now_s)
        if answer.then is Then.ESCALATE:
            return escalate(document, incident, answer.reason, now_s, answer.detail)
        incident = replace(incident, rung=incident.rung + 1)
    return escalate(document, incident, Reason.LADDER_EXHAUSTED, now_s, _tried(incident))


def stuck(document: SubjectDocument, situation: Situation) -> Refusal | None:
    """Nothing is begun under older playbooks than the last used, nor without a journal."""
    if situation.pack.version < document.pack_version:
        mine, used = situation.pack.version, document.pack_version
        words = f"playbooks of version {mine}, version {used} was used last"
        return Refusal(Reason.POLICY_BEHIND, Then.HOLD, words)
    if len(document.unpublished) >= UNPUBLISHED_MAX:
        words = f"{len(document.unpublished)} journal entries are not published"
        return Refusal(Reason.JOURNAL_STUCK, Then.HOLD, words)
    return None


def plan_step(
    document: SubjectDocument,
    incident: Incident,
    playbook: Playbook,
    step: Step,
    situation: Situation,
) -> Plan | Refusal:
    planned = plan(step.verb, incident, situation.facts, situation.policy.newborn_s)
    if isinstance(planned, Refusal):
        return planned
    case = Case(document, incident, playbook, step, planned, situation)
    return first_refusal(case) or planned


def _decide(
    document: SubjectDocument, incident: Incident, planned: Plan, situation: Situation
) -> SubjectDocument:
    now_s = situation.now_s
    identity = intent_id(incident)
    attempt = Attempt(
        intent_id=identity,
        rung=incident.rung,
        action=planned.verb,
        target=planned.target,
        decided_at_s=now_s,
        before=baseline(situation.facts),
    )
    intent = Intent(
        id=identity,
        incident=incident.id,
        action=planned.verb,
        target=planned.target,
        fence=planned.fence,
        generation=planned.generation,
        decided_at_s=now_s,
        sent_at_s=now_s,
    )
    acting = incident.with_attempt(attempt).to(
        Phase.ACTING, attempts_made=incident.attempts_made + 1, hold=None, streak=None
    )
    document = replace(document.with_incident(acting), intents=(*document.intents, intent))
    return document.note(
        EntryKind.DECIDED,
        planned.because,
        now_s,
        incident.id,
        action=planned.verb.replace("_", " "),
        target=planned.target.text,
        intent=identity,
        because=planned.detail,
        playbook=incident.playbook,
    )


def _hold(
    document: SubjectDocument,
    incident: Incident,
    refusal: Refusal,
    situation: Situation,
    step: Step | None = None,
) -> SubjectDocument:
    """Not now. A hold is told once, and ends in a human's hands when it lasts too long."""
    now_s, policy = situation.now_s, situation.policy
    patient = _observing(document, incident, situation)
    same = incident.hold is not None and incident.hold.reason is refusal.reason
    if not same:
        document = _refused(document, incident, step, refusal, now_s)
    if now_s >= incident.decide_by_s and not patient:
        words = f"{refusal.reason}. {refusal.detail}".replace("_", " ")
        return escalate(document, incident, Reason.HELD_TOO_LONG, now_s, words)
    since_s = incident.hold.since_s if same and incident.hold else now_s
    until_s = refusal.until_s or now_s + policy.hold_s
    if not patient:
        until_s = min(until_s, max(incident.decide_by_s, now_s + policy.hold_s))
    hold = Hold(refusal.reason, since_s, until_s, patient)
    return document.with_incident(replace(incident, hold=hold))


def _observing(document: SubjectDocument, incident: Incident, situation: Situation) -> bool:
    playbook = situation.pack.select(document.subject, incident)
    return situation.policy.mode_of(playbook) is Mode.OBSERVE


def _in_time(document: SubjectDocument, incident: Incident, situation: Situation) -> Incident:
    """What was only watched so far: its time to be decided begins when acting is allowed."""
    watched = incident.hold is not None and incident.hold.patient
    if not watched or _observing(document, incident, situation):
        return incident
    return replace(incident, decide_by_s=situation.now_s + situation.policy.decide_within_s)


def _refused(
    document: SubjectDocument,
    incident: Incident,
    step: Step | None,
    refusal: Refusal,
    now_s: float,
) -> SubjectDocument:
    kind = EntryKind.HELD if step is None else EntryKind.REFUSED
    action = "" if step is None else step.verb.replace("_", " ")
    return document.note(
        kind, refusal.reason, now_s, incident.id,
        action=action, target=refusal.target, detail=refusal.detail,
    )  # fmt: skip


def _asked(incident: Incident) -> str:
    return ", ".join(sorted({record.name for record in incident.alerts}))


def _tried(incident: Incident) -> str:
    tried = [f"{a.action}: {a.verdict or a.outcome}" for a in incident.attempts]
    return ("tried " + ", ".join(tried) if tried else "no step was possible").replace("_", " ")
