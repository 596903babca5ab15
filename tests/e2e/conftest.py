"""One lab a module; what every end-to-end test starts from."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from tests.e2e.receivers import Receiver
from tests.e2e.shop import SICK_NODE, Shop
from tests.e2e.worker_process import QUICK, ROOT, Worker
from tests.lab import Lab

OWN_NAMESPACE = "aiops-system"
SERVICE_ACCOUNT = "aiops-operator"
TOPICS = {"alerts": 4, "ops-events": 2, "alerts.deadletter": 1, "remediation-journal": 2}
TOPIC_BYTES_MAX = 8 * 2**20  # so that a 5 MB message can be sent at all

_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab.start(parts=("kubernetes", "kafka", "redis", "dapr")) as started:
        for name in ("node-a", "node-b", SICK_NODE):
            started.kubernetes.add_node(name)
        for topic, partitions in TOPICS.items():
            started.kafka.create_topic(
                topic, partitions=partitions, config={"max.message.bytes": str(TOPIC_BYTES_MAX)}
            )
        apply_rights(started)
        yield started


def apply_rights(lab: Lab) -> None:
    """Namespace, account and roles exactly as they are shipped, with the right to act."""
    manifests = lab.kubernetes.kubectl("kustomize", str(ROOT / "k8s" / "overlays" / "auto"))
    wanted = ("Namespace", "ServiceAccount", "ClusterRole", "ClusterRoleBinding", "Role",
              "RoleBinding", "ConfigMap")  # fmt: skip
    rights = [one for one in yaml.safe_load_all(manifests) if one and one["kind"] in wanted]
    rights.sort(key=lambda one: wanted.index(one["kind"]))
    lab.kubernetes.kubectl("apply", "-f", "-", input=yaml.safe_dump_all(rights))
    turn_kill_switch(lab, "false")  # as it is shipped it stops everything


def turn_kill_switch(lab: Lab, stop: str) -> None:
    """As docs/how-to/stop-everything.md says it."""
    patch = f'{{"data": {{"stop": "{stop}"}}}}'
    switch = ("configmap", "aiops-kill-switch")
    lab.kubernetes.kubectl("-n", OWN_NAMESPACE, "patch", *switch, "--type", "merge", "-p", patch)


@pytest.fixture
def shop(lab: Lab) -> Iterator[Shop]:
    opened = Shop(lab, f"shop-{next(_numbers)}")
    opened.open()
    yield opened
    lab.kubernetes.kubectl("uncordon", SICK_NODE)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as started:
        yield started


@pytest.fixture
def playbooks(tmp_path: Path) -> Path:
    return write_pack(tmp_path / "playbooks", ["evict_pod", "rollout_restart"])


def write_pack(folder: Path, actions: list[str]) -> Path:
    """The shipped ladders with every duration shortened."""
    folder.mkdir()
    (folder / "pack.yaml").write_text("version: 1\n")
    for name, cause in (("crash-loop", "crash_loop"), ("not-ready", "not_ready")):
        steps = [
            {
                "action": action,
                "attempts": 2,
                "coolDown": "5s",
                "verify": {"settle": "4s", "window": "6s", "deadline": "30s"},
            }
            for action in actions
        ]
        (folder / f"{name}.yaml").write_text(
            yaml.safe_dump(
                {
                    "apiVersion": "aiops/v1",
                    "kind": "Playbook",
                    "metadata": {"name": name},
                    "spec": {"match": {"causes": [cause]}, "soak": "1s", "steps": steps},
                }
            )
        )
    return folder


StartWorker = Callable[..., Worker]


@pytest.fixture
def start_worker(lab: Lab, receiver: Receiver, playbooks: Path) -> Iterator[StartWorker]:
    """Starts replicas of the worker, in auto mode, under the shipped account; ends them after."""
    started: list[Worker] = []

    def start(*, ready: bool = True, module: str = "worker", **environment: str) -> Worker:
        number = next(_numbers)
        kubeconfig = lab.kubernetes.service_account_kubeconfig(OWN_NAMESPACE, SERVICE_ACCOUNT)
        worker = Worker(
            lab,
            f"worker-{number}",
            {
                **QUICK,
                "AIOPS_MODE": "auto",
                "AIOPS_KUBECONFIG": str(kubeconfig),
                "AIOPS_OWN_NAMESPACE": OWN_NAMESPACE,
                "AIOPS_OWN_WORKLOAD": "Deployment/aiops-operator",
                "AIOPS_PLAYBOOKS": str(playbooks),
                "AIOPS_WEBHOOK_SINK_URL": f"{receiver.url}/notices",
                **environment,
            },
            module=module,
        )
        started.append(worker)
        worker.start()
        return worker.wait_ready() if ready else worker

    yield start
    for worker in started:
        worker.stop()


@pytest.fixture
def now() -> str:
    """An alert's startsAt: this moment, RFC 3339."""
    return datetime.now(UTC).isoformat()
