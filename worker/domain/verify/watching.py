"""In a human's hands, or healed by others: looking until the truth is known."""

from __future__ import annotations

from dataclasses import replace

from worker.domain.deciding.handover import close
from worker.domain.deciding.situation import Situation
from worker.domain.document.identity import INGEST, NODE_ALERT, STORM
from worker.domain.document.incident import Incident, Streak
from worker.domain.document.subject import SubjectDocument
from worker.domain.incoming.alert import AlertStatus
from worker.domain.observed.cron_jobs import CronJobHealth
from worker.domain.observed.evidence import Baseline, Gone, Unknown
from worker.domain.observed.pods import PodHealth
from worker.domain.scopes.common_cause import services_blaming
from worker.domain.scopes.scopes_seen import ScopesSeen
from worker.domain.scopes.storm import storm
from worker.domain.story.reason import Reason
from worker.domain.verify.containment import judge_subject, standing, to_be_put_back
from worker.domain.verify.silence import silence_doubted, without_data
from worker.domain.verify.verification import Judgement, Verdict


def healed_by_others(
    document: SubjectDocument,
    incident: Incident,
    situation: Situation,
    references: tuple[Baseline, ...],
) -> SubjectDocument:
    """Close without an act what is healthy by itself and stays so; else keep the streak."""
    now_s = situation.now_s
    judgement = judge_subject(incident, references, situation.facts, situation.policy.newborn_s)
    streak = streak_of(incident, judgement, situation)
    if streak is not incident.streak:
        incident = replace(incident, streak=streak)
    document = document.with_incident(incident)
    if streak is None or now_s - streak.since_s < situation.policy.close_after_healthy_s:
        return document
    ours = standing(incident, situation.facts)
    if ours is not None and incident.escalated_for is Reason.NOT_UNDONE:
        return document  # a human was told that it stays, and is the one who puts it back
    if ours is not None:
        return to_be_put_back(document, incident, ours, situation)
    words = f"{judgement.detail} for {now_s - streak.since_s:.0f} s"
    return close(document, incident, Reason.RESOLVED_BY_OTHERS, now_s, detail=words)


def watch_escalated(
    document: SubjectDocument, incident: Incident, situation: Situation
) -> SubjectDocument:
    """In a human's hands, not forgotten: closed when its cause is gone, however long it takes.

    What has no end that could be seen is left to the human after a day: malformed input, and an
    alert that is quiet because its rule has no data.
    """
    now_s = situation.now_s
    understood, own = document.subject.understood, situation.facts.own
    if isinstance(own, CronJobHealth) and _nothing_runs(incident, situation):
        words = f"{own.words}; nothing of it shows whether it is well"
        return close(document, incident, Reason.LEFT_TO_HUMAN, now_s, detail=words)
    if understood and not isinstance(own, Gone):
        # Judged as it is now: what people made of it since, smaller or anew, is their repair.
        return _unseen(healed_by_others(document, incident, situation, ()), incident, situation)
    if document.subject == STORM:
        return _storm_over(document, incident, situation)
    if document.subject == INGEST:
        return _left_to_human(document, incident, situation, "nothing can be watched")
    quiet = _quiet(document, incident, situation)
    if quiet:
        if understood:  # what is gone is not well again, whatever its monitor says
            what = "its workload" if document.subject.workload else "the node"
            words = f"{what} is gone, and its monitor says no more about it"
            return close(document, incident, Reason.GONE_FOR_GOOD, now_s, detail=words)
        if doubt := silence_doubted(incident, situation.facts):
            known = without_data(incident, situation.facts)
            return _left_to_human(document, incident, situation, doubt) if known else document
        return close(document, incident, Reason.RESOLVED_BY_OTHERS, now_s, detail=quiet)
    return document


def _nothing_runs(incident: Incident, situation: Situation) -> bool:
    """Told a day ago, its alerts are over, and no job of it has run since: it may be meant so. What
    we suspended ourselves stays in view."""
    late = situation.now_s - incident.opened_at_s >= situation.policy.watch_for_s
    ours = standing(incident, situation.facts) is not None
    return late and not ours and bool(incident.alerts) and incident.all_alerts_resolved


def _quiet(document: SubjectDocument, incident: Incident, situation: Situation) -> str:
    """Why it is over as far as anybody can say, "" when it isn't. Of our own alert about a node
    nobody sends a "resolved": it is over when no service blames the node any more."""
    firing = {one.name for one in incident.alerts if one.status is AlertStatus.FIRING}
    if not incident.alerts or firing - {NODE_ALERT}:
        return ""
    if not firing:
        return "its monitor says resolved, and nothing else can be asked"
    seen = situation.facts.scopes
    if not isinstance(seen, ScopesSeen) or seen.cluster is None:
        return ""
    blaming = services_blaming(seen.cluster, document.subject.name)
    return "" if blaming else "no service is sick there and well elsewhere any more"


def _unseen(document: SubjectDocument, before: Incident, situation: Situation) -> SubjectDocument:
    """Left to the human when nothing shows trouble any more, and nothing ever will."""
    incident = document.incident(before.id)
    if incident is None or not incident.open or not without_data(incident, situation.facts):
        return document
    judgement = judge_subject(incident, (), situation.facts, situation.policy.newborn_s)
    if judgement.reason is not Reason.SILENCE_PROVES_NOTHING:
        return document
    return _left_to_human(document, incident, situation, judgement.detail)


def _left_to_human(
    document: SubjectDocument, incident: Incident, situation: Situation, why: str
) -> SubjectDocument:
    now_s, watch_for_s = situation.now_s, situation.policy.watch_for_s
    if now_s - incident.opened_at_s < watch_for_s:
        return document
    words = f"told {watch_for_s / 3600:.0f} h ago, {why}"
    return close(document, incident, Reason.LEFT_TO_HUMAN, now_s, detail=words)


def _storm_over(
    document: SubjectDocument, incident: Incident, situation: Situation
) -> SubjectDocument:
    """A storm's incident closes when the cluster's document shows no storm any more."""
    seen = situation.facts.scopes
    if not isinstance(seen, ScopesSeen) or isinstance(seen.known, Unknown):
        return document
    limits, now_s = situation.policy.storm, situation.now_s
    if seen.cluster is None or storm(seen.cluster, seen.known, limits, now_s) is not None:
        return document
    words = f"calm for {limits.calm_s:.0f} s"
    return close(document, incident, Reason.STORM_OVER, now_s, detail=words)


def streak_of(incident: Incident, judgement: Judgement, situation: Situation) -> Streak | None:
    """Another verdict, a restart between two looks, or too long without a look ends it."""
    pods, now_s = situation.facts.pods, situation.now_s
    if judgement.verdict is not Verdict.HEALTHY:
        return None
    live = pods.live if isinstance(pods, PodHealth) else ()  # a node or a CronJob has none
    restarts = {pod.target.uid: pod.restarts for pod in live}
    streak = incident.streak
    if (
        streak is None
        or now_s - streak.seen_s > situation.policy.look_gap_max_s
        or any(count > streak.restarts.get(uid, 0) for uid, count in restarts.items())
    ):
        return Streak(now_s, now_s, restarts)
    return Streak(streak.since_s, now_s, restarts)
