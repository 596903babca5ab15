"""Turns a second: the worker's actor against a bare one that makes the same sidecar calls."""

from __future__ import annotations

import json
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection

from benchmarks.result import Result, compare
from benchmarks.turn_app import NAMESPACE, SUBJECTS
from tests.e2e.waiting import wait_for
from tests.e2e.worker_process import ROOT, render
from tests.lab import Lab
from worker.domain.document.identity import Subject, SubjectKind

CALLERS = 32
RUNS = 3
GOAL = 0.7
ANSWER_WITHIN_S = 30.0


def turns() -> list[Result]:
    """Each run: one first turn for every subject, then the same calls by the bare actor."""
    ours: list[float] = []
    peer: list[float] = []
    with Lab.start(parts=("kafka", "redis", "dapr")) as lab:
        lab.kafka.create_topic("remediation-journal", partitions=2, config={})
        port = lab.free_port()
        folder = lab.directory / "components-turns"
        sidecar = lab.start_daprd(
            app_id="aiops-operator", app_port=port, resources=folder,
            config=render(lab, folder, {}),
        )  # fmt: skip
        lab.start_process(
            "turn-app",
            [sys.executable, "-m", "benchmarks.turn_app"],
            env={**os.environ, "BENCH_PORT": str(port), "DAPR_HTTP_PORT": str(sidecar.http_port)},
            cwd=ROOT,
        )
        wait_for("the sidecar", lambda: _answers(sidecar.http_port), within_s=90.0)
        for run in range(RUNS):
            _call(port, "POST", f"/prepare/{run}")
            ours.append(_rate(sidecar.http_port))
            calls = json.loads(_call(port, "GET", "/calls"))
            per_turn = {kind: round(count / SUBJECTS) for kind, count in calls.items()}
            _call(port, "POST", "/bare", json.dumps(per_turn).encode())
            peer.append(_rate(sidecar.http_port))
            print(f"run {run + 1}: {per_turn} calls a turn; bare {peer[-1]:,.0f}/s, "
                  f"worker {ours[-1]:,.0f}/s", flush=True)  # fmt: skip
    return [compare("turns, against a bare actor with the same calls", ours, peer, GOAL)]


def _rate(dapr_port: int) -> float:
    keys = [
        Subject(SubjectKind.SERVICE, f"{NAMESPACE}-{number}", "Deployment/service").key
        for number in range(SUBJECTS)
    ]
    started = time.monotonic()
    with ThreadPoolExecutor(CALLERS) as pool:
        list(pool.map(lambda key: _turn(dapr_port, key), keys))
    return len(keys) / (time.monotonic() - started)


def _turn(dapr_port: int, key: str) -> None:
    _call(dapr_port, "POST", f"/v1.0/actors/SubjectActor/{key}/method/work")


def _call(port: int, method: str, path: str, body: bytes = b"") -> bytes:
    connection = HTTPConnection("127.0.0.1", port, timeout=ANSWER_WITHIN_S)
    try:
        connection.request(method, path, body)
        answer = connection.getresponse()
        text = answer.read()
        assert 200 <= answer.status < 300, f"{path}: {answer.status} {text[:200]!r}"
        return text
    finally:
        connection.close()


def _answers(dapr_port: int) -> bool:
    try:
        _call(dapr_port, "GET", "/v1.0/healthz")
    except (OSError, AssertionError):
        return False
    return True
