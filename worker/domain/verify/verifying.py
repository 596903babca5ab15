"""After an action: looking until it is known whether it helped, and what follows from that."""

from __future__ import annotations

from dataclasses import replace

from worker.domain.deciding.handover import close, escalate
from worker.domain.deciding.situation import Situation
from worker.domain.document.incident import Attempt, Incident, Phase
from worker.domain.document.subject import SubjectDocument
from worker.domain.observed.evidence import Gone, Unknown
from worker.domain.planners.symptom import sick_pods
from worker.domain.playbooks.playbook import Watch
from worker.domain.scopes.leases import handed_on
from worker.domain.scopes.repair import contains, ended
from worker.domain.story.journal import lasted
from worker.domain.story.reason import Reason
from worker.domain.verify.attribution import (
    being_replaced,
    changed_by_others,
    helped_in_part,
    hurt_neighbours,
    made_worse,
)
from worker.domain.verify.containment import judge_subject, well_again
from worker.domain.verify.undo import over, reversible
from worker.domain.verify.verdict import with_verdict
from worker.domain.verify.verification import Judgement, Verdict
from worker.domain.verify.watch_times import watch_times
from worker.domain.verify.watching import streak_of

UNDO_ROLLS_MAX_S = 600.0  # an undo whose rollout hangs is a human's business by then

NO_FIX = frozenset({Reason.TARGET_GONE, Reason.REPLACED, Reason.SHRUNK})
"""The workload is not what it was: no further step of ours can be right."""


def verify(document: SubjectDocument, incident: Incident, situation: Situation) -> SubjectDocument:
    """Judge the last attempt: credit it, climb to the next rung, or keep watching."""
    attempt, now_s = incident.last_attempt, situation.now_s
    assert attempt is not None, f"{incident.id} verifies nothing"
    incident, watch = watch_times(document, incident, situation)
    settled_s = attempt.outcome_at_s + (watch or Watch()).settle_s
    if now_s < settled_s:
        return document.with_incident(incident)
    if attempt.undoes:
        return _undone(document, incident, attempt, settled_s, situation)
    judgement = _judge(incident, attempt, watch, situation)
    watch = watch or Watch()
    streak, deadline_s = streak_of(incident, judgement, situation), settled_s + watch.deadline_s
    if streak is not incident.streak:
        incident = replace(incident, streak=streak)
    in_time = streak is not None and streak.since_s <= deadline_s
    if streak is not None and in_time and now_s - streak.since_s >= watch.window_s:
        if contains(attempt):
            return well_again(document, incident, attempt, judgement, situation)
        return _credit(document, incident, attempt, judgement, watch, situation)
    if judgement.verdict is Verdict.UNHEALTHY:
        return _not_credited(document, incident, attempt, judgement, situation)
    if now_s < deadline_s or in_time:
        return document.with_incident(incident)  # a window that began in time may come to its end
    if judgement.verdict is Verdict.HEALTHY:
        words = f"{judgement.detail}, but not before the deadline"
        judgement = Judgement(Verdict.HEALTHY, Reason.NOT_YET, words)
    if judgement.verdict in (Verdict.HEALTHY, Verdict.PENDING):
        return _not_credited(document, incident, attempt, judgement, situation)
    document, incident = with_verdict(document, incident, attempt, judgement, now_s)
    return escalate(document, incident, Reason.VERIFICATION_UNKNOWN, now_s, judgement.detail)


def _judge(
    incident: Incident, attempt: Attempt, watch: Watch | None, situation: Situation
) -> Judgement:
    """As it stands now; what our own rollout has yet to replace is no proof against it."""
    facts, newborn_s = situation.facts, situation.policy.newborn_s
    references = tuple(one for one in (incident.onset, attempt.before) if one is not None)
    judgement = judge_subject(incident, references, facts, newborn_s)
    if judgement.reason is Reason.STILL_SICK:
        sick = sick_pods(incident, facts, newborn_s)
        if being_replaced(attempt, sick, facts):
            words = f"{judgement.detail}; its rollout goes on"
            return Judgement(Verdict.PENDING, Reason.NOT_YET, words)
    if watch is None and judgement.verdict is Verdict.HEALTHY:
        words = f"{judgement.detail}; how long its rule looks back is not known"
        return Judgement(Verdict.UNKNOWN, Reason.EVIDENCE_UNKNOWN, words)
    return judgement


