"""A yes through REST is done exactly once, whoever says it how often; by the audit log."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from tests.e2e import audit
from tests.e2e.conftest import StartWorker
from tests.e2e.records import Record, body, produce
from tests.e2e.shop import Shop
from tests.e2e.test_first_alert import crash_alert, ended, sick_on_one_node
from tests.e2e.waiting import wait_for
from tests.e2e.worker_process import Worker
from tests.lab import Lab

ANSWERS_WITHIN_S = 30.0
Json = dict[str, Any]


def token(name: str) -> str:
    return f"the-long-token-of-{name}"


@pytest.fixture
def people(tmp_path: Path) -> Path:
    team = [
        {
            "name": name,
            "role": "operator",
            "sha256": hashlib.sha256(token(name).encode()).hexdigest(),
        }
        for name in ("ann", "bob")
    ]
    path = tmp_path / "people.json"
    path.write_text(json.dumps({"apiVersion": "aiops/v1", "kind": "People", "people": team}))
    path.chmod(0o600)
    return path


def call(worker: Worker, by: str, path: str, sent: Json | None = None) -> tuple[int, Any]:
    """Status and answer of one request to this replica."""
    headers = {"Authorization": f"Bearer {token(by)}", "Content-Type": "application/json"}
    raw = None if sent is None else json.dumps(sent).encode()
    request = Request(f"{worker.url}/api/v1{path}", raw, headers)
    try:
        with urlopen(request, timeout=ANSWERS_WITHIN_S) as answer:
            return answer.status, json.load(answer)
    except HTTPError as error:
        return error.code, json.load(error)


def open_question(worker: Worker, namespace: str) -> Json:
    def look() -> Json | None:
        status, listed = call(worker, "ann", "/approvals")
        assert status == 200, listed
        return next((one for one in listed if f"/{namespace}/" in one["subject"]), None)

    return wait_for(f"a question about {namespace}", look)


def approve(worker: Worker, by: str, asked: Json) -> tuple[int, Any]:
    sent = {"digest": asked["digest"], "nonce": asked["nonce"]}
    return call(worker, by, f"/approvals/{asked['id']}/approve", sent)


def clicks(workers: Sequence[Worker], asked: Json) -> list[tuple[int, Any]]:
    """Everybody at once, on every replica, four times each."""
    calls = [(one, by) for _ in range(4) for one in workers for by in ("ann", "bob")]
    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(lambda each: approve(each[0], each[1], asked), calls))


def test_two_people_at_once_on_two_replicas_are_one_eviction(
    lab: Lab, shop: Shop, start_worker: StartWorker, now: str, people: Path
) -> None:
    settings = {"AIOPS_MODE": "approve", "AIOPS_PEOPLE": str(people)}
    first, second = start_worker(ready=False, **settings), start_worker(ready=False, **settings)
    first.wait_ready()
    second.wait_ready()
    first.token = second.token = token("ann")
    pod = sick_on_one_node(shop)
    produce(lab.kafka.bootstrap, "alerts", [Record(body(crash_alert(shop, pod, now)))])

    asked = open_question(first, shop.namespace)
    assert (asked["action"], asked["target"]) == ("evict_pod", f"{shop.namespace}/Pod/{pod}")
    assert open_question(second, shop.namespace) == asked
    assert audit.tried(lab, shop.namespace) == []

    said = clicks([first, second], asked)
    assert [status for status, _ in said].count(202) == 1, said
    assert {status for status, _ in said} <= {202, 404, 409}

    assert ended(first, shop.namespace, "resolved")["resolution"] == "repaired"
    (eviction,) = audit.tried(lab, shop.namespace)
    assert (eviction.subresource, eviction.name, eviction.code) == ("eviction", pod, 201)

    late, told = approve(second, "bob", asked)
    assert late in (404, 409), told
    assert len(audit.tried(lab, shop.namespace)) == 1
    by = next(answer["by"] for status, answer in said if status == 202)
    assert f"{by} approved {asked['id']}" in first.cli("show", asked["incident"])


def test_the_command_line_says_no_and_nothing_is_done(
    lab: Lab, shop: Shop, start_worker: StartWorker, now: str, people: Path
) -> None:
    worker = start_worker(AIOPS_MODE="approve", AIOPS_PEOPLE=str(people))
    worker.token = token("bob")
    pod = sick_on_one_node(shop)
    produce(lab.kafka.bootstrap, "alerts", [Record(body(crash_alert(shop, pod, now)))])
    asked = open_question(worker, shop.namespace)
    assert f"target      {shop.namespace}/Pod/{pod}" in worker.cli("approvals", "show", asked["id"])
    assert "awaiting approval" in worker.cli("why", asked["incident"])
    worker.cli("approvals", "reject", asked["id"], "--yes", "--words", "not today")
    incident = ended(worker, shop.namespace, "escalated")
    assert worker.incident(incident["id"])["escalated_for"] == "rejected_by_human"
    assert audit.tried(lab, shop.namespace) == []
