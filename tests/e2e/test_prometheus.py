"""A rule that fires in a real Prometheus, through a real Alertmanager's webhook, to the repair.

Who plays what: the exporter is ours and reads the pods' restarts from the real API server; rule,
alert, grouping and delivery are real.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.e2e import audit
from tests.e2e.conftest import StartWorker
from tests.e2e.shop import Shop
from tests.e2e.test_first_alert import ended, sick_on_one_node
from tests.e2e.worker_process import Worker
from tests.lab import Lab

Json = dict[str, Any]

TOKEN = "webhook-token-for-the-lab"
RULE = 'max_over_time(kube_pod_container_status_waiting_reason{reason="CrashLoopBackOff"}[5s]) >= 1'


class Exporter:
    """kube-state-metrics' series for crash-looping containers, from live pods at each scrape."""

    def __init__(self, shop: Shop) -> None:
        exporter = self
        self.shop = shop

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                text = exporter.metrics().encode()
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

    def metrics(self) -> str:
        lines = []
        for pod in self.shop.pods("backend"):
            for status in pod["status"].get("containerStatuses", []):
                reason = status.get("state", {}).get("waiting", {}).get("reason")
                if reason:
                    lines.append(
                        "kube_pod_container_status_waiting_reason{"
                        f'namespace="{self.shop.namespace}",pod="{pod["metadata"]["name"]}",'
                        f'container="{status["name"]}",reason="{reason}"}} 1'
                    )
        return "\n".join(lines) + "\n"


@pytest.fixture
def exporter(shop: Shop) -> Iterator[Exporter]:
    started = Exporter(shop)
    yield started
    started.server.shutdown()


def posting_to(worker: Worker) -> Json:
    """Alertmanager's configuration: everything to the worker's webhook, quickly."""
    webhook = {
        "url": f"{worker.url}/api/v1/webhooks/alertmanager",
        "send_resolved": True,
        "http_config": {"authorization": {"type": "Bearer", "credentials": TOKEN}},
    }
    return {
        "route": {
            "receiver": "aiops",
            "group_by": ["alertname", "namespace"],
            "group_wait": "1s",
            "group_interval": "2s",
            "repeat_interval": "1m",
        },
        "receivers": [{"name": "aiops", "webhook_configs": [webhook]}],
    }


def scraping(exporter: Exporter, alertmanager_address: str) -> Json:
    """Prometheus' configuration."""
    return {
        "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
        "scrape_configs": [
            {"job_name": "kube", "static_configs": [{"targets": [exporter.address]}]}
        ],
        "alerting": {"alertmanagers": [{"static_configs": [{"targets": [alertmanager_address]}]}]},
    }


RULES: Json = {
    "groups": [
        {
            "name": "workloads",
            "rules": [
                {
                    "alert": "KubePodCrashLooping",
                    "expr": RULE,
                    "for": "2s",
                    "labels": {"severity": "warning"},
                }
            ],
        }
    ]
}


def test_rule_to_repair(
    lab: Lab, shop: Shop, start_worker: StartWorker, exporter: Exporter
) -> None:
    port = lab.free_port()
    address = f"127.0.0.1:{port}"
    worker = start_worker(AIOPS_WEBHOOK_TOKEN=TOKEN, AIOPS_ALERTMANAGER_URL=f"http://{address}")
    lab.start_alertmanager(posting_to(worker), port=port)
    pod = sick_on_one_node(shop)
    lab.start_prometheus(scraping(exporter, address), RULES)

    incident = ended(worker, shop.namespace, "resolved")
    assert incident["resolution"] == "repaired"
    assert [event.name for event in audit.done(lab, shop.namespace)] == [pod]
