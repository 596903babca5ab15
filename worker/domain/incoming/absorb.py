"""First stage of a turn: what was accepted becomes part of an incident, and the inbox is empty."""

from __future__ import annotations

from dataclasses import replace

from worker.domain.deciding.handover import escalate
from worker.domain.deciding.policy import Policy
from worker.domain.document.change import running, with_opening
from worker.domain.document.incident import ALERTS_MAX, AlertRecord, Incident, Phase, incident_id
from worker.domain.document.subject import (
    INCIDENTS_CLOSED_KEPT,
    INCIDENTS_OPEN_MAX,
    UNPUBLISHED_MAX,
    SubjectDocument,
)
from worker.domain.incoming.alert import Alert, AlertStatus
from worker.domain.incoming.announcing import announced
from worker.domain.incoming.correlation import cause_of
from worker.domain.incoming.message import NAME_LENGTH_MAX
from worker.domain.incoming.ops_event import WORDS, OpsEvent
from worker.domain.people.asking import answered
from worker.domain.story.journal import EntryKind
from worker.domain.story.reason import Reason

SEVERITY_LENGTH_MAX = 32  # characters; "critical" is a long one
LABELS_KEPT_CHARACTERS_MAX = 512  # of one alert, names and values together
CHAOS_MAX_S = 3600.0  # an experiment that never says it has ended is over by then
LABELS_TOLD = ("pod", "container", "node", "severity")  # labels that the journal repeats


def absorb(document: SubjectDocument, policy: Policy, now_s: float) -> SubjectDocument:
    """Empty the inbox into incidents; the document is returned as it is when there is no news."""
    if not (document.inbox or document.ops_events or document.overflowed or document.answers):
        return document
    now_s = max(now_s, document.last_now_s)
    news, events, overflowed = document.inbox, document.ops_events, document.overflowed
    answers = document.answers
    document = replace(document, inbox=(), ops_events=(), overflowed=0, answers=())
    for event in events:
        document = announced(_tell(document, event, now_s), event, now_s)
    for answer in answers:
        document = answered(document, answer, now_s)
    for alert in sorted(news, key=lambda one: one.order):
        document = _absorb(document, alert, policy, now_s)
    if overflowed:
        document = _overflow(document, overflowed, Reason.INBOX_FULL, policy, now_s)
    return _forget_old(document)


def _tell(document: SubjectDocument, event: OpsEvent, now_s: float) -> SubjectDocument:
    detail = ", ".join(f"{key} {value}" for key, value in sorted(event.detail.items()))
    return document.note(
        EntryKind.OPS_EVENT, Reason.OPS_EVENT, now_s,
        actor=event.actor or "somebody", event=WORDS[event.kind], detail=detail,
    )  # fmt: skip


def _absorb(
    document: SubjectDocument, alert: Alert, policy: Policy, now_s: float
) -> SubjectDocument:
    cause = cause_of(alert.name)
    incident = next((one for one in document.open_incidents if one.cause == cause), None)
    firing = alert.status is AlertStatus.FIRING
    if incident is None and firing:
        if len(document.open_incidents) >= INCIDENTS_OPEN_MAX:
            return _overflow(document, 1, Reason.INCIDENTS_FULL, policy, now_s)
        severity = alert.labels.get("severity", "warning")[:SEVERITY_LENGTH_MAX]
        document, incident = opened(document, cause, severity, policy, now_s)
        document = document.note(
            EntryKind.OPENED, Reason.ALERT_FIRING, now_s, incident.id,
            subject=document.subject.text, cause=cause.replace("_", " "), incident=incident.id,
        )  # fmt: skip
    if len(document.unpublished) < UNPUBLISHED_MAX:
        document = document.note(
            EntryKind.ALERT, Reason.ALERT_FIRING if firing else Reason.ALERT_RESOLVED, now_s,
            incident.id if incident else "", alert=alert.name, status=str(alert.status),
            labels=", ".join(f"{k} {alert.labels[k]}" for k in LABELS_TOLD if alert.labels.get(k)),
        )  # fmt: skip
    if incident is None:
        return document
    return document.with_incident(_merge(incident, alert))


def opened(
    document: SubjectDocument, cause: str, severity: str, policy: Policy, now_s: float
) -> tuple[SubjectDocument, Incident]:
    """A new incident about this cause, and the document with it."""
    ordinal = document.incidents_opened + 1
    since_s = now_s - CHAOS_MAX_S
    experiment = running(document.changes, "chaos_started", "chaos_ended", since_s)
    incident = Incident(
        id=incident_id(document.subject, cause, ordinal),
        cause=cause,
        phase=Phase.OPEN,
        severity=severity,
        opened_at_s=now_s,
        decide_by_s=now_s + policy.decide_within_s,
        alerts=(),
        alerts_seen=0,
        game_day=experiment.id[:NAME_LENGTH_MAX] if experiment else "",
    )
    document = replace(
        document,
        incidents_opened=ordinal,
        recurrences=with_opening(document.recurrences, cause, now_s),
    )
    return document.with_incident(incident), incident


def _merge(incident: Incident, alert: Alert) -> Incident:
    record = AlertRecord(
        fingerprint=alert.fingerprint,
        name=alert.name[:NAME_LENGTH_MAX],
        status=alert.status,
        starts_at_s=alert.starts_at_s,
        severity=alert.labels.get("severity", "warning")[:SEVERITY_LENGTH_MAX],
        pod=alert.labels.get("pod", "")[:NAME_LENGTH_MAX],
        traceparent=alert.traceparent,
        labels=_labels_kept(alert.labels),
    )
    others = tuple(r for r in incident.alerts if r.fingerprint != alert.fingerprint)
    records = (*others, record)
    if len(records) > ALERTS_MAX:  # one that is over goes before one that fires
        gone = next((r for r in records if r.status is AlertStatus.RESOLVED), records[0])
        records = tuple(r for r in records if r is not gone)
    seen = incident.alerts_seen + (len(others) == len(incident.alerts))
    return replace(incident, alerts=records, alerts_seen=seen)


def _labels_kept(labels: dict[str, str]) -> dict[str, str]:
    """The shortest ones, as many as fit: what a playbook can match on is a name, no prose."""
    kept: dict[str, str] = {}
    size = 0
    for key, value in sorted(labels.items(), key=lambda one: (len(one[0]) + len(one[1]), one)):
        size += len(key) + len(value)
        if size > LABELS_KEPT_CHARACTERS_MAX:
            break
        kept[key] = value
    return dict(sorted(kept.items()))


def _overflow(
    document: SubjectDocument, count: int, reason: Reason, policy: Policy, now_s: float
) -> SubjectDocument:
    """More than a subject can hold is a human's business, once, with the count."""
    cause = str(reason)
    incident = next((one for one in document.open_incidents if one.cause == cause), None)
    if incident is not None:
        counted = replace(incident, alerts_seen=incident.alerts_seen + count)
        return document.with_incident(counted).note(
            EntryKind.ALERT, reason, now_s, incident.id, count=str(count)
        )
    document, incident = opened(document, cause, "critical", policy, now_s)
    counted = replace(incident, alerts_seen=count)
    return escalate(
        document, counted, reason, now_s, f"{count} alerts beyond the bounds of one subject"
    )


def _forget_old(document: SubjectDocument) -> SubjectDocument:
    closed = [one for one in document.incidents if not one.open]
    if len(closed) <= INCIDENTS_CLOSED_KEPT:
        return document
    dropped = {one.id for one in closed[:-INCIDENTS_CLOSED_KEPT]}
    return replace(
        document, incidents=tuple(one for one in document.incidents if one.id not in dropped)
    )
