"""Producing to and reading from the real broker, with a client of its own."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

Json = dict[str, Any]
READ_WITHIN_S = 10.0


@dataclass(frozen=True)
class Record:
    body: bytes
    key: bytes | None = None
    partition: int | None = None
    headers: tuple[tuple[str, bytes], ...] = field(default=())


def produce(
    bootstrap: str, topic: str, records: Sequence[Record], *, max_bytes: int = 2**20
) -> None:
    """Every record is acknowledged by the broker when this returns."""

    async def run() -> None:
        producer = AIOKafkaProducer(bootstrap_servers=bootstrap, max_request_size=max_bytes)
        await producer.start()
        try:
            sent = [
                await producer.send(
                    topic,
                    value=record.body,
                    key=record.key,
                    partition=record.partition,
                    headers=list(record.headers),
                )
                for record in records
            ]
            await asyncio.gather(*sent)
        finally:
            await producer.stop()

    asyncio.run(run())


def read_all(bootstrap: str, topic: str) -> list[bytes]:
    """Everything that the topic holds now, in order of each partition."""

    async def run() -> list[bytes]:
        consumer = AIOKafkaConsumer(
            topic, bootstrap_servers=bootstrap, auto_offset_reset="earliest", group_id=None
        )
        await consumer.start()
        try:
            partitions = list(consumer.assignment())
            ends = await consumer.end_offsets(partitions)
            await consumer.seek_to_beginning(*partitions)
            bodies: list[bytes] = []
            async with asyncio.timeout(READ_WITHIN_S):
                while any([await consumer.position(p) < ends[p] for p in partitions]):
                    batch = await consumer.getmany(timeout_ms=500)
                    bodies += [one.value for many in batch.values() for one in many]
            return bodies
        finally:
            await consumer.stop()

    return asyncio.run(run())


def alert(name: str, *, status: str = "firing", starts_at: str, **labels: str) -> Json:
    """One alert as Alertmanager's API and webhook write it."""
    return {
        "status": status,
        "labels": {"alertname": name, "severity": "warning", **labels},
        "annotations": {"description": f"{name} for a test"},
        "startsAt": starts_at,
        "endsAt": "0001-01-01T00:00:00Z",
    }


def body(one: Json) -> bytes:
    return json.dumps(one).encode()
