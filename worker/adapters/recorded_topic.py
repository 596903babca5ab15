"""What Kafka topics hold, read once from start to end: no group, no commit, nothing left behind.

Rules of this file: the ends are those of the moment at which reading starts, so that it ends
whatever is produced meanwhile. A topic that isn't there is never asked for by name, which would
make some brokers create it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from worker.engine.ports import PermanentError, TransientError

ANSWER_WITHIN_S = 15.0  # one question to the broker
SILENT_MAX_S = 30.0  # without a record that the ends promise: a broker is away
BATCH_MAX = 500  # records of one fetch
FETCH_WAIT_MS = 1000


@dataclass(frozen=True, slots=True)
class TopicRecord:
    """`at_s` is the record's own timestamp, None when it has none; `place` is topic/partition/
    offset."""

    place: str
    at_s: float | None
    value: bytes


@dataclass(frozen=True, slots=True)
class TopicsWanted:
    """`since_s`: nothing that is older, None for all there is. `records_max`: more than these are
    refused before the first one is read."""

    brokers: str
    topics: Sequence[str]
    since_s: float | None = None
    records_max: int = 100_000


async def read_topics(wanted: TopicsWanted) -> AsyncGenerator[TopicRecord, None]:
    """Every record between the start and the ends of now, each partition in its order.

    Raises TransientError when no broker answers or one falls silent, PermanentError for an address
    that is none, a topic that isn't there, and more records than are wanted.
    """
    await _present(wanted)
    async with _consumer(wanted.brokers, *wanted.topics) as consumer:
        parts = sorted(consumer.assignment())
        starts, ends = await _bounds(consumer, parts, wanted.since_s)
        count = sum(max(0, ends[part] - starts[part]) for part in parts)
        if count > wanted.records_max:
            raise PermanentError(
                f"{', '.join(wanted.topics)}: {count} records, and at most {wanted.records_max} "
                "are read; give --since a later time, or a higher --limit"
            )
        for part in parts:
            consumer.seek(part, starts[part])
        async for record in _between(consumer, parts, ends):
            yield record


async def _between(
    consumer: Any, parts: Sequence[Any], ends: Mapping[Any, int]
) -> AsyncIterator[TopicRecord]:
    silent_since_s = asyncio.get_running_loop().time()
    while left := [p for p in parts if await _asked(consumer.position(p)) < ends[p]]:
        many = await _asked(
            consumer.getmany(*left, timeout_ms=FETCH_WAIT_MS, max_records=BATCH_MAX)
        )
        now_s = asyncio.get_running_loop().time()
        if many:
            silent_since_s = now_s
        elif now_s - silent_since_s > SILENT_MAX_S:
            raise TransientError(
                f"no record of {left[0].topic}/{left[0].partition} for {SILENT_MAX_S:.0f} s; is "
                "its broker away?"
            )
        for part, records in many.items():
            for one in records:
                if one.offset < ends[part] and one.value is not None:
                    yield _record(one)


def _record(one: Any) -> TopicRecord:
    at_s = one.timestamp / 1000 if one.timestamp is not None and one.timestamp > 0 else None
    return TopicRecord(f"{one.topic}/{one.partition}/{one.offset}", at_s, one.value)


async def _bounds(
    consumer: Any, parts: Sequence[Any], since_s: float | None
) -> tuple[dict[Any, int], dict[Any, int]]:
    starts = dict(await _asked(consumer.beginning_offsets(list(parts))))
    ends = dict(await _asked(consumer.end_offsets(list(parts))))
    if since_s is not None:
        moment_ms = max(0, round(since_s * 1000))
        found = await _asked(consumer.offsets_for_times(dict.fromkeys(parts, moment_ms)))
        for part in parts:
            later = found.get(part)
            starts[part] = ends[part] if later is None else later.offset
    return starts, ends


async def _present(wanted: TopicsWanted) -> None:
    async with _consumer(wanted.brokers) as consumer:
        present = set(await _asked(consumer.topics()))
    missing = sorted(set(wanted.topics) - present)
    if missing:
        shown = ", ".join(sorted(present)[:20]) or "none"
        raise PermanentError(f"topic {', '.join(missing)} isn't there; the broker has: {shown}")


@asynccontextmanager
async def _consumer(brokers: str, *topics: str) -> AsyncIterator[Any]:
    from aiokafka import AIOKafkaConsumer

    consumer = AIOKafkaConsumer(
        *topics, bootstrap_servers=brokers, group_id=None, enable_auto_commit=False,
        auto_offset_reset="earliest", request_timeout_ms=round(ANSWER_WITHIN_S * 1000),
    )  # fmt: skip
    try:
        await _asked(consumer.start())
        yield consumer
    finally:
        await consumer.stop()


async def _asked(question: Any) -> Any:
    from aiokafka.errors import KafkaError

    try:
        async with asyncio.timeout(ANSWER_WITHIN_S):
            return await question
    except TimeoutError as error:
        raise TransientError(f"the broker didn't answer within {ANSWER_WITHIN_S:.0f} s") from error
    except (ValueError, OverflowError) as error:  # an address that can't be one
        raise PermanentError(str(error)) from error
    except (KafkaError, OSError) as error:
        raise TransientError(str(error)) from error
