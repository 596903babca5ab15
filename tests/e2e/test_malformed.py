"""What nobody can read: kept with its reason, listed, handed to a human, and never in the way."""

from __future__ import annotations

import json
from typing import Any
from urllib.request import Request, urlopen

from tests.e2e.conftest import StartWorker
from tests.e2e.receivers import Receiver
from tests.e2e.records import Record, alert, body, produce, read_all
from tests.e2e.shop import Shop
from tests.e2e.waiting import wait_for
from tests.e2e.worker_process import Worker
from tests.lab import Lab

FIVE_MEGABYTES = 5 * 2**20

MALFORMED: dict[str, bytes] = {
    "not_json": b'{"labels": {"alertname": "Cut',
    "wrong_type": b'{"labels": {"alertname": 7}}',
    "wrong_type_array": b'[{"labels": {"alertname": "Listed"}}]',
    "too_deep": b'{"labels": ' * 200 + b"1" + b"}" * 200,
    "not_utf8": b'{"labels": {"alertname": "\xff\xfe"}}',
    "too_large": b'{"labels": {"alertname": "' + b"x" * FIVE_MEGABYTES + b'"}}',
}


def letters(worker: Worker) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = json.loads(worker.cli("deadletter", "list", "-o", "json"))
    return listed


def test_on_the_topic(
    lab: Lab, shop: Shop, start_worker: StartWorker, receiver: Receiver, now: str
) -> None:
    worker = start_worker()
    good = alert("Reachable", starts_at=now, namespace=shop.namespace)
    bad = [Record(one, partition=0) for one in MALFORMED.values()]
    produce(
        lab.kafka.bootstrap, "alerts", [*bad, Record(body(good), partition=0)],
        max_bytes=8 * 2**20,
    )  # fmt: skip

    wait_for("the good message behind them", lambda: worker.incidents(shop.namespace))
    expected = sorted(name.removesuffix("_array") for name in MALFORMED)

    def all_kept() -> list[dict[str, Any]] | None:
        found = letters(worker)
        return found if sorted(one["reason"] for one in found) == expected else None

    kept = wait_for("all kept", all_kept)
    for one in kept:
        shown = json.loads(worker.cli("deadletter", "show", one["id"], "-o", "json"))
        assert shown["position"].startswith("alerts/0/")
        assert shown["sha256"]
        assert shown["detail"]

    def all_published() -> list[bytes] | None:
        found = read_all(lab.kafka.bootstrap, "alerts.deadletter")
        return found if len(found) >= len(kept) else None

    topic = wait_for("all on their own topic", all_published)
    assert len(topic) == len(kept)
    wait_for(
        "a human was told",
        lambda: [one for one in receiver.messages() if one["reason"] == "malformed_input"],
    )


def test_on_the_webhook(start_worker: StartWorker) -> None:
    worker = start_worker()
    for name, malformed in MALFORMED.items():
        before = {one["id"] for one in letters(worker)}
        with urlopen(
            Request(f"{worker.url}/api/v1/webhooks/alertmanager", data=malformed, method="POST"),
            timeout=30,
        ) as answer:
            assert answer.status == 200
        fresh = wait_for(
            f"{name} kept",
            lambda known=before: [one for one in letters(worker) if one["id"] not in known],  # type: ignore[misc]
        )
        assert [one["reason"] for one in fresh] == [name.removesuffix("_array")]
