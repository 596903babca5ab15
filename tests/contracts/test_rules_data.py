"""Whether a real Prometheus has data for an alert's rule: what counts as its series, and what not.

Each row has a namespace of its own. First all its series are there, then `lost` are gone.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import aiohttp
import pytest

from tests.contracts.rigs.rules import Exporter, PrometheusRig, alerting, fired, scraping
from tests.lab import Lab
from tests.lab.monitoring import Prometheus
from worker.domain.document.identity import Subject, SubjectKind
from worker.domain.observed.evidence import Unknown

pytestmark = pytest.mark.e2e

ERRORS = 'sum by (namespace) (rate(http_requests_total{code=~"5.."}[1m]))'
ALL = "sum by (namespace) (rate(http_requests_total[1m]))"
MEMORY = "memory_bytes{container!=''} / on(namespace, pod, container) memory_limit_bytes"
RULES = [
    alerting("Lag", "sum by (namespace, consumergroup) (rate(lag[5m])) > 100"),
    alerting("HighErrorRate", f"{ERRORS} / {ALL} > 0.05"),
    alerting("HighMemoryUsage", f"{MEMORY} > 0.9"),
    {"record": "team:lag", "expr": "sum by (namespace) (max_over_time(team_lag[5m]))"},
    alerting("TeamLag", "team:lag > 100"),
    alerting("Beaten", "beaten > 100 unless on(namespace) absent(heartbeat)"),
    alerting("Owned", "owned > 100"),
]
OLD, NEW, STRANGER = "web-6d4f8c9b7-xk2lp", "web-7c9f8b6d5-b8qzt", "web-admin-7c9f8b6d5-b8qzt"
EVIL = 'or"s"} or vector(1) #\\ ${1} `'


def line(metric: str, namespace: str, **labels: str) -> str:
    every = {"namespace": namespace, **labels}
    return f"{metric}{{{','.join(f'{k}={json.dumps(v)}' for k, v in every.items())}}} 1"


@dataclass(frozen=True)
class Row:
    name: str
    alert: str
    labels: dict[str, str]
    there: tuple[tuple[str, dict[str, str]], ...]
    lost: tuple[tuple[str, dict[str, str]], ...]
    still: str = ""  # a query that has an answer all the same, which proves that it is no proof


def of(metric: str, **labels: str) -> tuple[str, dict[str, str]]:
    return metric, labels


ORDERS, OTHERS = of("lag", consumergroup="orders"), of("lag", consumergroup="other")
ROWS = (
    Row("another group is no evidence", "Lag", {"consumergroup": "orders"},
        (ORDERS, OTHERS), (ORDERS,)),
    Row("a rate goes on for a while", "Lag", {"consumergroup": "orders"}, (ORDERS,), (ORDERS,),
        still="sum by (namespace) (rate(lag{{namespace='{namespace}'}}[5m]))"),
    Row("a label is text, whatever it says", "Lag", {"consumergroup": EVIL},
        (of("lag", consumergroup=EVIL), OTHERS), (of("lag", consumergroup=EVIL),)),
    Row("without errors others are counted", "HighErrorRate", {},
        (of("http_requests_total", code="200"),), (of("http_requests_total", code="200"),)),
    Row("the pod is another one now", "HighMemoryUsage", {"pod": OLD, "container": "app"},
        (of("memory_bytes", pod=NEW, container="app"), of("memory_bytes", pod=STRANGER,
         container="app"), of("memory_limit_bytes", pod=NEW, container="app")),
        (of("memory_bytes", pod=NEW, container="app"),)),
    Row("both sides are needed", "HighMemoryUsage", {"pod": OLD, "container": "app"},
        (of("memory_bytes", pod=NEW, container="app"), of("memory_limit_bytes", pod=NEW,
         container="app")), (of("memory_limit_bytes", pod=NEW, container="app"),)),
    Row("what is recorded is of the past", "TeamLag", {}, (of("team_lag", team="a"),),
        (of("team_lag", team="a"),), still="team:lag{{namespace='{namespace}'}}"),
    Row("quiet because something else is gone", "Beaten", {}, (of("beaten"), of("heartbeat")),
        (of("heartbeat"),), still="beaten{{namespace='{namespace}'}}"),
    Row("another owner is no evidence", "Owned", {"owner": "a"},
        (of("owned", owner="a"), of("owned", owner="b")), (of("owned", owner="a"),)),
)  # fmt: skip


@pytest.fixture(scope="module")
def exporter() -> Iterator[Exporter]:
    started = Exporter()
    yield started
    started.server.shutdown()


@pytest.fixture(scope="module")
def prometheus(lab: Lab, exporter: Exporter) -> Prometheus:
    rules = {"groups": [{"name": "data", "rules": RULES}]}
    return lab.start_prometheus(scraping(exporter), rules)


@pytest.fixture
async def rig(prometheus: Prometheus, exporter: Exporter) -> AsyncIterator[PrometheusRig]:
    async with aiohttp.ClientSession() as session:
        yield PrometheusRig(session, prometheus.url, prometheus.url, exporter)


async def has_data(rig: PrometheusRig, row: Row, namespace: str) -> bool | Unknown:
    subject = Subject(SubjectKind.SERVICE, namespace, "Deployment/web")
    one = fired(row.alert, namespace=namespace, **row.labels)
    return (await rig.rules.data(subject, [one]))[one.fingerprint]


@pytest.mark.parametrize("number", range(len(ROWS)), ids=lambda number: ROWS[number].name)
async def test_data(rig: PrometheusRig, number: int) -> None:
    row, namespace = ROWS[number], f"shop-{number}"
    await rig.expose(*(line(metric, namespace, **labels) for metric, labels in row.there))
    if row.still:
        await rig.answers(row.still.format(namespace=namespace))
    assert await has_data(rig, row, namespace) is True
    await rig.hide(*(line(metric, namespace, **labels) for metric, labels in row.lost))
    assert await has_data(rig, row, namespace) is False
    if row.still:
        assert await rig.value(row.still.format(namespace=namespace)), "it proves nothing now"
