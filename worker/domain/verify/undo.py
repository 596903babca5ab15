"""Putting back what an attempt of ours found: when it made things worse, or didn't help.

Rules of this file: what somebody else has touched since is not put back, it is theirs now. An undo
is an intent like any other: durable, fenced, once, behind the guards that can stop an undo.
"""

from __future__ import annotations

from dataclasses import replace

from worker.domain.catalogue import DESCRIPTOR_OF, Verb
from worker.domain.deciding.commit import commit
from worker.domain.deciding.handover import close, escalate
from worker.domain.deciding.holding import hold, in_time
from worker.domain.deciding.situation import Situation
from worker.domain.deciding.waiting import stuck
from worker.domain.document.incident import Attempt, Incident
from worker.domain.document.subject import SubjectDocument
from worker.domain.guards import UNDO_GUARDS, Case, first_refusal
from worker.domain.observed.evidence import Gone
from worker.domain.planners.plan import Plan, Refusal, Then
from worker.domain.playbooks.playbook import Matcher, Playbook, Step
from worker.domain.scopes.repair import contains
from worker.domain.story.journal import EntryKind
from worker.domain.story.reason import Reason
from worker.domain.verify.containment import judge_subject
from worker.domain.verify.undo_plan import undo_plan
from worker.domain.verify.verification import Verdict


def reversible(attempt: Attempt) -> bool:
    """Whether there is something to put back, and a verb that does it."""
    known = attempt.action in tuple(Verb) and not attempt.undoes and not attempt.undone
    return known and DESCRIPTOR_OF[Verb(attempt.action)].undo is not None


def undo(document: SubjectDocument, incident: Incident, situation: Situation) -> SubjectDocument:
    """Undo the attempt that the incident names, when that may be done now."""
    attempt = incident.attempt(incident.undoing)
    assert attempt is not None, f"{incident.id} undoes {incident.undoing}, which it never did"
    now_s = situation.now_s
    if (waiting := _well(attempt, incident, situation)) is not None:
        return hold(document, incident, waiting, situation, f"undo {attempt.action}")
    planned = undo_plan(attempt, incident, situation)
    if planned is None:
        words = f"{attempt.action} is somebody else's now; it is left as it is".replace("_", " ")
        document = document.note(
            EntryKind.REFUSED, Reason.OWNED_BY_OTHERS, now_s, incident.id,
            action=f"undo {attempt.action}".replace("_", " "), detail=words,
        )  # fmt: skip
        return over(document, incident, attempt, situation, put_back=False)
    answer = stuck(document, situation) or _guarded(document, incident, planned, situation)
    late = now_s >= in_time(incident, answer, situation).decide_by_s
    if isinstance(answer, Plan) and not late:
        return commit(document, incident, answer, situation, undoes=attempt.intent_id)
    if isinstance(answer, Refusal) and answer.then is Then.HOLD and (answer.patient or not late):
        return hold(document, incident, answer, situation, f"undo {attempt.action}")
    why = "not in time"
    if isinstance(answer, Refusal):
        why = f"{answer.reason} ({answer.detail})".removesuffix(" ()")
    words = f"{attempt.action} of {attempt.target.text} stays as it is: {why}".replace("_", " ")
    return escalate(document, incident, Reason.NOT_UNDONE, now_s, words)


def _well(attempt: Attempt, incident: Incident, situation: Situation) -> Refusal | None:
    """What is well now is left as it is, unless it was made worse: it took longer, perhaps. What
    contains is put back only while it is well."""
    if attempt.verdict is Reason.WORSE:
        return None
    before = tuple(one for one in (incident.onset, attempt.before) if one is not None)
    found = judge_subject(incident, before, situation.facts, situation.policy.newborn_s)
    if contains(attempt):
        well = found.verdict is Verdict.HEALTHY or isinstance(situation.facts.own, Gone)
        return None if well else Refusal(found.reason, Then.HOLD, f"{found.detail}, so it stands")
    if found.verdict is not Verdict.HEALTHY:
        return None
    return Refusal(Reason.NOT_YET, Then.HOLD, f"{found.detail}, so nothing is put back for now")


def undo_again(
    document: SubjectDocument, incident: Incident, sent: Attempt, situation: Situation
) -> Plan | Refusal:
    """The plan of an undo that was sent and of which nobody knows whether it happened."""
    attempt = incident.attempt(sent.undoes)
    planned = undo_plan(attempt, incident, situation) if attempt is not None else None
    if planned is None:
        return Refusal(Reason.OWNED_BY_OTHERS, Then.NEXT_STEP)
    return _guarded(document, incident, planned, situation, resending=sent.intent_id)


def _guarded(
    document: SubjectDocument,
    incident: Incident,
    planned: Plan | Refusal,
    situation: Situation,
    *,
    resending: str = "",
) -> Plan | Refusal:
    if isinstance(planned, Refusal):
        return planned
    step = Step(planned.verb)
    playbook = Playbook(incident.playbook, Matcher(), (step,))
    case = Case(document, incident, playbook, step, planned, situation, resending)
    return first_refusal(case, UNDO_GUARDS) or planned


def over(
    document: SubjectDocument,
    incident: Incident,
    attempt: Attempt,
    situation: Situation,
    *,
    put_back: bool,
) -> SubjectDocument:
    """The undo is done, or is not ours any more: a harmful attempt goes to a human, else on."""
    now_s = situation.now_s
    incident = incident.with_attempt(replace(attempt, undone=put_back))
    incident = replace(incident, undoing="")
    if attempt.verdict is Reason.WORSE:
        document = document.with_incident(incident)
        end = "was undone" if put_back else "somebody else has changed it since"
        words = f"{attempt.action} made it worse, and {end}".replace("_", " ")
        return escalate(document, incident, Reason.WORSE, now_s, words)
    if contains(attempt):
        what = attempt.action.replace("_", " ")
        words = f"well again; {what} is {'undone' if put_back else 'not ours any more'}"
        document = document.with_incident(incident)
        return close(document, incident, Reason.RESOLVED_BY_OTHERS, now_s, detail=words)
    rung = situation.rung_after(document.subject, incident)
    on = replace(incident, rung=rung, decide_by_s=now_s + situation.policy.decide_within_s)
    return document.with_incident(on)
