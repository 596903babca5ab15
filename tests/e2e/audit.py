"""The API server's audit log as judge of what our account did to a namespace."""

from __future__ import annotations

from typing import Any

from tests.lab import Lab

OUR_ACCOUNT = "system:serviceaccount:aiops-system:aiops-operator"


def tried(lab: Lab, namespace: str) -> list[Any]:
    """Every mutating request of ours in this namespace, answered however."""
    return [
        event
        for event in lab.kubernetes.audit.writes(user=OUR_ACCOUNT)
        if event.namespace == namespace
    ]


def done(lab: Lab, namespace: str) -> list[Any]:
    """Those that the API server carried out."""
    return [event for event in tried(lab, namespace) if 200 <= event.code < 300]


def evictions(lab: Lab, namespace: str) -> list[Any]:
    return [event for event in done(lab, namespace) if event.subresource == "eviction"]


def intent_of(event: Any) -> str:
    """The intent id that an eviction carries in its annotations."""
    annotations = event.request["metadata"].get("annotations", {})
    return str(annotations.get("aiops-operator.io/intent-id", ""))
