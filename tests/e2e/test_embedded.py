"""Embedded mode on a real cluster: the same life of an alert without Kafka, Dapr or Redis."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from http.client import HTTPException
from pathlib import Path

import pytest

from tests.e2e import audit
from tests.e2e.conftest import OWN_NAMESPACE, SERVICE_ACCOUNT
from tests.e2e.embedded_process import EmbeddedWorker
from tests.e2e.receivers import Receiver
from tests.e2e.shop import CRASHES_ANYWHERE, Shop
from tests.e2e.test_first_alert import crash_alert, ended, sick_on_one_node
from tests.e2e.waiting import wait_for
from tests.e2e.worker_process import QUICK
from tests.lab import Lab

StartEmbedded = Callable[..., EmbeddedWorker]


@pytest.fixture
def start_embedded(
    lab: Lab, receiver: Receiver, playbooks: Path, tmp_path: Path
) -> Iterator[StartEmbedded]:
    """Starts `aiopsctl run` in auto mode under the shipped account; ends it after."""
    started: list[EmbeddedWorker] = []

    def start(**environment: str) -> EmbeddedWorker:
        kubeconfig = lab.kubernetes.service_account_kubeconfig(OWN_NAMESPACE, SERVICE_ACCOUNT)
        worker = EmbeddedWorker(
            lab,
            f"embedded-{tmp_path.name}",
            {
                **QUICK,
                "AIOPS_MODE": "auto",
                "AIOPS_KUBECONFIG": str(kubeconfig),
                "AIOPS_OWN_NAMESPACE": OWN_NAMESPACE,
                "AIOPS_PLAYBOOKS": str(playbooks),
                "AIOPS_WEBHOOK_SINK_URL": f"{receiver.url}/notices",
                **environment,
            },
        )
        started.append(worker)
        worker.start()
        worker.wait_ready()
        return worker

    yield start
    for worker in started:
        worker.stop()


def test_webhook_to_repair_and_read_from_the_file(
    lab: Lab, shop: Shop, start_embedded: StartEmbedded, now: str
) -> None:
    pod = sick_on_one_node(shop)
    worker = start_embedded()
    assert worker.post(crash_alert(shop, pod, now)) == 200

    incident = ended(worker, shop.namespace, "resolved")
    assert incident["resolution"] == "repaired"
    assert [event.name for event in audit.done(lab, shop.namespace)] == [pod]
    file = ("--database", str(worker.database))
    listed = json.loads(worker.cli("incidents", "--all", *file, "-o", "json"))
    assert [one["id"] for one in listed] == [incident["id"]]
    assert "Resolved: repaired by evict pod" in worker.cli("show", incident["id"], *file)


def test_a_second_process_on_the_same_file_refuses_to_start(
    lab: Lab, start_embedded: StartEmbedded
) -> None:
    worker = start_embedded()
    second = worker.run(lab.free_port())
    wait_for("the second process ends", lambda: not second.running)
    assert "in use by another worker; stop it, or give this one" in second.log_tail()
    assert worker.is_ready()


@pytest.mark.parametrize("point", ["accept.saved", "turn.intent_durable", "write.sent"])
def test_killed_and_started_again(
    point: str, lab: Lab, shop: Shop, start_embedded: StartEmbedded, now: str, tmp_path: Path
) -> None:
    """Nobody sends the alert again: what is in the file is enough to go on from."""
    pod = sick_on_one_node(shop)
    mark = tmp_path / "reached"
    worker = start_embedded(AIOPS_FAILPOINT=f"{point}:kill", AIOPS_FAILPOINT_MARK=str(mark))
    try:
        worker.post(crash_alert(shop, pod, now))
    except (OSError, HTTPException):
        assert point == "accept.saved", "only there is the sender still waiting"
    wait_for(f"killed at {point}", lambda: not worker.process.running)
    assert mark.exists(), "the process ended, but not at its failpoint"

    worker.start_process()
    worker.wait_ready()
    assert ended(worker, shop.namespace, "resolved")["resolution"] == "repaired"
    assert [event.name for event in audit.evictions(lab, shop.namespace)] == [pod]


def test_what_it_cannot_repair_is_received_by_the_sink_once_it_answers(
    shop: Shop, start_embedded: StartEmbedded, receiver: Receiver, now: str
) -> None:
    receiver.status = 503
    shop.apply(shop.deployment("backend", replicas=2, labels=CRASHES_ANYWHERE))
    pod = shop.crash_looping_pod("backend")
    worker = start_embedded()
    worker.post(crash_alert(shop, pod, now))
    incident = ended(worker, shop.namespace, "escalated")

    wait_for("the sink was asked in vain", lambda: receiver.refused >= 2)
    assert receiver.messages() == []
    receiver.status = 202
    wait_for("the notice", receiver.messages)
    wait_for("the receipt", lambda: "received" in worker.cli("show", incident["id"]))
    assert [one["incident"] for one in receiver.messages()] == [incident["id"]]
