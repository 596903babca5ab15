"""One message as it arrived, and what it says: news with its subjects, and pieces that are none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from worker.domain.document.identity import Subject
from worker.domain.incoming.alert import Alert, parse
from worker.domain.incoming.correlation import subject_of
from worker.domain.incoming.malformed import Malformed
from worker.domain.incoming.ops_event import OpsEvent, parse_ops_event
from worker.engine.dead_letters import Unread
from worker.engine.ports import Inventory

News = Alert | OpsEvent

Decode = Callable[[bytes], object]
"""Bytes to JSON values; returns a Malformed for what is none or goes beyond the limits."""


class Source(StrEnum):
    """Where a delivery came from; it decides how it is read."""

    ALERTS = "alerts"
    OPS_EVENTS = "ops-events"
    WEBHOOK = "webhook"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message as it arrived. `position` tells where, such as topic/partition/offset."""

    body: bytes
    source: Source
    position: str = ""
    traceparent: str = ""


@dataclass(frozen=True, slots=True)
class Understood:
    """One delivery, understood: news with its subjects, and the pieces that are none."""

    delivery: Delivery
    news: tuple[tuple[Subject, News], ...]
    malformed: tuple[Malformed, ...]


def understand(
    delivery: Delivery, payload: object, inventory: Inventory, now_s: float
) -> Understood:
    """`payload` is what the body decodes to, or the Malformed that it is."""
    if isinstance(payload, Malformed):
        return Understood(delivery, (), (payload,))
    if delivery.source is Source.OPS_EVENTS:
        event = parse_ops_event(payload, received_at_s=now_s, traceparent=delivery.traceparent)
        if isinstance(event, Malformed):
            return Understood(delivery, (), (event,))
        return Understood(delivery, ((subject_of(event.labels, inventory), event),), ())
    parsed = parse(payload, received_at_s=now_s, traceparent=delivery.traceparent)
    return Understood(
        delivery,
        tuple((subject_of(alert.labels, inventory), alert) for alert in parsed.alerts),
        parsed.malformed,
    )


def unread(delivery: Delivery, malformed: Malformed) -> Unread:
    """The delivery as a dead letter."""
    return Unread(delivery.body, str(delivery.source), delivery.position, malformed)
