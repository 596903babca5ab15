"""Rules to test: a real Prometheus that scrapes an exporter of ours, and the simulated ones."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiohttp import ClientSession

from tests.contracts.cases.rules import FADING, FOR_S, LAG, LOOKBACK_S
from tests.contracts.observing import until
from tests.simulation.fakes.simulated_rules import SimulatedRules
from worker.adapters.prometheus_rules import PrometheusRules
from worker.adapters.system_clock import SystemClock
from worker.domain.document.incident import AlertRecord
from worker.domain.incoming.alert import AlertStatus, fingerprint_of
from worker.domain.observed.rule_window import RuleWindow
from worker.engine.ports import Rules

METRICS = {LAG: "consumer_lag", FADING: "fading_lag"}
OF_WEB = {"namespace": "shop", "consumergroup": "orders"}


class Exporter:
    """What is scraped: `lines` in Prometheus' text format."""

    def __init__(self) -> None:
        self.lines: set[str] = set()
        exporter = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                text = "\n".join([*sorted(exporter.lines), ""]).encode()
                self.send_response(200)
                self.send_header("content-type", "text/plain; version=0.0.4")
                self.send_header("content-length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *args: object) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


def scraping(exporter: Exporter) -> dict[str, Any]:
    return {
        "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
        "scrape_configs": [
            {"job_name": "lags", "static_configs": [{"targets": [exporter.address]}]}
        ],
    }


def alerting(name: str, expression: str) -> dict[str, Any]:
    labels = {"severity": "warning"}
    return {"alert": name, "expr": expression, "for": f"{FOR_S:.0f}s", "labels": labels}


RULES = [
    alerting(
        name,
        f"sum by (namespace, consumergroup) (avg_over_time({metric}[{LOOKBACK_S:.0f}s])) > 1000",
    )
    for name, metric in METRICS.items()
]


def fired(name: str, **labels: str) -> AlertRecord:
    """As Alertmanager would have told it, with an external label of its Prometheus."""
    every = {"alertname": name, "severity": "warning", "prometheus": "monitoring/k8s", **labels}
    return AlertRecord(
        fingerprint_of(every), name, AlertStatus.FIRING, 0.0, "warning", labels=every
    )


class PrometheusRig:
    def __init__(self, session: ClientSession, url: str, dead_url: str, exporter: Exporter) -> None:
        self._session, self._url, self._dead_url = session, url, dead_url
        self.exporter = exporter
        self.rules: Rules = PrometheusRules(session, url, clock=SystemClock(), keep_s=0.0)

    def alert(self, name: str) -> AlertRecord:
        return fired(name, **OF_WEB)

    async def measure(self, name: str) -> None:
        await self.expose(_line(METRICS[name], **OF_WEB))

    async def lose(self, name: str) -> None:
        await self.hide(_line(METRICS[name], **OF_WEB))

    async def expose(self, *lines: str) -> None:
        self.exporter.lines |= set(lines)
        await self._scraped(lines, there=True)

    async def hide(self, *lines: str) -> None:
        self.exporter.lines -= set(lines)
        await self._scraped(lines, there=False)

    async def cut_off(self) -> None:
        self.rules = PrometheusRules(self._session, self._dead_url, clock=SystemClock(), keep_s=0.0)

    async def value(self, query: str) -> list[Any]:
        """Asked past the adapter."""
        url = f"{self._url}/api/v1/query"
        async with self._session.post(url, data={"query": query}) as answer:
            assert answer.status == 200, await answer.text()
            found: list[Any] = (await answer.json())["data"]["result"]
            return found

    async def answers(self, query: str) -> None:
        async def answered() -> bool:
            return bool(await self.value(query))

        await until(SystemClock(), query, answered)

    async def _scraped(self, lines: tuple[str, ...], *, there: bool) -> None:
        async def seen() -> bool | None:
            found = [await self.value(line.rpartition(" ")[0]) for line in lines]
            return all(bool(one) is there for one in found) or None

        await until(SystemClock(), "it is scraped", seen)


def _line(metric: str, **labels: str) -> str:
    told = ",".join(f'{name}="{value}"' for name, value in labels.items())
    return f"{metric}{{{told}}} 1"


class SimulatedRulesRig:
    def __init__(self) -> None:
        self.rules = SimulatedRules(dict.fromkeys((LAG, FADING), RuleWindow(FOR_S, LOOKBACK_S)))

    def alert(self, name: str) -> AlertRecord:
        return fired(name, **OF_WEB)

    async def measure(self, name: str) -> None:
        self.rules.blind.discard(name)

    async def lose(self, name: str) -> None:
        self.rules.blind.add(name)

    async def cut_off(self) -> None:
        self.rules.away = True
