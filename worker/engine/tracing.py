"""Which trace a turn belongs to: that of the alert it works for; the others' are linked."""

from __future__ import annotations

from worker.domain.document.incident import Phase
from worker.domain.document.subject import SubjectDocument


def parent_of(document: SubjectDocument, incoming: str) -> str:
    """The W3C traceparent to go on with; "" starts a trace.

    A turn that has an alert to decide about continues the alert's own trace, whoever woke it. One
    that only verifies or watches goes on with its caller's, linked to its incident.
    """
    undecided = [
        record.traceparent
        for incident in document.open_incidents
        if incident.phase in (Phase.OPEN, Phase.ACTING)
        for record in incident.alerts
        if record.traceparent
    ] + [alert.traceparent for alert in document.inbox if alert.traceparent]
    if not undecided or any(_trace(one) == _trace(incoming) for one in undecided):
        return incoming
    return undecided[0]


def links_of(document: SubjectDocument, incoming: str, parent: str) -> tuple[str, ...]:
    """The traces of all alerts that this turn works for, and its caller's, but the parent."""
    alerts = {record.traceparent for one in document.open_incidents for record in one.alerts}
    traces = alerts | {alert.traceparent for alert in document.inbox} | {incoming}
    return tuple(sorted(one for one in traces if one and one != parent))


def _trace(traceparent: str) -> str:
    return traceparent.split("-")[1] if traceparent.count("-") == 3 else ""
