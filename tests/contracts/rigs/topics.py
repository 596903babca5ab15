"""Topics to test: Kafka behind Dapr, read back by a client of its own; SQLite; recordings."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from pathlib import Path

from aiokafka import AIOKafkaConsumer

from tests.contracts.cases.topics import Read
from tests.contracts.observing import WITHIN_S
from tests.lab import Lab
from tests.simulation.fakes.recording_topics import (
    RecordingDeadLetterTopic,
    RecordingJournalTopic,
)
from worker.adapters.dapr.publish import DaprDeadLetterTopic, DaprJournalTopic, Topic
from worker.adapters.dapr.sidecar import Sidecar
from worker.adapters.sqlite.store import SqliteStore
from worker.adapters.sqlite.topics import SilentDeadLetterTopic, SqliteJournal
from worker.engine.ports import Json

PUBSUB, JOURNAL, LETTERS = "kafka-journal", "remediation-journal", "alerts.deadletter"


class KafkaRig:
    def __init__(self, lab: Lab, http_port: int) -> None:
        self._lab = lab
        self._open(Sidecar(http_port=http_port))

    def _open(self, sidecar: Sidecar) -> None:
        self.sidecar = sidecar
        self.journal = DaprJournalTopic(Topic(sidecar, PUBSUB, JOURNAL))
        self.letters = DaprDeadLetterTopic(Topic(sidecar, PUBSUB, LETTERS))

    async def cut_off(self) -> None:
        await self.sidecar.close()
        self._open(Sidecar(http_port=self._lab.free_port()))

    async def read(self, key: str) -> list[Read]:
        return [
            Read(key, event["id"], event["data"], place)
            for place, event in await self._records(key)
        ]

    async def events(self, key: str) -> list[Json]:
        return [event for _, event in await self._records(key)]

    async def _records(self, key: str) -> list[tuple[str, Json]]:
        """Topic and partition, and the event, of all records under this key."""
        found = await asyncio.to_thread(_everything, self._lab.kafka.bootstrap)
        return [(place, json.loads(raw)) for place, name, raw in found if name == key]


def _everything(bootstrap: str) -> list[tuple[str, str, bytes]]:
    """All records of both topics: place, key, value."""

    async def run() -> list[tuple[str, str, bytes]]:
        consumer = AIOKafkaConsumer(
            JOURNAL, LETTERS, bootstrap_servers=bootstrap, auto_offset_reset="earliest",
            group_id=None,
        )  # fmt: skip
        await consumer.start()
        try:
            partitions = list(consumer.assignment())
            ends = await consumer.end_offsets(partitions)
            await consumer.seek_to_beginning(*partitions)
            found: list[tuple[str, str, bytes]] = []
            async with asyncio.timeout(WITHIN_S):
                while any([await consumer.position(one) < ends[one] for one in partitions]):
                    for many in (await consumer.getmany(timeout_ms=200)).values():
                        found += [
                            (f"{one.topic}/{one.partition}", one.key.decode(), one.value)
                            for one in many
                        ]
            return found
        finally:
            await consumer.stop()

    return asyncio.run(run())


class SqliteTopicRig:
    def __init__(self, store: SqliteStore, path: Path) -> None:
        self.journal = SqliteJournal(store)
        self.letters = SilentDeadLetterTopic()
        self._path = path

    async def cut_off(self) -> None:
        with sqlite3.connect(self._path) as other:
            other.execute("DROP TABLE journal")

    async def read(self, key: str) -> list[Read]:
        with sqlite3.connect(self._path) as other:
            rows = other.execute(
                "SELECT subject, seq, entry FROM journal WHERE subject = ? ORDER BY seq",
                (key,),
            ).fetchall()
        return [Read(subject, f"{subject}#{seq}", json.loads(raw)) for subject, seq, raw in rows]

    async def events(self, key: str) -> list[Json]:
        return [one.data for one in await self.read(key)]


class RecordingRig:
    def __init__(self) -> None:
        self.journal = RecordingJournalTopic()
        self.letters = RecordingDeadLetterTopic()

    async def cut_off(self) -> None:
        self.journal.away = self.letters.away = True

    async def read(self, key: str) -> list[Read]:
        records = (*self.journal.records, *self.letters.records)
        return [Read(one.key, one.id, one.data) for one in records if one.key == key]

    async def events(self, key: str) -> list[Json]:
        return [one.data for one in await self.read(key)]
