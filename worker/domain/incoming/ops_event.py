"""Something that people or systems did: a deploy, a config change, a scaling, maintenance.

The topic is untrusted input like any other: an ops-event informs decisions, it never names a
target or an action.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from worker.domain.incoming.malformed import Malformed, MalformedError, missing, wrong_type
from worker.domain.incoming.message import NAME_LENGTH_MAX, texts, time_s, unwrap

LABEL_VALUE_LENGTH_MAX = 1024  # characters


class OpsEventKind(StrEnum):
    DEPLOY_STARTED = "deploy_started"
    DEPLOY_FINISHED = "deploy_finished"
    CONFIG_CHANGED = "config_changed"
    SCALED = "scaled"
    MAINTENANCE_STARTED = "maintenance_started"
    MAINTENANCE_ENDED = "maintenance_ended"
    ON_IT = "on_it"
    RELEASED = "released"
    PERSON_ACTED = "person_acted"
    FLAG_CHANGED = "flag_changed"
    CHAOS_STARTED = "chaos_started"
    CHAOS_ENDED = "chaos_ended"


WORDS: Mapping[OpsEventKind, str] = {
    OpsEventKind.DEPLOY_STARTED: "started a deploy",
    OpsEventKind.DEPLOY_FINISHED: "finished a deploy",
    OpsEventKind.CONFIG_CHANGED: "changed the configuration",
    OpsEventKind.SCALED: "scaled it",
    OpsEventKind.MAINTENANCE_STARTED: "started maintenance",
    OpsEventKind.MAINTENANCE_ENDED: "ended maintenance",
    OpsEventKind.ON_IT: "is on it",
    OpsEventKind.RELEASED: "gave it back",
    OpsEventKind.PERSON_ACTED: "did something by hand",
    OpsEventKind.FLAG_CHANGED: "changed a flag",
    OpsEventKind.CHAOS_STARTED: "started a chaos experiment",
    OpsEventKind.CHAOS_ENDED: "ended a chaos experiment",
}
"""What its actor did, for people."""


@dataclass(frozen=True, slots=True)
class OpsEvent:
    """What was done, by whom, when (seconds since the epoch); labels say to what."""

    id: str
    kind: OpsEventKind
    at_s: float
    actor: str
    labels: dict[str, str]
    detail: dict[str, str]
    traceparent: str = ""


def parse_ops_event(
    payload: object, *, received_at_s: float, traceparent: str = ""
) -> OpsEvent | Malformed:
    """Read one ops-event: `{"id", "kind", "at", "actor", "labels", "detail"}`, bare or wrapped."""
    try:
        body = unwrap(payload)
        kind = body.get("kind")
        if kind is None:
            raise missing("kind", f"send one of {', '.join(OpsEventKind)}")
        if kind not in tuple(OpsEventKind):
            raise wrong_type("kind", kind, f"one of {', '.join(OpsEventKind)}")
        at_s = time_s(body.get("at"), "at") or received_at_s
        return OpsEvent(
            id=_text(body.get("id"), "id") or f"{kind}-{at_s:.3f}",
            kind=OpsEventKind(str(kind)),
            at_s=at_s,
            actor=_text(body.get("actor"), "actor"),
            labels=texts(body, "labels", "body", LABEL_VALUE_LENGTH_MAX),
            detail=texts(body, "detail", "body", LABEL_VALUE_LENGTH_MAX),
            traceparent=traceparent,
        )
    except MalformedError as bad:
        return bad.malformed


def _text(value: object, where: str) -> str:
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > NAME_LENGTH_MAX:
        raise wrong_type(where, value, f"a text of at most {NAME_LENGTH_MAX} characters")
    return value