def _undone(
    document: SubjectDocument,
    incident: Incident,
    attempt: Attempt,
    settled_s: float,
    situation: Situation,
) -> SubjectDocument:
    """An undo is over when its rollout is; one that hangs, or can't be seen, is a human's."""
    rollout, now_s = situation.facts.own, situation.now_s
    if isinstance(rollout, Gone):
        return escalate(document, incident, Reason.TARGET_GONE, now_s, rollout.what)
    rolling = isinstance(rollout, Unknown) or rollout.rolling
    if rolling and now_s < settled_s + UNDO_ROLLS_MAX_S:
        return document.with_incident(incident)
    if rolling:
        words = f"{attempt.undoes} was put back, but its rollout has no end that could be seen"
        return escalate(document, incident, Reason.NOT_UNDONE, now_s, words)
    back = Judgement(Verdict.UNKNOWN, Reason.UNDONE, f"{attempt.undoes} is put back")
    document, incident = with_verdict(document, incident, attempt, back, now_s)
    undone = incident.attempt(attempt.undoes)
    assert undone is not None, f"{incident.id} undid {attempt.undoes}, which it never did"
    reopened = incident.to(Phase.OPEN, hold=None, streak=None)
    return over(document, reopened, undone, situation, put_back=True)


def _credit(
    document: SubjectDocument,
    incident: Incident,
    attempt: Attempt,
    judgement: Judgement,
    watch: Watch,
    situation: Situation,
) -> SubjectDocument:
    facts, now_s = situation.facts, situation.now_s
    judgement = replace(judgement, detail=f"{judgement.detail} for {watch.window_s:.0f} s")
    if neighbours := hurt_neighbours(document, attempt, facts):
        words = f"healthy itself, but {neighbours} fell sick right after the action"
        hurt = Judgement(Verdict.UNHEALTHY, Reason.WORSE, words)
        return _not_credited(document, incident, attempt, hurt, situation)
    theirs = changed_by_others(attempt, facts)
    if theirs:
        words = f"{judgement.detail}; {theirs} came after the action, so the credit isn't ours"
        judgement = replace(judgement, reason=Reason.RESOLVED_BY_OTHERS, detail=words)
        document, incident = with_verdict(document, incident, attempt, judgement, now_s)
        words = f"{theirs} came after the action"
        return close(document, incident, Reason.RESOLVED_BY_OTHERS, now_s, detail=words)
    document, incident = with_verdict(document, incident, attempt, judgement, now_s)
    document = ended(document, incident, Reason.REPAIRED)
    return close(
        document,
        incident,
        Reason.REPAIRED,
        now_s,
        action=attempt.action.replace("_", " "),
        target=attempt.target.text,
        detail=f"{lasted(now_s - incident.opened_at_s)} after it opened",
    )


def _not_credited(
    document: SubjectDocument,
    incident: Incident,
    attempt: Attempt,
    judgement: Judgement,
    situation: Situation,
) -> SubjectDocument:
    """The remedy didn't help: undone where that can be, then the next rung, unless it helped where
    it was applied. What made things worse ends with a human."""
    facts, now_s = situation.facts, situation.now_s
    in_part = judgement.reason is Reason.STILL_SICK and helped_in_part(attempt, facts)
    if in_part:
        judgement = replace(judgement, reason=Reason.HELPED_IN_PART)
    elif judgement.reason not in NO_FIX and (
        lost := made_worse(attempt, facts, situation.policy.newborn_s)
    ):
        judgement = replace(judgement, reason=Reason.WORSE, detail=f"{judgement.detail}; {lost}")
    if contains(attempt) and judgement.reason not in NO_FIX:
        judgement = replace(judgement, reason=Reason.CONTAINED)
    document, incident = with_verdict(document, incident, attempt, judgement, now_s)
    if judgement.reason in NO_FIX:
        return escalate(document, incident, judgement.reason, now_s, judgement.detail)
    if judgement.reason is Reason.WORSE:
        document = ended(document, incident, Reason.WORSE)
    well = judgement.verdict is Verdict.HEALTHY  # too late for the credit, and no reason to go back
    back = not in_part and not well and not contains(attempt)
    undoing = attempt.intent_id if back and reversible(attempt) else ""
    if undoing:
        document = handed_on(document, undoing)
    if judgement.reason is Reason.WORSE and not undoing:
        return escalate(document, incident, Reason.WORSE, now_s, judgement.detail)
    rung = incident.rung if in_part or undoing else situation.rung_after(document.subject, incident)
    reopened = incident.to(
        Phase.OPEN, rung=rung, hold=None, streak=None, undoing=undoing,
        decide_by_s=now_s + situation.policy.decide_within_s,
    )  # fmt: skip
    return document.with_incident(reopened)
