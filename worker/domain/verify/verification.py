"""Is it really healthy again? Three-valued, against a baseline taken before acting.

Rules of this file: unknown is never healthy. An alert's silence proves nothing by itself, and an
alert about a pod that no longer exists proves nothing either way. Fewer replicas, fewer readiness
probes, another workload under the same name, or a workload that is gone are never a repair.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from worker.domain.catalogue import Verb
from worker.domain.document.incident import AlertRecord, Incident
from worker.domain.incoming.alert import AlertStatus
from worker.domain.observed.evidence import AlertStates, Baseline, Gone, RolloutHealth, Unknown
from worker.domain.observed.facts import Facts
from worker.domain.observed.pods import PodHealth
from worker.domain.planners.symptom import SHOWN_BY_THE_OBJECT, sick_pods
from worker.domain.story.reason import Reason
from worker.domain.verify.attribution import changed_by_others
from worker.domain.verify.silence import silence_doubted


class Verdict(StrEnum):
    HEALTHY = "healthy"
    UNHEALTHY = "unhealthy"
    UNKNOWN = "unknown"
    PENDING = "pending"  # nothing wrong that time alone may not mend: neither yes nor no


@dataclass(frozen=True, slots=True)
class Judgement:
    verdict: Verdict
    reason: Reason
    detail: str


def judge(
    incident: Incident, references: Sequence[Baseline], facts: Facts, newborn_s: float
) -> Judgement:
    """How the workload stands at this moment, compared with each of the `references`.

    A pod younger than `newborn_s` that is not ready yet is no proof of failure, only of nothing.
    """
    if isinstance(facts.rollout, Gone):
        return Judgement(Verdict.UNHEALTHY, Reason.TARGET_GONE, facts.rollout.what)
    if isinstance(facts.rollout, Unknown):
        return Judgement(Verdict.UNKNOWN, Reason.EVIDENCE_UNKNOWN, facts.rollout.why)
    if isinstance(facts.pods, Unknown):
        return Judgement(Verdict.UNKNOWN, Reason.EVIDENCE_UNKNOWN, facts.pods.why)
    rollout, pods = facts.rollout, facts.pods
    for reference in references:
        if (compared := _compare(reference, rollout)) is not None:
            return compared
    if (hidden := _taken_away(incident, references, facts, rollout)) is not None:
        return hidden
    sick = sick_pods(incident, facts, newborn_s)
    if sick:
        pod = sick[0]
        return Judgement(
            Verdict.UNHEALTHY, Reason.STILL_SICK,
            f"{len(sick)} of {rollout.desired} pods sick, first {pod.target.name} "
            f"with {pod.restarts} restarts",
        )  # fmt: skip
    if rollout.rolling or rollout.available < rollout.desired or pods.ready < rollout.desired:
        return Judgement(
            Verdict.PENDING, Reason.NOT_YET,
            f"{min(rollout.available, pods.ready)} of {rollout.desired} pods available",
        )  # fmt: skip
    return _alerts(incident, facts, rollout, pods)


def _compare(reference: Baseline, rollout: RolloutHealth) -> Judgement | None:
    if rollout.target.uid != reference.uid:
        return Judgement(
            Verdict.UNHEALTHY, Reason.REPLACED, f"{rollout.target.text} is another object now"
        )
    if rollout.desired < reference.desired:
        return Judgement(
            Verdict.UNHEALTHY, Reason.SHRUNK,
            f"{rollout.desired} replicas wanted, {reference.desired} before",
        )  # fmt: skip
    return None


def _taken_away(
    incident: Incident, references: Sequence[Baseline], facts: Facts, rollout: RolloutHealth
) -> Judgement | None:
    """What looks well because nothing is left that could look sick, whoever did that and whenever:
    no replica at all, or no probe that asks the containers whether they work.

    Another object's probes are its own, and so are those of the healthy template that we put back.
    """
    known = (*references, *((incident.onset,) if incident.onset is not None else ()))
    for reference in known:
        if rollout.desired == 0 < reference.desired:
            words = f"0 replicas wanted, {reference.desired} before"
            return Judgement(Verdict.UNHEALTHY, Reason.SHRUNK, words)
        same = rollout.target.uid == reference.uid and not _put_back(incident, facts)
        if same and rollout.probed < reference.probed:
            words = (
                f"{rollout.probed} readiness probes, {reference.probed} before; without one a "
                "container is ready whatever it does"
            )
            return Judgement(Verdict.UNHEALTHY, Reason.SHRUNK, words)
    return None


def _put_back(incident: Incident, facts: Facts) -> bool:
    """Our last deed was to roll back, and nobody has rolled out anything since."""
    attempt = incident.last_attempt
    if attempt is None or attempt.before is None or attempt.undoes or not attempt.done:
        return False
    return attempt.action == Verb.ROLL_BACK and not changed_by_others(attempt, facts)


def _alerts(incident: Incident, facts: Facts, rollout: RolloutHealth, pods: PodHealth) -> Judgement:
    healthy = f"{rollout.available} of {rollout.desired} pods available, none sick"
    states = [alert_state(record, facts, pods) for record in incident.alerts]
    if Reason.ALERT_SUPPRESSED in states:
        return Judgement(Verdict.UNKNOWN, Reason.ALERT_SUPPRESSED, f"{healthy}; an alert is muted")
    if Reason.EVIDENCE_UNKNOWN in states:
        return Judgement(
            Verdict.UNKNOWN, Reason.EVIDENCE_UNKNOWN, f"{healthy}; the monitor doesn't answer"
        )
    if Reason.ALERT_FIRING in states:
        return Judgement(Verdict.PENDING, Reason.STILL_FIRING, f"{healthy}; an alert still fires")
    alone = incident.cause not in SHOWN_BY_THE_OBJECT
    if alone and (doubt := silence_doubted(incident, facts)):
        words = f"{healthy}; {doubt}"
        return Judgement(Verdict.UNKNOWN, Reason.SILENCE_PROVES_NOTHING, words)
    return Judgement(Verdict.HEALTHY, Reason.HEALTHY, healthy)


def alert_state(record: AlertRecord, facts: Facts, pods: PodHealth) -> Reason | None:
    """What one alert says now; None when it is quiet or speaks of a pod that no longer exists."""
    if record.pod and all(pod.target.name != record.pod for pod in pods.live):
        return None
    states = facts.alerts
    if isinstance(states, AlertStates):
        if record.fingerprint in states.suppressed:
            return Reason.ALERT_SUPPRESSED
        return Reason.ALERT_FIRING if record.fingerprint in states.firing else None
    if states.why != NO_MONITOR:
        return Reason.EVIDENCE_UNKNOWN
    return Reason.ALERT_FIRING if record.status is AlertStatus.FIRING else None


NO_MONITOR = "no monitor is configured"
"""Then what the monitor told us is all there is: firing until it said resolved."""
