"""Draining a backlog of alerts: the worker against a bare subscriber behind the same sidecar.

A storm: 300 services, 3,000 distinct alerts, each sent many times, in order of sending over four
partitions. The bare subscriber only answers SUCCESS; the worker makes every alert durable first.
"""

from __future__ import annotations

import json
import os
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import yaml

from benchmarks.result import Result, compare
from tests.e2e.conftest import OWN_NAMESPACE, SERVICE_ACCOUNT, apply_rights
from tests.e2e.records import Record, alert, produce
from tests.e2e.shop import Shop
from tests.e2e.worker_process import ROOT, Worker, render
from tests.lab import Lab

SERVICES = 300
ALERTS_PER_SERVICE = 10
REPEATS = 10
MESSAGES = SERVICES * ALERTS_PER_SERVICE * REPEATS
PARTITIONS = 4
ALERT_BYTES = 1024
RUNS = 3
GOAL = 0.6
DRAINED_WITHIN_S = 300.0
POLL_S = 0.02
NAMESPACE = "storm"


def drain() -> list[Result]:
    """Three paired runs, each on a fresh topic and consumer group."""
    ours: list[float] = []
    peer: list[float] = []
    with Lab.start(parts=("kubernetes", "kafka", "redis", "dapr")) as lab:
        _services(lab)
        for run in range(RUNS):
            topic = f"storm-{run}"
            lab.kafka.create_topic(topic, partitions=PARTITIONS, config={})
            produce(lab.kafka.bootstrap, topic, list(_storm()))
            peer.append(_bare(lab, topic, run))
            ours.append(_worker(lab, topic, run))
            print(f"run {run + 1}: bare {peer[-1]:,.0f}/s, worker {ours[-1]:,.0f}/s", flush=True)
    return [compare("drain of a storm, against a bare subscriber", ours, peer, GOAL)]


def _services(lab: Lab) -> None:
    lab.kubernetes.add_node("node-a")
    apply_rights(lab)
    shop = Shop(lab, NAMESPACE)
    shop.open()
    shop.apply(*(shop.deployment(f"service-{n}", replicas=0) for n in range(SERVICES)))


def _storm() -> list[Record]:
    """Every alert of every service, again and again; one kilobyte each."""
    distinct = []
    for number in range(SERVICES * ALERTS_PER_SERVICE):
        one = alert(
            "KubePodNotReady", starts_at="2026-01-01T00:00:00Z", namespace=NAMESPACE,
            deployment=f"service-{number % SERVICES}", pod=f"pod-{number}",
        )  # fmt: skip
        one["annotations"]["filler"] = ""
        size = len(json.dumps(one))
        one["annotations"]["filler"] = "x" * (ALERT_BYTES - size)
        distinct.append(json.dumps(one).encode())
    return [
        Record(body, partition=number % PARTITIONS)
        for _ in range(REPEATS)
        for number, body in enumerate(distinct)
    ]


def _bare(lab: Lab, topic: str, run: int) -> float:
    port = lab.free_port()
    folder = lab.directory / f"bare-{run}"
    configuration = render(lab, folder, {})
    _only_scope(folder, group=f"bare-{run}", topic=topic)
    environment = {
        **os.environ,
        "BENCH_PORT": str(port),
        "BENCH_TOPIC": topic,
        "BENCH_PUBSUB": "kafka-alerts",
    }
    app = lab.start_process(
        f"bare-{run}", [sys.executable, "-m", "benchmarks.bare_subscriber"],
        env=environment, cwd=ROOT,
    )  # fmt: skip
    sidecar = lab.start_daprd(
        app_id="aiops-operator", app_port=port, resources=folder, config=configuration,
        env={}, extra_args=[],
    )  # fmt: skip
    try:
        return _rate(lambda: int(_get(f"http://127.0.0.1:{port}/count")))
    finally:
        sidecar.stop()
        app.terminate()


def _worker(lab: Lab, topic: str, run: int) -> float:
    kubeconfig = lab.kubernetes.service_account_kubeconfig(OWN_NAMESPACE, SERVICE_ACCOUNT)
    worker = Worker(
        lab,
        f"storm-worker-{run}",
        {"AIOPS_KUBECONFIG": str(kubeconfig), "AIOPS_ALERTS_TOPIC": topic},
    )
    _only_scope(worker.resources, group=f"worker-{run}", topic=topic)
    worker.start()
    try:
        return _rate(lambda: _accepted(worker.url))
    finally:
        worker.stop()


def _only_scope(folder: Path, *, group: str, topic: str) -> None:
    """Let the alerts component read this run's topic, in a consumer group of its own."""
    for path in folder.glob("*.yaml"):
        documents: list[dict[str, Any]] = list(yaml.safe_load_all(path.read_text()))
        for document in documents:
            if document["metadata"]["name"] != "kafka-alerts" or document["kind"] != "Component":
                continue
            items = document["spec"]["metadata"]
            allowed = ("allowedTopics", "publishingScopes", "subscriptionScopes")
            items[:] = [item for item in items if item["name"] not in allowed]
            for item in items:
                if item["name"] == "consumerGroup":
                    item["value"] = group
        path.write_text(yaml.safe_dump_all(documents))


def _rate(count: Callable[[], int]) -> float:
    """Messages a second between the first that is seen done and the last."""
    deadline = time.monotonic() + DRAINED_WITHIN_S
    first: tuple[float, int] | None = None
    while time.monotonic() < deadline:
        try:
            done = count()
        except OSError:
            done = 0
        now = time.monotonic()
        if done and first is None:
            first = (now, done)
        if done >= MESSAGES and first is not None:
            return (done - first[1]) / (now - first[0])
        time.sleep(POLL_S)
    raise RuntimeError(f"{MESSAGES} messages were not drained within {DRAINED_WITHIN_S:.0f} s")


def _accepted(url: str) -> int:
    found = re.search(r"^aiops_deliveries_accepted_total (\S+)", _get(f"{url}/metrics"), re.M)
    return int(float(found.group(1))) if found else 0


def _get(url: str) -> str:
    with urlopen(url, timeout=5) as answer:
        text: str = answer.read().decode()
        return text
