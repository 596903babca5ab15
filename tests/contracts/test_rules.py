"""Rules: a real Prometheus, and the simulated ones."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence

import aiohttp
import pytest

from tests.contracts.cases.rules import CASES, RulesRig
from tests.contracts.observing import Note, observed
from tests.contracts.rigs.lab import version
from tests.contracts.rigs.rules import (
    RULES,
    Exporter,
    PrometheusRig,
    SimulatedRulesRig,
    scraping,
)
from tests.contracts.transcripts import Json, Transcript
from tests.lab import Lab
from tests.lab.monitoring import Prometheus

TRANSCRIPT = Transcript("rules")
Case = Callable[[RulesRig, Note], Awaitable[None]]
each = pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)


@pytest.fixture(scope="module")
def exporter() -> Iterator[Exporter]:
    started = Exporter()
    yield started
    started.server.shutdown()


@pytest.fixture(scope="module")
def prometheus(lab: Lab, exporter: Exporter) -> Prometheus:
    rules = {"groups": [{"name": "lags", "rules": RULES}]}
    return lab.start_prometheus(scraping(exporter), rules)


async def on_real(lab: Lab, url: str, exporter: Exporter, case: Case) -> Sequence[Json]:
    dead_url = f"http://127.0.0.1:{lab.free_port()}"
    async with aiohttp.ClientSession() as session:
        return await observed(case, PrometheusRig(session, url, dead_url, exporter))


@pytest.mark.e2e
@each
async def test_real_prometheus(
    case: Case, lab: Lab, prometheus: Prometheus, exporter: Exporter
) -> None:
    seen = await on_real(lab, prometheus.url, exporter, case)
    TRANSCRIPT.check_or_record(case.__name__, seen, version("prometheus"))


@each
async def test_fake_simulated_rules(case: Case) -> None:
    TRANSCRIPT.check_recorded(case.__name__, await observed(case, SimulatedRulesRig()))
