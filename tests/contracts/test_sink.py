"""Sink: the webhook and PagerDuty against a real HTTP receiver, and a recording."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from importlib.metadata import version
from typing import Any

import aiohttp
import pytest

from tests.contracts.cases.sink import CASES, SinkRig
from tests.contracts.observing import Note, observed
from tests.contracts.transcripts import Transcript
from tests.e2e.receivers import Receiver
from tests.simulation.fakes.recording_sink import RecordingSink
from worker.adapters.pagerduty_sink import PagerDutySink
from worker.adapters.webhook_sink import WebhookSink
from worker.engine.ports import Sink

WEBHOOK, PAGERDUTY = Transcript("sink"), Transcript("sink_pagerduty")
Case = Callable[[SinkRig, Note], Awaitable[None]]
each = pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
PART = f"aiohttp {version('aiohttp')}, http.server"


class HttpRig:
    """`key` names the field by which the other side tells a repeat."""

    def __init__(self, session: aiohttp.ClientSession, receiver: Receiver, key: str) -> None:
        self._session = session
        self._receiver = receiver
        self._key = key
        self._open(receiver.url)
        receiver.bodies.clear()
        receiver.status = 202

    def _open(self, url: str) -> None:
        webhook = self._key == "id"
        self.sink: Sink = (
            WebhookSink(self._session, url) if webhook else PagerDutySink(self._session, url, "key")
        )

    def answer(self, status: int) -> None:
        self._receiver.status = status

    def cut_off(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._open(f"http://127.0.0.1:{probe.getsockname()[1]}")

    def received(self) -> list[dict[str, Any]]:
        return [{"key": one[self._key], **one} for one in self._receiver.messages()]


class RecordingRig:
    def __init__(self) -> None:
        self.sink = RecordingSink()

    def answer(self, status: int) -> None:
        self.sink.status = status

    def cut_off(self) -> None:
        self.sink.away = True

    def received(self) -> list[dict[str, Any]]:
        names = ("id", "incident", "kind", "severity", "summary", "at_s")
        return [
            {
                "key": notice.id,
                **{name: getattr(notice, name) for name in names},
                "subject": subject,
                "reason": str(notice.reason),
            }
            for notice, subject in self.sink.received
        ]


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30)) as opened:
        yield opened


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    with Receiver() as started:
        yield started


@pytest.mark.parametrize(("transcript", "key"), [(WEBHOOK, "id"), (PAGERDUTY, "dedup_key")])
@each
async def test_real_http(
    transcript: Transcript,
    key: str,
    case: Case,
    session: aiohttp.ClientSession,
    receiver: Receiver,
) -> None:
    seen = await observed(case, HttpRig(session, receiver, key))
    transcript.check_or_record(case.__name__, seen, PART)


@each
async def test_fake_recording(case: Case) -> None:
    WEBHOOK.check_recorded(case.__name__, await observed(case, RecordingRig()))
