"""An old dump of the store is put back under a running worker: nothing is done a second time."""

from __future__ import annotations

import shutil
from pathlib import Path

import yaml

from tests.e2e import audit
from tests.e2e.conftest import StartWorker
from tests.e2e.records import Record, alert, body, produce
from tests.e2e.shop import UNREADY, Shop
from tests.e2e.test_first_alert import crash_alert, ended, sick_on_one_node
from tests.e2e.waiting import wait_for
from tests.e2e.worker_process import Worker
from tests.lab import Lab

SOAK_S = 6  # time to take a dump between the acknowledged alert and the decision


def test_a_restart_that_the_store_forgot_is_found_on_the_workload(
    lab: Lab, shop: Shop, start_worker: StartWorker, now: str, tmp_path: Path
) -> None:
    """The workload is sick before and after: only our id on it tells that it was done."""
    shop.apply(shop.deployment("backend", replicas=2, labels=UNREADY))
    (pod, *_) = shop.unready_pods("backend", at_least=2)
    pack = _pack(tmp_path / "pack", "not_ready", "rollout_restart")
    worker = start_worker(AIOPS_PLAYBOOKS=str(pack))
    about = {"namespace": shop.namespace, "pod": pod}
    produce(
        lab.kafka.bootstrap,
        "alerts",
        [Record(body(alert("KubePodNotReady", starts_at=now, **about)))],
    )
    dump = _dump_once_open(lab, worker, shop, tmp_path)
    wait_for("it was restarted", lambda: audit.done(lab, shop.namespace))

    _put_back(lab, dump)

    ended(worker, shop.namespace, "escalated")  # it didn't help, and a human has it
    (only,) = audit.done(lab, shop.namespace)
    assert only.name == "backend"


def test_an_eviction_that_the_store_forgot_is_not_done_to_the_next_pod(
    lab: Lab, shop: Shop, start_worker: StartWorker, now: str, tmp_path: Path
) -> None:
    pod = sick_on_one_node(shop)
    pack = _pack(tmp_path / "pack", "crash_loop", "evict_pod")
    worker = start_worker(AIOPS_PLAYBOOKS=str(pack))
    produce(lab.kafka.bootstrap, "alerts", [Record(body(crash_alert(shop, pod, now)))])
    dump = _dump_once_open(lab, worker, shop, tmp_path)
    wait_for("it was evicted", lambda: audit.evictions(lab, shop.namespace))

    _put_back(lab, dump)

    ended(worker, shop.namespace, "resolved")
    assert [event.name for event in audit.evictions(lab, shop.namespace)] == [pod]


def _dump_once_open(lab: Lab, worker: Worker, shop: Shop, folder: Path) -> Path:
    """A copy of the store's file while the incident soaks: it is open, and nothing is decided."""
    wait_for("the incident is open", lambda: worker.incidents(shop.namespace))
    copy = folder / "dump"
    shutil.copytree(lab.redis.data, copy)
    assert audit.tried(lab, shop.namespace) == [], "the dump was taken too late"
    return copy


def _put_back(lab: Lab, dump: Path) -> None:
    lab.redis.kill()
    shutil.rmtree(lab.redis.data)
    shutil.copytree(dump, lab.redis.data)
    lab.redis.restart()


def _pack(folder: Path, cause: str, action: str) -> Path:
    folder.mkdir()
    (folder / "pack.yaml").write_text("version: 1\n")
    step = {
        "action": action,
        "coolDown": "5s",
        "verify": {"settle": "4s", "window": "6s", "deadline": "20s"},
    }
    spec = {"match": {"causes": [cause]}, "soak": f"{SOAK_S}s", "steps": [step]}
    document = {
        "apiVersion": "aiops/v1",
        "kind": "Playbook",
        "metadata": {"name": cause.replace("_", "-")},
        "spec": spec,
    }
    (folder / "one.yaml").write_text(yaml.safe_dump(document))
    return folder
