"""Notices as the engine owes them, for the tests of the sinks."""

from __future__ import annotations

from worker.domain.document.outbox import Notice
from worker.domain.story.reason import Reason

SUBJECT = "service/shop/Deployment/web"


def notice(kind: str = "escalated", *, severity: str = "critical") -> Notice:
    return Notice(
        id=f"inc-1-{kind}",
        incident="inc-1",
        kind=kind,
        severity=severity,
        summary="crash loop on service/shop/Deployment/web: ladder exhausted. ü",
        reason=Reason.LADDER_EXHAUSTED,
        at_s=1767268800.5,
    )
