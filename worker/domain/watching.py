"""After an action, in a human's hands, or healed by others: looking until the truth is known."""

from __future__ import annotations

from dataclasses import replace

from worker.domain.evidence import Baseline, Facts, Gone, PodHealth
from worker.domain.handover import close, escalate
from worker.domain.identity import INGEST, UNDERSTOOD_KINDS
from worker.domain.incident import Attempt, Incident, Phase, Streak
from worker.domain.journal import EntryKind
from worker.domain.playbook import Watch
from worker.domain.reason import Reason
from worker.domain.situation import Situation
from worker.domain.subject import SubjectDocument
from worker.domain.verification import (
    Judgement,
    Verdict,
    changed_by_others,
    helped_in_part,
    judge,
)

NO_FIX = frozenset({Reason.TARGET_GONE, Reason.REPLACED, Reason.SHRUNK})
"""The workload is not what it was: no further step of ours can be right."""


def verify(document: SubjectDocument, incident: Incident, situation: Situation) -> SubjectDocument:
    """Judge the last attempt: credit it, climb to the next rung, or keep watching."""
    attempt, facts, now_s = incident.last_attempt, situation.facts, situation.now_s
    assert attempt is not None, f"{incident.id} verifies nothing"
    watch = _watch(document, incident, situation)
    settled_s = attempt.outcome_at_s + watch.settle_s
    if now_s < settled_s:
        return document
    references = tuple(one for one in (incident.onset, attempt.before) if one is not None)
    judgement = judge(incident, references, facts, situation.policy.newborn_s)
    incident = replace(incident, streak=_streak(incident, judgement, situation))
    streak, deadline_s = incident.streak, settled_s + watch.deadline_s
    in_time = streak is not None and streak.since_s <= deadline_s
    if streak is not None and in_time and now_s - streak.since_s >= watch.window_s:
        return _credit(document, incident, attempt, judgement, watch, facts, now_s)
    if judgement.verdict is Verdict.UNHEALTHY:
        return _not_credited(document, incident, attempt, judgement, situation)
    if now_s < deadline_s or in_time:
        return document.with_incident(incident)  # a window that began in time may come to its end
    if judgement.verdict is Verdict.HEALTHY:
        words = f"{judgement.detail}, but not before the deadline"
        judgement = Judgement(Verdict.PENDING, Reason.NOT_YET, words)
    if judgement.verdict is Verdict.PENDING:
        return _not_credited(document, incident, attempt, judgement, situation)
    document, incident = _verdict(document, incident, attempt, judgement, now_s)
    return escalate(document, incident, Reason.VERIFICATION_UNKNOWN, now_s, judgement.detail)


def healed_by_others(
    document: SubjectDocument,
    incident: Incident,
    situation: Situation,
    references: tuple[Baseline, ...],
) -> SubjectDocument:
    """Close without an act what is healthy by itself and stays so; else keep the streak."""
    now_s = situation.now_s
    judgement = judge(incident, references, situation.facts, situation.policy.newborn_s)
    streak = _streak(incident, judgement, situation)
    incident = replace(incident, streak=streak)
    document = document.with_incident(incident)
    if streak is None or now_s - streak.since_s < situation.policy.close_after_healthy_s:
        return document
    words = f"{judgement.detail} for {now_s - streak.since_s:.0f} s"
    return close(document, incident, Reason.RESOLVED_BY_OTHERS, now_s, detail=words)


def watch_escalated(
    document: SubjectDocument, incident: Incident, situation: Situation
) -> SubjectDocument:
    """In a human's hands, not forgotten: closed when its cause is gone, however long it takes.

    Only malformed input has no end that could be seen: it is left to the human after a day.
    """
    now_s, policy = situation.now_s, situation.policy
    workload = document.subject.workload
    understood = workload is not None and workload[0] in UNDERSTOOD_KINDS
    if understood and not isinstance(situation.facts.rollout, Gone):
        # Judged as it is now: what people made of it since, smaller or anew, is their repair.
        return healed_by_others(document, incident, situation, ())
    if document.subject == INGEST:
        if now_s - incident.opened_at_s < policy.watch_for_s:
            return document
        words = f"told {policy.watch_for_s / 3600:.0f} h ago, nothing can be watched"
        return close(document, incident, Reason.LEFT_TO_HUMAN, now_s, detail=words)
    if incident.alerts and incident.all_alerts_resolved:
        words = "its monitor says resolved, and nothing else can be asked"
        return close(document, incident, Reason.RESOLVED_BY_OTHERS, now_s, detail=words)
    return document


