"""The ports of one host, failing as the real parts were seen to fail.

Rules of this file: what is lost on the way there never happened, what is lost on the way back did;
a call that is cut off at the host's end may still take effect.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol

import orjson

from tests.simulation.parts import Shared
from worker.domain.document.identity import Subject
from worker.domain.document.incident import AlertRecord
from worker.domain.document.outbox import Notice
from worker.domain.observed.evidence import Unknown
from worker.domain.observed.rule_window import RuleWindow
from worker.domain.story.journal import Entry
from worker.engine.ports import (
    Clock,
    Save,
    Stored,
    TransientError,
)


class Gated(Protocol):
    name: str

    async def gate(self) -> None: ...


class SkewedClock:
    def __init__(self, clock: Clock, skew_s: float) -> None:
        self._clock = clock
        self._skew_s = skew_s

    def now_s(self) -> float:
        return self._clock.now_s() + self._skew_s

    def monotonic_s(self) -> float:
        return self._clock.monotonic_s()

    async def sleep(self, seconds: float) -> None:
        await self._clock.sleep(seconds)


class Hostile:
    def __init__(self, host: Gated, shared: Shared) -> None:
        self.host = host
        self.shared = shared

    def fails(self, fault: str, what: str) -> None:
        if self.shared.nemesis.strikes(fault):
            raise TransientError(f"{what}: made to fail")


class HostileStore(Hostile):
    async def load(self, keys: Sequence[str]) -> dict[str, Stored]:
        await self.host.gate()
        self.fails("load_fails", "load")
        loaded = await self.shared.store.load(keys)
        await self.host.gate()
        return loaded

    async def save(self, saves: Sequence[Save]) -> frozenset[str]:
        await self.host.gate()
        self.fails("save_fails", "save")
        # Encoded here, so that nothing in the store is shared with a memory that may be lost.
        frozen = [replace(one, value=orjson.loads(orjson.dumps(one.value))) for one in saves]
        saved = await self.shared.store.save(frozen)
        self.fails("save_unanswered", "save")
        await self.host.gate()
        return saved

    async def delete(self, key: str, version: str) -> bool:
        await self.host.gate()
        done = await self.shared.store.delete(key, version)
        await self.host.gate()
        return done


class HostileMonitor(Hostile):
    async def states(self, fingerprints: Sequence[str]) -> Mapping[str, str]:
        await self.host.gate()
        self.fails("monitor_fails", "monitor")
        return await self.shared.monitor.states(fingerprints)


class HostileRules(Hostile):
    async def windows(self) -> Mapping[str, RuleWindow]:
        await self.host.gate()
        self.fails("rules_fail", "rules")
        return await self.shared.rules.windows()

    async def data(
        self, subject: Subject, alerts: Sequence[AlertRecord]
    ) -> Mapping[str, bool | Unknown]:
        await self.host.gate()
        self.fails("rules_fail", "rules")
        return await self.shared.rules.data(subject, alerts)


class HostileSink(Hostile):
    name = "webhook"

    async def deliver(self, notice: Notice, subject: str) -> str:
        await self.host.gate()
        self.fails("sink_fails", "sink")
        receipt = await self.shared.sink.deliver(notice, subject)
        await self.host.gate()
        return receipt


class HostileJournal(Hostile):
    async def publish(self, subject: str, entries: Sequence[Entry]) -> None:
        for entry in entries:
            await self.host.gate()
            self.fails("journal_fails", "journal")
            await self.shared.journal.publish(subject, [entry])
