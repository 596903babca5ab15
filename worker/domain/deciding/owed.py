"""An owed intent of which nobody knows whether it happened: read, then resend or supersede.

Rules of this file: nothing is sent again before the target was read; it goes through every guard
again, and under the same id.
"""

from __future__ import annotations

from dataclasses import replace

from worker.domain.catalogue import Verb
from worker.domain.deciding.handover import escalate
from worker.domain.deciding.outcome import Answer, Outcome, record
from worker.domain.deciding.situation import Situation
from worker.domain.deciding.waiting import stuck
from worker.domain.document.incident import Hold, Incident
from worker.domain.document.outbox import Intent
from worker.domain.document.subject import SubjectDocument
from worker.domain.guards import Case, first_refusal
from worker.domain.observed.cron_jobs import CronJobHealth
from worker.domain.observed.evidence import Gone, RolloutHealth, Unknown
from worker.domain.observed.nodes import NodeHealth
from worker.domain.observed.ownership import Ownership
from worker.domain.observed.pods import PodHealth
from worker.domain.planners import plan
from worker.domain.planners.plan import Plan, Refusal, Then
from worker.domain.story.journal import EntryKind
from worker.domain.story.reason import Reason
from worker.domain.verify.undo import undo_again


def reconsider(
    document: SubjectDocument, incident: Incident, situation: Situation
) -> tuple[SubjectDocument, Intent | None]:
    """An intent is owed and nobody knows whether it happened: read, then resend or supersede."""
    intent = next(one for one in document.intents if one.incident == incident.id)
    done = _happened(intent, situation)
    if done is None:  # it cannot be read now: nothing is sent, and time goes by
        return _wait(document, incident, situation), None
    if done:
        outcome = Outcome(Answer.ACCEPTED, Reason.FOUND_DONE, done)
        return record(document, intent.id, outcome, situation.policy, situation.now_s), None
    if situation.now_s >= incident.decide_by_s:
        return _wait(document, incident, situation), None
    answer = _again(document, incident, intent, situation)
    same = isinstance(answer, Plan) and answer.target == intent.target
    if isinstance(answer, Plan) and same and answer.parameters == intent.parameters:
        renewed = replace(
            intent,
            fence=answer.fence,
            generation=answer.generation,
            sent_at_s=situation.now_s,
            resends=intent.resends + 1,
        )
        intents = tuple(renewed if one.id == intent.id else one for one in document.intents)
        sent_again = replace(document, intents=intents).note(
            EntryKind.RESENT, answer.because, situation.now_s, incident.id, intent=intent.id
        )
        return sent_again, renewed
    if situation.now_s < intent.sent_at_s + situation.policy.in_flight_max_s:
        return _wait(document, incident, situation), None  # it may still be applied
    why = answer.reason if isinstance(answer, Refusal) else Reason.NOTHING_SICK
    outcome = Outcome(Answer.REJECTED, Reason.SUPERSEDED, why.replace("_", " "))
    return record(document, intent.id, outcome, situation.policy, situation.now_s), None


def _again(
    document: SubjectDocument, incident: Incident, intent: Intent, situation: Situation
) -> Plan | Refusal:
    """The plan of this turn for the same thing, if every guard still lets it pass."""
    if (refusal := stuck(document, situation)) is not None:
        return refusal
    attempt = incident.attempt(intent.id)
    if attempt is not None and attempt.undoes:
        return undo_again(document, incident, attempt, situation)
    playbook = situation.known_playbook(document.subject, incident)
    if playbook is None or incident.rung >= len(playbook.steps):
        return Refusal(Reason.NO_PLAYBOOK, Then.HOLD)
    step = playbook.steps[incident.rung]
    planned = plan(step, document, incident, situation)
    if isinstance(planned, Refusal):
        return planned
    case = Case(document, incident, playbook, step, planned, situation, resending=intent.id)
    return first_refusal(case) or planned


def _wait(document: SubjectDocument, incident: Incident, situation: Situation) -> SubjectDocument:
    """Sent, and not readable whether it happened: look again soon, tell a human at the deadline."""
    now_s = situation.now_s
    if now_s < incident.decide_by_s:
        hold = incident.hold or Hold(Reason.EVIDENCE_UNKNOWN, now_s, now_s)
        later = replace(hold, until_s=now_s + situation.policy.hold_s)
        return document.with_incident(replace(incident, hold=later))
    words = "an action was sent, and it is not known whether it happened"
    return escalate(document, incident, Reason.HELD_TOO_LONG, now_s, words)


def _happened(intent: Intent, situation: Situation) -> str | None:
    """What shows that it was done; "" when it was not; None when that cannot be read."""
    rollout, pods = situation.facts.own, situation.facts.pods
    if isinstance(rollout, NodeHealth | CronJobHealth):
        where = "node" if isinstance(rollout, NodeHealth) else "workload"
        return f"its intent id is on the {where}" if rollout.last_intent == intent.id else ""
    if isinstance(rollout, Gone):
        return f"{'the node' if intent.target.kind == 'Node' else 'its workload'} is gone"
    if not isinstance(rollout, RolloutHealth) or not isinstance(pods, PodHealth):
        return None
    match intent.action:
        case Verb.EVICT_POD:
            pod = pods.find(intent.target.uid)
            if pod is None:
                return f"pod {intent.target.name} is gone"
            return f"pod {intent.target.name} is terminating" if pod.terminating else ""
        case Verb.RAISE_HPA_MAX:
            ownership = situation.facts.ownership
            if not isinstance(ownership, Ownership):
                return None
            found = ownership.autoscaler
            if isinstance(found, Unknown):
                return None
            mine = found is not None and found.last_intent == intent.id
            return "its intent id is on the autoscaler" if mine else ""
    return "its intent id is on the workload" if rollout.last_intent == intent.id else ""
