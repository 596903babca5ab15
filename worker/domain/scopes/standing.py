"""How a subject stands among the others: sick, or well. It says so itself, and only of itself."""

from __future__ import annotations

from worker.domain.document.identity import SubjectKind
from worker.domain.document.subject import SubjectDocument
from worker.domain.scopes.scope import Sick


def standing(document: SubjectDocument, now_s: float) -> Sick | None:
    """What the cluster's document is to say of it; None: it is well, or doesn't count. Services
    with a workload count."""
    subject, incidents = document.subject, document.open_incidents
    counts = subject.kind is SubjectKind.SERVICE and subject.workload is not None
    if not incidents or not counts:
        return None
    return Sick(subject.text, now_s, incidents[0].cause, document.reported_node)


def opened_by(document: SubjectDocument) -> dict[str, float]:
    """Its open incidents, and when they opened."""
    return {one.id: one.opened_at_s for one in document.open_incidents}
