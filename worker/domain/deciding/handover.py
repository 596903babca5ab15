"""Handing an incident to a human, and telling that human when it is over."""

from __future__ import annotations

from dataclasses import replace

from worker.domain.deciding.cooling import cooling
from worker.domain.deciding.policy import Policy
from worker.domain.document.incident import Incident, Phase
from worker.domain.document.outbox import Notice
from worker.domain.document.subject import SubjectDocument
from worker.domain.story.journal import EntryKind
from worker.domain.story.reason import Reason

NOTICES_MAX = 64  # owed to sinks that don't answer; what is over is let go before what is open
CLOSED_ALERTS_KEPT = 4  # alerts of a closed incident that stay readable
SUMMARY_LENGTH_MAX = 1024  # characters; PagerDuty's limit for a summary


def escalate(
    document: SubjectDocument, incident: Incident, reason: Reason, now_s: float, detail: str = ""
) -> SubjectDocument:
    """Into a human's hands; it counts only once a sink has given its receipt."""
    owed = [attempt for attempt in incident.attempts if attempt.owed]
    for attempt in owed:  # sent, or about to be: nobody knows, so it counts as done
        document = cooling(document, incident, attempt.action, now_s)
        incident = incident.with_attempt(
            replace(attempt, outcome=Reason.UNREACHABLE, outcome_at_s=now_s)
        )
    escalated = incident.to(
        Phase.ESCALATED, escalated_for=reason, hold=None, streak=None, request=None, undoing=""
    )
    words = f"{incident.cause} on {document.subject.text}: {reason}. {detail}".replace("_", " ")
    notice = Notice(
        id=f"{incident.id}-escalated", incident=incident.id, kind="escalated",
        severity=incident.severity, summary=words[:SUMMARY_LENGTH_MAX], reason=reason, at_s=now_s,
    )  # fmt: skip
    rest = tuple(one for one in document.intents if one.incident != incident.id)
    document = _owe(replace(document.with_incident(escalated), intents=rest), notice)
    return document.note(EntryKind.ESCALATED, reason, now_s, incident.id, detail=detail)


def tell(
    document: SubjectDocument,
    incident: Incident,
    kind: str,
    identity: str,
    words: str,
    now_s: float,
) -> SubjectDocument:
    """Owe a human a question ("approval") or a "suggestion"; the incident stays ours."""
    reason = Reason.AWAITING_APPROVAL if kind == "approval" else Reason.SUGGEST_MODE
    text = f"{incident.cause} on {document.subject.text}: {words}".replace("_", " ")
    notice = Notice(
        id=identity, incident=incident.id, kind=kind, severity=incident.severity,
        summary=text[:SUMMARY_LENGTH_MAX], reason=reason, at_s=now_s,
    )  # fmt: skip
    return _owe(document, notice)


def untell(document: SubjectDocument, incident: Incident) -> SubjectDocument:
    """A question or a suggestion that no human has received yet is not worth a page any more."""
    moot = ("approval", "suggestion")
    rest = tuple(
        one for one in document.notices if one.incident != incident.id or one.kind not in moot
    )
    return replace(document, notices=rest)


def close(
    document: SubjectDocument, incident: Incident, reason: Reason, now_s: float, **detail: str
) -> SubjectDocument:
    """Resolved; whoever was told of the trouble is told of its end, when that was seen."""
    told = incident.escalated_for is not None and reason is not Reason.LEFT_TO_HUMAN
    closed = incident.to(
        Phase.RESOLVED, resolution=reason, closed_at_s=now_s, hold=None, streak=None,
        request=None, undoing="",
        alerts=incident.alerts[-CLOSED_ALERTS_KEPT:],
    )  # fmt: skip
    document = untell(document.with_incident(closed), incident)
    if told:
        text = f"{incident.cause} on {document.subject.text}: over ({reason})".replace("_", " ")
        document = _owe(
            document,
            Notice(
                id=f"{incident.id}-resolved", incident=incident.id, kind="resolved",
                severity=incident.severity, summary=text, reason=reason, at_s=now_s,
                sink=incident.told_by,
            ),
        )  # fmt: skip
    return document.note(EntryKind.CLOSED, reason, now_s, incident.id, **detail)


def received(
    document: SubjectDocument, notice_id: str, *, sink: str, receipt: str, now_s: float
) -> SubjectDocument:
    """A sink has it: no longer owed. Told twice, it changes nothing the second time."""
    notice = next((one for one in document.notices if one.id == notice_id), None)
    if notice is None:
        return document
    rest = tuple(one for one in document.notices if one.id != notice_id)
    incident = document.incident(notice.incident)
    if incident is not None and notice.kind == "escalated":
        document = document.with_incident(replace(incident, told_by=sink))
    return replace(document, notices=rest).note(
        EntryKind.RECEIPT, Reason.RECEIVED, now_s, notice.incident,
        sink=sink, notice=notice.kind, receipt=receipt,
    )  # fmt: skip


def not_received(
    document: SubjectDocument, notice_id: str, policy: Policy, now_s: float
) -> SubjectDocument:
    """The sink didn't answer: tried again later, ever more slowly, until it does."""
    return replace(
        document,
        notices=tuple(
            replace(
                one,
                tries=one.tries + 1,
                next_try_s=now_s
                + min(policy.notice_retry_s * 2 ** min(one.tries, 16), policy.notice_retry_max_s),
            )
            if one.id == notice_id
            else one
            for one in document.notices
        ),
    )


def _owe(document: SubjectDocument, notice: Notice) -> SubjectDocument:
    """One notice an incident: of its end, when nobody has received that it began."""
    others = tuple(one for one in document.notices if one.incident != notice.incident)
    notices = (*others, notice)
    if len(notices) > NOTICES_MAX:
        open_ids = {one.id for one in document.open_incidents}
        ends = [one for one in notices if one.kind == "resolved"]
        over = [one for one in notices if one.incident not in open_ids]
        let_go = (ends or over or notices)[0]
        notices = tuple(one for one in notices if one is not let_go)
    return replace(document, notices=notices)