def _streak(incident: Incident, judgement: Judgement, situation: Situation) -> Streak | None:
    """Another verdict, a restart between two looks, or too long without a look ends it."""
    pods, now_s = situation.facts.pods, situation.now_s
    if judgement.verdict is not Verdict.HEALTHY or not isinstance(pods, PodHealth):
        return None
    restarts = {pod.target.uid: pod.restarts for pod in pods.live}
    streak = incident.streak
    if (
        streak is None
        or now_s - streak.seen_s > situation.policy.look_gap_max_s
        or any(count > streak.restarts.get(uid, 0) for uid, count in restarts.items())
    ):
        return Streak(now_s, now_s, restarts)
    return Streak(streak.since_s, now_s, restarts)


def _watch(document: SubjectDocument, incident: Incident, situation: Situation) -> Watch:
    playbook = situation.pack.select(document.subject, incident)
    if playbook is None or incident.rung >= len(playbook.steps):
        return Watch()  # the pack changed under us: the patient defaults
    return playbook.steps[incident.rung].watch


def _credit(
    document: SubjectDocument,
    incident: Incident,
    attempt: Attempt,
    judgement: Judgement,
    watch: Watch,
    facts: Facts,
    now_s: float,
) -> SubjectDocument:
    judgement = replace(judgement, detail=f"{judgement.detail} for {watch.window_s:.0f} s")
    theirs = changed_by_others(attempt, facts)
    if theirs:
        words = f"{judgement.detail}; {theirs} came after the action, so the credit isn't ours"
        judgement = replace(judgement, reason=Reason.RESOLVED_BY_OTHERS, detail=words)
        document, incident = _verdict(document, incident, attempt, judgement, now_s)
        return close(document, incident, Reason.RESOLVED_BY_OTHERS, now_s, detail=words)
    document, incident = _verdict(document, incident, attempt, judgement, now_s)
    return close(
        document,
        incident,
        Reason.REPAIRED,
        now_s,
        action=attempt.action.replace("_", " "),
        target=attempt.target.text,
        detail=f"{now_s - incident.opened_at_s:.0f} s after it opened",
    )


def _not_credited(
    document: SubjectDocument,
    incident: Incident,
    attempt: Attempt,
    judgement: Judgement,
    situation: Situation,
) -> SubjectDocument:
    """The remedy didn't help: the next rung, unless it helped where it was applied."""
    in_part = judgement.reason is Reason.STILL_SICK and helped_in_part(attempt, situation.facts)
    if in_part:
        judgement = replace(judgement, reason=Reason.HELPED_IN_PART)
    now_s = situation.now_s
    document, incident = _verdict(document, incident, attempt, judgement, now_s)
    if judgement.reason in NO_FIX:
        return escalate(document, incident, judgement.reason, now_s, judgement.detail)
    rung = incident.rung if in_part else incident.rung + 1
    reopened = incident.to(
        Phase.OPEN, rung=rung, hold=None, streak=None,
        decide_by_s=now_s + situation.policy.decide_within_s,
    )  # fmt: skip
    return document.with_incident(reopened)


def _verdict(
    document: SubjectDocument,
    incident: Incident,
    attempt: Attempt,
    judgement: Judgement,
    now_s: float,
) -> tuple[SubjectDocument, Incident]:
    judged = incident.with_attempt(replace(attempt, verdict=judgement.reason))
    document = document.with_incident(judged).note(
        EntryKind.VERDICT,
        judgement.reason,
        now_s,
        incident.id,
        action=attempt.action.replace("_", " "),
        target=attempt.target.text,
        detail=judgement.detail,
    )
    return document, judged
