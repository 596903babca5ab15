"""Telemetry without a collector: OpenTelemetry's and Prometheus' clients, and a recording."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from importlib.metadata import version

import pytest

from tests.contracts.cases.telemetry import CASES, TelemetryRig
from tests.contracts.observing import Note, observed
from tests.contracts.transcripts import Transcript
from tests.simulation.fakes.recording_telemetry import RecordingTelemetry
from worker.adapters.telemetry import OtelTelemetry

TRANSCRIPT = Transcript("telemetry")
Case = Callable[[TelemetryRig, Note], Awaitable[None]]
each = pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
PART = f"opentelemetry-api {version('opentelemetry-api')}, "
PART += f"prometheus-client {version('prometheus-client')}"


class OtelRig:
    def __init__(self) -> None:
        self.telemetry = OtelTelemetry()

    def counted(self, name: str, **labels: str) -> float:
        return self.telemetry.registry.get_sample_value(f"aiops_{name}_total", labels) or 0.0


class RecordingRig:
    def __init__(self) -> None:
        self.telemetry = RecordingTelemetry()

    def counted(self, name: str, **labels: str) -> float:
        return self.telemetry.counted[name, tuple(sorted(labels.items()))]


@each
async def test_real_clients(case: Case) -> None:
    TRANSCRIPT.check_or_record(case.__name__, await observed(case, OtelRig()), PART)


@each
async def test_fake_recording(case: Case) -> None:
    TRANSCRIPT.check_recorded(case.__name__, await observed(case, RecordingRig()))
