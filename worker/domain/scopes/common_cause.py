"""A node that takes several services down: one root incident about it, and its children wait.

Rules of this file: a node is suspected of what is sick on it and well elsewhere, never of a service
that has no healthy pod anywhere to compare with. The root is the node's own open incident, so
nobody keeps a second account of it. Children wait while it is undecided, and no longer than it may
be: once something was done to the node, or a human has it, each of them is looked after by itself.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from worker.domain.document.identity import NODE_ALERT, Subject, SubjectKind
from worker.domain.document.incident import Phase
from worker.domain.document.subject import SubjectDocument
from worker.domain.incoming.alert import Alert, AlertStatus
from worker.domain.incoming.correlation import cause_of
from worker.domain.observed.pods import PodHealth
from worker.domain.scopes.scope import ScopeDocument
from worker.domain.story.reason import Reason

UNDECIDED = frozenset({Phase.OPEN, Phase.ACTING})
LEFT_TO_OTHERS = frozenset({Reason.OBSERVE_MODE, Reason.SUGGEST_MODE, Reason.DEMOTED})
"""Holds of what would be done by others, if at all: that is as decided as it gets."""


@dataclass(frozen=True, slots=True)
class Root:
    """What a node's undecided incident is to the services that are sick there. `incident` is "" for
    one that is told and not opened yet."""

    subject: Subject
    incident: str
    since_s: float


def sick_place(pods: PodHealth) -> str:
    """The node where all of its sick pods are; "" when they are apart, or on none yet."""
    nodes = {pod.node for pod in pods.live if not pod.ready}
    return nodes.pop() if len(nodes) == 1 else ""


def blamed_node(pods: PodHealth) -> str:
    """The node on which all of its pods are sick while others are well elsewhere, else ""."""
    place, well = sick_place(pods), {pod.node for pod in pods.live if pod.ready}
    return place if well and place not in well else ""


def services_blaming(document: ScopeDocument, node: str) -> int:
    """How many services are sick there and well elsewhere; of the cluster's document."""
    return Counter(one.node for one in document.sick)[node] if node else 0


def node_subject(node: str) -> Subject:
    return Subject(SubjectKind.NODE, "", node)


def node_alert(node: str, services: int, starts_at_s: float) -> Alert:
    """What the services say of a node, as an alert to its own subject."""
    words = f"{services} services are sick on {node} and well elsewhere"
    return Alert(
        name=NODE_ALERT, status=AlertStatus.FIRING,
        labels={"severity": "critical", "node": node, "words": words},
        annotations={}, starts_at_s=starts_at_s, ends_at_s=None, fingerprint=NODE_ALERT,
    )  # fmt: skip


def undecided_root(document: SubjectDocument) -> Root | None:
    """The root that a node's own document holds, while nothing is decided about it."""
    cause = cause_of(NODE_ALERT)
    for incident in document.open_incidents:
        if incident.cause == cause:
            left = incident.hold is not None and incident.hold.reason in LEFT_TO_OTHERS
            waits = incident.phase in UNDECIDED and not left
            return Root(document.subject, incident.id, incident.opened_at_s) if waits else None
    told = [
        one.starts_at_s for one in document.inbox
        if cause_of(one.name) == cause and one.status is AlertStatus.FIRING
    ]  # fmt: skip
    return Root(document.subject, "", min(told)) if told else None
