"""What mends nothing but keeps harm from growing: when its subject is well, and then put back.

Rules of this file: an alert's silence counts for nothing here, since a cordon silences what it is
about, and so does deleting a Job. The node's own conditions count, and a Job that succeeded. What
stands is put back once its subject is well, by us if it is ours still, and never before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from worker.domain.deciding.handover import close
from worker.domain.deciding.situation import Situation
from worker.domain.document.identity import NODE_ALERT
from worker.domain.document.incident import Attempt, Incident, Phase
from worker.domain.document.subject import SubjectDocument
from worker.domain.observed.cron_jobs import CronJobHealth
from worker.domain.observed.evidence import AlertStates, Baseline, Unknown
from worker.domain.observed.facts import Facts
from worker.domain.observed.nodes import NodeHealth
from worker.domain.planners.containment import JOB_LABEL
from worker.domain.planners.symptom import SHOWN_BY_THE_OBJECT
from worker.domain.scopes.common_cause import services_blaming
from worker.domain.scopes.repair import contains
from worker.domain.scopes.scopes_seen import ScopesSeen
from worker.domain.story.reason import Reason
from worker.domain.verify.silence import silence_doubted
from worker.domain.verify.verdict import with_verdict
from worker.domain.verify.verification import NO_MONITOR, Judgement, Verdict, judge


def standing(incident: Incident, facts: Facts) -> Attempt | None:
    """The containment of this incident that is ours still, as far as can be seen."""
    own = facts.own
    if not isinstance(own, NodeHealth | CronJobHealth) or not own.ours:
        return None
    attempt = incident.attempt(own.ours)
    return attempt if attempt is not None and contains(attempt) else None


def to_be_put_back(
    document: SubjectDocument, incident: Incident, attempt: Attempt, situation: Situation
) -> SubjectDocument:
    """Its subject is well: what stands is undone before anything else."""
    reopened = incident if incident.phase is Phase.OPEN else incident.to(Phase.OPEN)
    return document.with_incident(
        replace(
            reopened,
            undoing=attempt.intent_id,
            hold=None,
            streak=None,
            decide_by_s=situation.now_s + situation.policy.decide_within_s,
        )
    )


def well_again(
    document: SubjectDocument,
    incident: Incident,
    attempt: Attempt,
    judgement: Judgement,
    situation: Situation,
) -> SubjectDocument:
    """What contained the harm gets no credit for its end, and is put back."""
    theirs = replace(judgement, reason=Reason.RESOLVED_BY_OTHERS)
    document, incident = with_verdict(document, incident, attempt, theirs, situation.now_s)
    ours = standing(incident, situation.facts)
    if ours is not None:
        return to_be_put_back(document, incident, ours, situation)
    words = f"{judgement.detail}; {attempt.action} was undone by somebody".replace("_", " ")
    return close(document, incident, Reason.RESOLVED_BY_OTHERS, situation.now_s, detail=words)


def judge_node(node: NodeHealth, incident: Incident, facts: Facts) -> Judgement:
    """By its conditions, read now; an alert that fires all the same is waited for, our own too."""
    if node.unfit:
        return Judgement(Verdict.PENDING, Reason.NOT_YET, node.words)
    if any(one.name == NODE_ALERT for one in incident.alerts) and blamed(node, facts):
        words = f"{node.words}; services are sick there and well elsewhere"
        return Judgement(Verdict.PENDING, Reason.STILL_FIRING, words)
    states = facts.alerts
    if isinstance(states, Unknown) and states.why != NO_MONITOR:
        words = f"{node.words}; the monitor doesn't answer"
        return Judgement(Verdict.UNKNOWN, Reason.EVIDENCE_UNKNOWN, words)
    if isinstance(states, AlertStates):
        alerts = {one.fingerprint for one in incident.alerts}
        if alerts & states.suppressed:
            words = f"{node.words}; an alert is muted"
            return Judgement(Verdict.UNKNOWN, Reason.ALERT_SUPPRESSED, words)
        if alerts & states.firing:
            words = f"{node.words}; an alert still fires"
            return Judgement(Verdict.PENDING, Reason.STILL_FIRING, words)
    if incident.cause not in SHOWN_BY_THE_OBJECT and (doubt := silence_doubted(incident, facts)):
        return Judgement(Verdict.UNKNOWN, Reason.SILENCE_PROVES_NOTHING, f"{node.words}; {doubt}")
    return Judgement(Verdict.HEALTHY, Reason.HEALTHY, node.words)


def judge_cron_job(cron_job: CronJobHealth, incident: Incident) -> Judgement:
    """By a job that succeeded after those that failed: the alert about a failed one fires for as
    long as that is kept, and is silenced by deleting it."""
    names = {one.labels.get(JOB_LABEL, ""): one.starts_at_s for one in incident.alerts}
    failed_s = [cron_job.failed.get(name, at_s) for name, at_s in names.items()]
    well = cron_job.succeeded_s > max((*failed_s, *cron_job.failed.values()), default=0.0)
    if well and cron_job.succeeded_s > 0.0:
        words = "a job of it has succeeded after those that failed"
        return Judgement(Verdict.HEALTHY, Reason.HEALTHY, words)
    return Judgement(Verdict.PENDING, Reason.NOT_YET, cron_job.words)


def blamed(node: NodeHealth, facts: Facts) -> bool:
    """Whether services say that they are sick there and well elsewhere; in doubt they do."""
    seen = facts.scopes
    if not isinstance(seen, ScopesSeen) or seen.cluster is None:
        return True
    return bool(services_blaming(seen.cluster, node.target.name))


def judge_subject(
    incident: Incident, references: Sequence[Baseline], facts: Facts, newborn_s: float
) -> Judgement:
    """How the subject stands at this moment, whatever it is."""
    own = facts.own
    if isinstance(own, NodeHealth):
        return judge_node(own, incident, facts)
    if isinstance(own, CronJobHealth):
        return judge_cron_job(own, incident)
    return judge(incident, references, replace(facts, rollout=own), newborn_s)
