"""From the wire to durable: parse, correlate, put into the inbox, and only then acknowledge.

No actor, no probe and no call to the cluster on this path. Everything here may be repeated: an
alert that is known already changes nothing. What nobody can read is kept as a dead letter.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from enum import StrEnum

from worker.domain.alert import Alert, parse
from worker.domain.correlation import subject_of
from worker.domain.identity import INGEST, Subject
from worker.domain.message import Malformed
from worker.domain.ops_event import OpsEvent, parse_ops_event
from worker.domain.subject import accept as put_into_inbox
from worker.engine.dead_letters import DeadLetters
from worker.engine.documents import Documents, to_save
from worker.engine.failpoint import failpoint
from worker.engine.indexes import OpenIndex
from worker.engine.ports import Clock, Inventory, Save, Telemetry, TransientError, Waker

SAVES_MAX = 8  # rounds of compare-and-swap for one batch

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
class _Read:
    """One delivery, understood: news with its subjects, and the pieces that are none."""

    delivery: Delivery
    news: tuple[tuple[Subject, News], ...]
    malformed: tuple[Malformed, ...]


class Accept:
    def __init__(
        self,
        *,
        documents: Documents,
        index: OpenIndex,
        dead_letters: DeadLetters,
        inventory: Inventory,
        waker: Waker,
        clock: Clock,
        telemetry: Telemetry,
        decode: Decode,
        deadline_s: float,
    ) -> None:
        self._documents = documents
        self._index = index
        self._dead_letters = dead_letters
        self._inventory = inventory
        self._waker = waker
        self._clock = clock
        self._telemetry = telemetry
        self._decode = decode
        self._deadline_s = deadline_s

    async def accept(self, deliveries: Sequence[Delivery]) -> list[bool]:
        """Per delivery: True when all of it is durable, False when it must be delivered again."""
        with ExitStack() as spans:
            read = [self._read(self._traced(spans, delivery)) for delivery in deliveries]
            try:
                async with asyncio.timeout(self._deadline_s):
                    grouped = await self._grouped(read)
                    unsaved, changed = await self._save(grouped)
            except (TransientError, TimeoutError) as error:
                self._telemetry.count("accept_failed", error=type(error).__name__)
                return [False] * len(deliveries)
        await failpoint("accept.saved")
        for subject in changed:
            self._waker.wake(subject.key, traceparent=grouped[subject][0].traceparent)
        results = [all(subject not in unsaved for subject, _ in one.news) for one in read]
        self._telemetry.count("deliveries_accepted", sum(results))
        return results

    def _traced(self, spans: ExitStack, delivery: Delivery) -> Delivery:
        """A span of its own for a delivery that is traced; its context goes on with the alert."""
        if not delivery.traceparent:
            return delivery
        manager = self._telemetry.span(
            "accept", parent=delivery.traceparent, source=str(delivery.source)
        )
        span = spans.enter_context(manager)
        return replace(delivery, traceparent=span.traceparent)

    def _read(self, delivery: Delivery) -> _Read:
        payload = self._decode(delivery.body)
        if isinstance(payload, Malformed):
            return _Read(delivery, (), (payload,))
        now_s, traceparent = self._clock.now_s(), delivery.traceparent
        if delivery.source is Source.OPS_EVENTS:
            event = parse_ops_event(payload, received_at_s=now_s, traceparent=traceparent)
            if isinstance(event, Malformed):
                return _Read(delivery, (), (event,))
            return _Read(delivery, ((subject_of(event.labels, self._inventory), event),), ())
        parsed = parse(payload, received_at_s=now_s, traceparent=traceparent)
        return _Read(
            delivery,
            tuple((subject_of(alert.labels, self._inventory), alert) for alert in parsed.alerts),
            parsed.malformed,
        )

    async def _grouped(self, read: Sequence[_Read]) -> dict[Subject, list[News]]:
        """All news by subject; what nobody can read is stored, and becomes news for a human."""
        grouped: dict[Subject, list[News]] = {}
        for one in read:
            for subject, item in one.news:
                grouped.setdefault(subject, []).append(item)
            for malformed in one.malformed:
                alert = await self._dead_letters.keep(
                    one.delivery.body, str(one.delivery.source), one.delivery.position, malformed
                )
                grouped.setdefault(INGEST, []).append(alert)
                self._telemetry.count("dead_letters", reason=str(malformed.reason))
        return grouped

    async def _save(
        self, grouped: dict[Subject, list[News]]
    ) -> tuple[frozenset[Subject], frozenset[Subject]]:
        """What could not be saved, and what was changed.

        Index entries first, then the documents: an open subject is never missing there.
        """
        pending, saved = set(grouped), set[Subject]()
        for _ in range(SAVES_MAX):
            saves: dict[Subject, Save] = {}
            loaded = await self._documents.load_many(pending) if pending else {}
            for subject in sorted(pending, key=lambda one: one.key):
                if (found := loaded.get(subject.key)) is None:
                    continue
                document = put_into_inbox(found.document, grouped[subject])
                if document is found.document:
                    pending.discard(subject)  # all of it is known, so it has been durable
                else:
                    saves[subject] = to_save(document, found.version)
            if not saves:
                break
            await self._index.add(saves.keys())
            done = await self._documents.store.save(list(saves.values()))
            saved |= {subject for subject, save in saves.items() if save.key in done}
            pending -= saved
        return frozenset(pending), frozenset(saved)
