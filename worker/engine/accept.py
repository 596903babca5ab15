"""From the wire to durable: parse, correlate, put into the inbox, and only then acknowledge.

No actor, no probe and no call to the cluster on this path. Everything here may be repeated: an
alert that is known already changes nothing. What nobody can read is kept as a dead letter.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace

from worker.domain.document.identity import INGEST, Subject
from worker.domain.incoming.inbox import accept as put_into_inbox
from worker.domain.incoming.malformed import Malformed, MalformedReason
from worker.engine.dead_letters import DeadLetters, Unread
from worker.engine.delivery import Decode, Delivery, News, Understood, understand, unread
from worker.engine.documents import Documents, to_save
from worker.engine.failpoint import failpoint
from worker.engine.indexes import OpenIndex
from worker.engine.ports import Clock, Inventory, Save, Telemetry, TransientError, Waker

SAVES_MAX = 8  # rounds of compare-and-swap for one batch


@dataclass(frozen=True, slots=True)
class Saved:
    """Subjects whose news is durable, those of them that have news, those that can't be read."""

    durable: frozenset[Subject] = frozenset()
    changed: frozenset[Subject] = frozenset()
    unreadable: Mapping[Subject, str] = field(default_factory=dict)

    def __or__(self, more: Saved) -> Saved:
        return replace(
            self, durable=self.durable | more.durable, changed=self.changed | more.changed
        )


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
            read = [self._understand(self._traced(spans, delivery)) for delivery in deliveries]
            until_s = asyncio.get_running_loop().time() + self._deadline_s
            grouped = _grouped(read)
            try:
                async with asyncio.timeout_at(until_s):
                    saved = await self._save(grouped)
            except (TransientError, TimeoutError) as error:
                self._telemetry.count("accept_failed", error=type(error).__name__)
                return [False] * len(deliveries)
            # From here on whatever fails comes again by itself: the good news is durable.
            saved |= await self._bounded(self._park(read, saved), until_s) or Saved()
            kept = await self._bounded(self._letters(read), until_s)
        await failpoint("accept.saved")
        told = kept.changed if kept else frozenset()
        for subject in sorted(saved.changed | told, key=lambda one: one.key):
            news = grouped.get(subject)
            self._waker.wake(subject.key, traceparent=news[0].traceparent if news else "")
        results = [
            all(subject in saved.durable for subject, _ in one.news)
            and not (one.malformed and kept is None)
            for one in read
        ]
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

    def _understand(self, delivery: Delivery) -> Understood:
        payload = self._decode(delivery.body)
        return understand(delivery, payload, self._inventory, self._clock.now_s())

    async def _bounded(self, kept_apart: Awaitable[Saved], until_s: float) -> Saved | None:
        """None when it could not be done, or not in time."""
        try:
            async with asyncio.timeout_at(until_s):
                return await kept_apart
        except (TransientError, TimeoutError) as error:
            self._telemetry.count("accept_failed", error=type(error).__name__)
            return None

    async def _letters(self, read: Sequence[Understood]) -> Saved:
        """What nobody can read is kept, and a human told."""
        malformed = [unread(one.delivery, bad) for one in read for bad in one.malformed]
        return await self._tell(malformed) if malformed else Saved()

    async def _tell(self, letters: Sequence[Unread]) -> Saved:
        """Keep the letters; they become news of the subject that owns unreadable input. Once they
        are kept and listed nothing is lost, even where that subject can't be read itself."""
        for one in letters:
            self._telemetry.count("dead_letters", reason=str(one.malformed.reason))
        alerts = await self._dead_letters.keep(letters)
        told = await self._save({INGEST: alerts})
        if INGEST in told.unreadable:
            self._telemetry.count("letters_untold", len(alerts))
        elif INGEST not in told.durable:
            raise TransientError("the owner of unreadable input could not be saved")
        return told

    async def _park(self, read: Sequence[Understood], saved: Saved) -> Saved:
        """News of subjects whose document can't be read is kept too: it must not come again and
        again in front of everybody else's, for as long as that lasts."""
        parked = [
            unread(one.delivery, Malformed(MalformedReason.UNREADABLE_STATE, f"{text}: {why}"))
            for one in read
            for text, why in {
                subject.text: saved.unreadable[subject]
                for subject, _ in one.news
                if subject in saved.unreadable
            }.items()
        ]
        if not parked:
            return Saved()
        told = await self._tell(parked)
        return replace(told, durable=told.durable | saved.unreadable.keys())

    async def _save(self, grouped: Mapping[Subject, Sequence[News]]) -> Saved:
        """Index entries first, then the documents: an open subject is never missing there."""
        pending, known, changed = set(grouped), set[Subject](), set[Subject]()
        unreadable: dict[Subject, str] = {}
        tried = set[Subject]()
        for _ in range(SAVES_MAX):
            saves: dict[Subject, Save] = {}
            if not pending:
                break
            loaded = await self._documents.load_many(pending)
            for subject in sorted(pending, key=lambda one: one.key):
                if subject.key in loaded.unreadable:
                    unreadable[subject] = loaded.unreadable[subject.key]
                    continue
                found = loaded.found[subject.key]
                document = put_into_inbox(found.document, grouped[subject])
                if document is found.document:
                    # All of it is known, so it is durable; by a save of ours that seemed to fail?
                    (changed if subject in tried else known).add(subject)
                else:
                    saves[subject] = to_save(document, found.version)
            if saves:
                tried |= saves.keys()
                await self._index.add(saves.keys())
                done = await self._documents.store.save(list(saves.values()))
                changed |= {subject for subject, save in saves.items() if save.key in done}
            pending -= known | changed | unreadable.keys()
        return Saved(frozenset(known | changed), frozenset(changed), unreadable)


def _grouped(read: Sequence[Understood]) -> dict[Subject, list[News]]:
    grouped: dict[Subject, list[News]] = {}
    for one in read:
        for subject, item in one.news:
            grouped.setdefault(subject, []).append(item)
    return grouped
