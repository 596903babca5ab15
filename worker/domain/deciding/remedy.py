"""Choosing what to do about one open incident: playbook, plan, guards, and then an intent.

Rule of this file: an intent comes out only when every guard was silent on facts of this turn.
"""

from __future__ import annotations

from dataclasses import replace

from worker.domain.deciding.commit import commit
from worker.domain.deciding.handover import escalate
from worker.domain.deciding.holding import hold, in_time, refused
from worker.domain.deciding.outcome import Answer, Outcome, record
from worker.domain.deciding.situation import Situation
from worker.domain.deciding.waiting import waits
from worker.domain.deciding.weighing import weighed, without_its_question
from worker.domain.document.identity import INGEST, NODE_ALERT, STORM, STORM_ALERT
from worker.domain.document.incident import Incident, Phase, intent_id
from worker.domain.document.subject import SubjectDocument
from worker.domain.guards import Case, first_refusal
from worker.domain.observed.evidence import Gone, Unknown
from worker.domain.people.asking import ASKS, SUGGESTS, ask, suggest
from worker.domain.people.shadow import remembered
from worker.domain.planners.plan import Plan, Refusal, Then
from worker.domain.playbooks.playbook import Playbook, Step
from worker.domain.scopes.repair import ended
from worker.domain.story.reason import Reason


def consider(
    document: SubjectDocument, incident: Incident, situation: Situation
) -> SubjectDocument:
    """Climb the ladder to the first step that may be done now; hold, or hand over at its end."""
    now_s = situation.now_s
    if not document.subject.has_object:
        return _hand_over(document, incident, situation)
    if (refusal := waits(document, situation)) is not None:
        return hold(document, incident, refusal, situation)
    playbook = situation.playbook(document.subject, incident)
    if isinstance(playbook, Unknown):
        waiting = Refusal(Reason.CONDITION_UNKNOWN, Then.HOLD, playbook.why)
        return hold(document, incident, waiting, situation)
    if playbook is None:
        return escalate(document, incident, Reason.NO_PLAYBOOK, now_s, _asked(incident))
    if playbook.name != incident.playbook:
        rung = incident.rung if incident.attempts else 0  # another ladder, from its first rung
        incident = replace(incident, playbook=playbook.name, rung=rung, passed={})
    soaked_s = incident.opened_at_s + playbook.soak_s
    if now_s < soaked_s:
        waiting = Refusal(Reason.SOAKING, Then.HOLD, until_s=soaked_s)
        return hold(document, incident, waiting, situation)
    return _climb(document, incident, playbook, situation)


def _climb(
    document: SubjectDocument, incident: Incident, playbook: Playbook, situation: Situation
) -> SubjectDocument:
    """From the rung that is its own upwards. A rung that isn't for this moment is passed for this
    moment only: the next look begins below it again, until something was done."""
    now_s, base = situation.now_s, incident.rung
    for rung in range(base, len(playbook.steps)):
        step = playbook.steps[rung]
        incident = replace(incident, rung=rung)
        found = weighed(document, incident, playbook, situation)
        planned = found.plan if isinstance(found, Case) else found
        answer = (first_refusal(found) or found.plan) if isinstance(found, Case) else found
        if isinstance(answer, Plan):
            incident = in_time(incident, answer, situation)
            if now_s < incident.decide_by_s:
                return _committed(document, incident, answer, situation)
            # What was refused again and again until now is a human's business.
            return escalate(document, incident, Reason.HELD_TOO_LONG, now_s, _tried(incident))
        if isinstance(planned, Plan) and answer.reason in SUGGESTS | {Reason.OBSERVE_MODE}:
            document = remembered(document, incident, planned, situation)
        if isinstance(planned, Plan) and answer.reason in ASKS | SUGGESTS:
            here = replace(incident, rung=base)
            return _with_a_human(document, here, planned, answer, step, situation)
        if answer.then is Then.HOLD:
            here = replace(incident, rung=base)
            return hold(document, here, answer, situation, step.verb)
        if answer.then is Then.ESCALATE:
            document = refused(document, incident, step.verb, answer, now_s)
            return escalate(document, incident, answer.reason, now_s, answer.detail)
        document, incident = _passed(document, incident, step, answer, now_s)
    document = ended(document, incident, Reason.LADDER_EXHAUSTED)
    parts = (_own_words(incident), _tried(incident) + ".", playbook.escalation)
    words = " ".join(part for part in parts if part)
    return escalate(document, incident, Reason.LADDER_EXHAUSTED, now_s, words)


