"""JournalTopic and DeadLetterTopic: Kafka behind Dapr, SQLite, and recordings."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path

import pytest

from tests.contracts.cases.topics import ENVELOPE_CASES, JOURNAL_CASES, LETTER_CASES, TopicRig
from tests.contracts.observing import Note, observed
from tests.contracts.rigs.lab import version
from tests.contracts.rigs.topics import KafkaRig, RecordingRig, SqliteTopicRig
from tests.contracts.transcripts import Transcript
from tests.lab import Lab
from tests.lab.dapr import Sidecar as SidecarProcess
from worker.adapters.sqlite.store import SqliteStore

Case = Callable[[TopicRig, Note], Awaitable[None]]
Cases = Mapping[str, tuple[Case, ...]]
BY_TRANSCRIPT: Cases = {"journal_topic": JOURNAL_CASES, "dead_letter_topic": LETTER_CASES}


def each(by_transcript: Cases) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(
        ("transcript", "case"),
        [
            pytest.param(Transcript(name), case, id=f"{name}/{case.__name__}")
            for name, cases in by_transcript.items()
            for case in cases
        ],
    )


@pytest.fixture
async def kafka(lab: Lab, daprd: SidecarProcess) -> AsyncIterator[KafkaRig]:
    opened = KafkaRig(lab, daprd.http_port)
    yield opened
    await opened.sidecar.close()


@pytest.mark.e2e
@each({**BY_TRANSCRIPT, "topic_events": ENVELOPE_CASES})
async def test_real_kafka_through_dapr(transcript: Transcript, case: Case, kafka: KafkaRig) -> None:
    transcript.check_or_record(
        case.__name__, await observed(case, kafka), version("daprd", "kafka")
    )


@each({"journal_topic_sqlite": JOURNAL_CASES})
async def test_real_sqlite(transcript: Transcript, case: Case, tmp_path: Path) -> None:
    path = tmp_path / "contract.db"
    store = SqliteStore(path)
    try:
        seen = await observed(case, SqliteTopicRig(store, path))
    finally:
        await store.close()
    transcript.check_or_record(case.__name__, seen, f"SQLite {sqlite3.sqlite_version}")


@each(BY_TRANSCRIPT)
async def test_fake_recording(transcript: Transcript, case: Case) -> None:
    transcript.check_recorded(case.__name__, await observed(case, RecordingRig()))
