"""A week that was never recorded: alerts of some hundred services, told again and again.

Rules of this file: the same seed is the same week. Every alert is told every few minutes until it
resolves, as a monitor does, so most of the records are no news.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from random import Random
from typing import Any

from worker.backtest.moments import time_of

BEGINS_S = 1_769_860_800.0  # 2026-01-31 12:00:00 UTC
WEEK_S = 7 * 86400.0
NAMES = (
    "KubePodCrashLooping", "KubePodNotReady", "KubeDeploymentReplicasMismatch", "HighErrorRate",
    "HighMemoryUsage", "KubeContainerWaiting", "OwnAlert",
)  # fmt: skip
NAMESPACES = 20
REPEAT_S = 300.0  # Alertmanager's group_interval
LASTS_S = 2400.0  # on average
DESCRIPTION = "x" * 300


def week(alerts: int, services: int, *, seed: int = 1) -> list[bytes]:
    """So many records in order of time, one JSON line each."""
    random = Random(seed)
    told: list[tuple[float, bytes]] = []
    while len(told) < alerts:
        told += _episode(random, services)
    told.sort(key=lambda one: one[0])
    return [line for _, line in told[:alerts]]


def _episode(random: Random, services: int) -> Iterator[tuple[float, bytes]]:
    number, name = random.randrange(services), random.choice(NAMES)
    from_s = BEGINS_S + random.random() * WEEK_S
    until_s = from_s + 60.0 + random.expovariate(1 / LASTS_S)
    labels = {
        "alertname": name, "severity": "warning", "namespace": f"team-{number % NAMESPACES}",
        "deployment": f"service-{number}", "container": "app",
    }  # fmt: skip
    if random.random() < 0.7:
        labels["pod"] = f"service-{number}-7d9f8c6b5-x2k4{random.choice('bcdfg')}"
    at_s = from_s
    while at_s < until_s:
        yield at_s, _line(at_s, labels, from_s, None)
        at_s += REPEAT_S
    yield until_s, _line(until_s, labels, from_s, until_s)


def _line(at_s: float, labels: dict[str, str], from_s: float, until_s: float | None) -> bytes:
    alert: dict[str, Any] = {
        "status": "firing" if until_s is None else "resolved",
        "labels": labels,
        "annotations": {"description": DESCRIPTION},
        "startsAt": time_of(from_s),
        "endsAt": "0001-01-01T00:00:00Z" if until_s is None else time_of(until_s),
    }
    return json.dumps({"at": time_of(at_s), "topic": "alerts", "value": alert}).encode() + b"\n"