def _passed(
    document: SubjectDocument, incident: Incident, step: Step, refusal: Refusal, now_s: float
) -> tuple[SubjectDocument, Incident]:
    """Told once for each reason; a question about a step that isn't for now is taken back."""
    rung = str(incident.rung)
    if incident.passed.get(rung) != refusal.reason:
        document = refused(document, incident, step.verb, refusal, now_s)
        incident = replace(incident, passed={**incident.passed, rung: str(refusal.reason)})
    return document, without_its_question(incident, step)


def _committed(
    document: SubjectDocument, incident: Incident, planned: Plan, situation: Situation
) -> SubjectDocument:
    """The intent; done already when its id is on the workload, which our memory may have lost: an
    old store was put back, and the id is derived, so the deed is the same."""
    identity, own = intent_id(incident), situation.facts.own
    document = commit(document, incident, planned, situation)
    if isinstance(own, Gone | Unknown) or own.last_intent != identity:
        return document
    found = Outcome(Answer.ACCEPTED, Reason.FOUND_DONE, "its intent id is on the workload")
    return record(document, identity, found, situation.policy, situation.now_s)


def _with_a_human(
    document: SubjectDocument,
    incident: Incident,
    planned: Plan,
    refusal: Refusal,
    step: Step,
    situation: Situation,
) -> SubjectDocument:
    """Asked or told, and held until there is an answer."""
    if refusal.reason in SUGGESTS:
        document, incident = suggest(document, incident, planned, situation)
        return hold(document, incident, refusal, situation, step.verb)
    if refusal.reason is Reason.PLAN_CHANGED:
        document = refused(document, incident, step.verb, refusal, situation.now_s)
    document, incident = ask(document, incident, planned, situation)
    if incident.phase is not Phase.OPEN or incident.request is None:
        return document
    waiting = replace(
        refusal, reason=Reason.AWAITING_APPROVAL, until_s=incident.request.expires_at_s
    )
    return hold(document, incident, waiting, situation, told=True)


def _hand_over(
    document: SubjectDocument, incident: Incident, situation: Situation
) -> SubjectDocument:
    """What has no workload is a human's at once, with what its playbook says to look at."""
    words, reason = _asked(incident), _not_ours(document)
    playbook = situation.known_playbook(document.subject, incident)
    if playbook is not None and reason is Reason.OWNER_UNKNOWN:
        incident = replace(incident, playbook=playbook.name)
        words = f"{words}. {playbook.escalation}".strip()
        reason = reason if playbook.steps else Reason.LADDER_EXHAUSTED
    return escalate(document, incident, reason, situation.now_s, words)


def _not_ours(document: SubjectDocument) -> Reason:
    if document.subject == INGEST:
        return Reason.MALFORMED_INPUT
    return Reason.STORM if document.subject == STORM else Reason.OWNER_UNKNOWN


def _asked(incident: Incident) -> str:
    """Its alerts by name; our own in the words of whoever saw it."""
    told = {
        one.labels.get("words", one.name) if one.name in (STORM_ALERT, NODE_ALERT) else one.name
        for one in incident.alerts
    }
    return ", ".join(sorted(told))


def _own_words(incident: Incident) -> str:
    """What we saw ourselves, where an alert of ours says so."""
    ours = [one for one in incident.alerts if one.name in (STORM_ALERT, NODE_ALERT)]
    told = sorted({one.labels["words"] for one in ours if one.labels.get("words")})
    return f"{', '.join(told)}." if told else ""


def _tried(incident: Incident) -> str:
    tried = [
        f"{a.action}: {a.verdict or a.outcome}{' and undone' if a.undone else ''}"
        for a in incident.attempts
        if not a.undoes
    ]
    return ("tried " + ", ".join(tried) if tried else "no step was possible").replace("_", " ")
