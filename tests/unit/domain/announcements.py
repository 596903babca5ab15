"""Ops-events as they come in, and what a subject does after it has heard them."""

from __future__ import annotations

from tests.unit.domain.builders import NOW_S, POLICY, SICK, WEB, decided
from worker.domain.document.subject import SubjectDocument
from worker.domain.incoming.absorb import absorb
from worker.domain.incoming.inbox import accept
from worker.domain.incoming.ops_event import OpsEvent, OpsEventKind

DECIDED_S = 60.0  # seconds after NOW_S: when the incident has soaked


def event(
    kind: OpsEventKind,
    after_s: float = 0.0,
    by: str = "ada",
    *,
    named: str = "",
    lasts: str = "",
    **detail: str,
) -> OpsEvent:
    if lasts:
        detail["for"] = lasts
    identity = named or f"{kind}-{by}-{after_s}"
    return OpsEvent(identity, kind, NOW_S + after_s, by, {"deployment": "web"}, detail)


def heard(document: SubjectDocument, after_s: float, *events: OpsEvent) -> SubjectDocument:
    return absorb(accept(document, events), POLICY, NOW_S + after_s)


def fresh(*events: OpsEvent, after_s: float = 0.0) -> SubjectDocument:
    """A subject without incidents that heard these one by one."""
    document = SubjectDocument(WEB)
    for one in events:
        document = heard(document, after_s, one)
    return document


def acts(document: SubjectDocument, after_s: float) -> bool:
    return bool(decided(document, SICK, NOW_S + after_s).perform)
