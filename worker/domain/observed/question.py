"""Which probes a decision needs: nothing is asked that no incident waits for."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from worker.domain.document.identity import CRON_JOB, Subject, SubjectKind
from worker.domain.document.incident import AlertRecord, Phase
from worker.domain.document.subject import SubjectDocument
from worker.domain.planners.symptom import shown_by_alert_alone


class ProbeName(StrEnum):
    """The questions that can be asked, one file each in `worker/probes`."""

    ROLLOUT_HEALTH = "rollout_health"
    POD_HEALTH = "pod_health"
    ALERT_STATE = "alert_state"
    KILL_SWITCH = "kill_switch"
    ROLLOUT_HISTORY = "rollout_history"
    OWNERSHIP = "ownership"
    RULES = "rules"
    NODE_HEALTH = "node_health"
    CRON_JOB_HEALTH = "cron_job_health"
    RULE_DATA = "rule_data"


@dataclass(frozen=True, slots=True)
class Question:
    probe: ProbeName
    subject: Subject
    fingerprints: tuple[str, ...] = ()
    alerts: tuple[AlertRecord, ...] = ()


def questions(document: SubjectDocument) -> tuple[Question, ...]:
    """The questions of one turn, after its inbox was absorbed."""
    subject = document.subject
    incidents = document.open_incidents
    disrupted = any(not one.ended for one in document.leases)
    own = own_questions(subject)
    if not own or not (incidents or disrupted):
        return _rule_data(document)
    asked = [
        *own,
        Question(
            ProbeName.ALERT_STATE, subject,
            tuple(sorted({r.fingerprint for one in incidents for r in one.alerts})),
        ),
    ]  # fmt: skip
    phases = {one.phase for one in incidents}
    if phases & {Phase.OPEN, Phase.ACTING}:
        asked.append(Question(ProbeName.KILL_SWITCH, subject))
        if own[0].probe is ProbeName.ROLLOUT_HEALTH:
            asked.append(Question(ProbeName.ROLLOUT_HISTORY, subject))
        if own[0].probe is not ProbeName.NODE_HEALTH:
            asked.append(Question(ProbeName.OWNERSHIP, subject))
    if Phase.VERIFYING in phases:
        asked.append(Question(ProbeName.RULES, subject))
    return (*asked, *_rule_data(document))


def own_questions(subject: Subject) -> tuple[Question, ...]:
    """About the object behind the subject; none about what has no object."""
    if subject.kind is SubjectKind.NODE:
        return (Question(ProbeName.NODE_HEALTH, subject),)
    if subject.kind is not SubjectKind.SERVICE:
        return ()
    if (subject.workload or ("", ""))[0] == CRON_JOB:
        return (Question(ProbeName.CRON_JOB_HEALTH, subject),)
    return (
        Question(ProbeName.ROLLOUT_HEALTH, subject),
        Question(ProbeName.POD_HEALTH, subject),
    )


def _rule_data(document: SubjectDocument) -> tuple[Question, ...]:
    """Asked only of alerts that alone show the trouble, so that something follows from silence."""
    alerts = tuple(
        record
        for one in document.open_incidents
        if shown_by_alert_alone(document.subject, one.cause)
        for record in one.alerts
    )
    return (Question(ProbeName.RULE_DATA, document.subject, alerts=alerts),) if alerts else ()
