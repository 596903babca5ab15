"""`aiopsctl simulate` on what a real broker holds: read once, in time, and nothing left behind."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient

from tests.e2e.worker_process import ROOT
from tests.lab import Lab
from tests.unit.backtest.recordings import HOUR_S, POD, alert, deploy, webhook
from tests.unit.domain.builders import NOW_S
from worker.backtest.moments import time_of

ALERTS, EVENTS = "alerts", "ops-events"
ENDS_WITHIN_S = 120.0


@dataclass(frozen=True)
class Written:
    """A record of a topic and when it was written, in seconds after NOW_S."""

    topic: str
    at_s: float
    value: object
    partition: int = 0


WEEK = (
    Written(ALERTS, 10.0, webhook(alert(pod=POD))),
    Written(ALERTS, HOUR_S, webhook(alert(pod=POD, until_s=HOUR_S)), partition=1),
    Written(ALERTS, 2 * HOUR_S, "no object"),
    Written(ALERTS, 3 * HOUR_S, webhook(alert("Odd", from_s=3 * HOUR_S)), partition=1),
    Written(EVENTS, -60.0, deploy(-60.0)),
)


def write(bootstrap: str, records: Sequence[Written]) -> None:
    async def run() -> None:
        producer = AIOKafkaProducer(bootstrap_servers=bootstrap)
        await producer.start()
        try:
            for one in records:
                await producer.send_and_wait(
                    one.topic, json.dumps(one.value).encode(), partition=one.partition,
                    timestamp_ms=round((NOW_S + one.at_s) * 1000),
                )  # fmt: skip
            await producer.send_and_wait(ALERTS, None, key=b"gone", partition=0)
        finally:
            await producer.stop()

    asyncio.run(run())


def left_behind(bootstrap: str) -> tuple[set[str], list[Any]]:
    """Topics and consumer groups."""

    async def run() -> tuple[set[str], list[Any]]:
        admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
        await admin.start()
        try:
            return set(await admin.list_topics()), list(await admin.list_consumer_groups())
        finally:
            await admin.close()

    return asyncio.run(run())


@pytest.fixture(scope="module")
def broker() -> Iterator[str]:
    with Lab.start(parts=("kafka",)) as lab:
        lab.kafka.create_topic(ALERTS, partitions=2)
        lab.kafka.create_topic(EVENTS, partitions=1)
        lab.kafka.create_topic("empty", partitions=3)
        write(lab.kafka.bootstrap, WEEK)
        yield lab.kafka.bootstrap


def simulate(broker: str, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "worker.interfaces.cli.main", "simulate"]
    return subprocess.run(
        [*command, "--brokers", broker, *words],
        cwd=ROOT, capture_output=True, text=True, timeout=ENDS_WITHIN_S, check=False,
    )  # fmt: skip


def told(broker: str, *words: str) -> dict[str, Any]:
    done = simulate(broker, *words, "-o", "json")
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_topics_are_one_recording_in_order_of_time(broker: str) -> None:
    found = told(broker, "--topic", ALERTS, "--topic", EVENTS)
    recording = found["recording"]
    assert (recording["alerts"], recording["ops_events"]) == (3, 1)
    assert recording["first_at"] == time_of(NOW_S - 60.0)
    assert recording["last_at"] == time_of(NOW_S + 3 * HOUR_S)
    (bad,) = recording["unread"]["listed"]
    assert (bad["place"], bad["reason"]) == ("alerts/0/1", "wrong_type")
    crash, odd = found["incidents"]
    assert crash["opened_at"] == time_of(NOW_S + 10.0), "when it came in, not when it began"
    assert crash["decided"][0]["action"]
    assert odd["escalated"]["reason"] == "no_playbook"


def test_since_leaves_out_what_is_older(broker: str) -> None:
    found = told(broker, "--topic", ALERTS, "--since", time_of(NOW_S + 1.5 * HOUR_S))
    assert found["recording"]["alerts"] == 1
    assert found["recording"]["first_at"] == time_of(NOW_S + 3 * HOUR_S)
    assert [one["cause"] for one in found["incidents"]] == ["alert_Odd"]


def test_more_than_the_limit_is_refused_before_it_is_read(broker: str) -> None:
    done = simulate(broker, "--topic", ALERTS, "--limit", "2")
    assert (done.returncode, done.stdout) == (1, "")
    assert "5 records, and at most 2 are read; give --since" in done.stderr


def test_an_empty_topic_says_so(broker: str) -> None:
    done = simulate(broker, "--topic", "empty")
    assert (done.returncode, done.stdout) == (1, "")
    assert "empty: no record that could be read" in done.stderr


def test_nothing_is_left_behind(broker: str) -> None:
    topics, groups = left_behind(broker)
    told(broker, "--topic", ALERTS)
    done = simulate(broker, "--topic", "alrets", "--topic", ALERTS)
    assert done.returncode == 1
    assert "topic alrets isn't there; the broker has: alerts, empty, ops-events" in done.stderr
    assert left_behind(broker) == (topics, groups)
    assert groups == []
