"""What the contract tests share of the lab: rights, topics, components, versions."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.e2e import conftest
from tests.e2e.conftest import OWN_NAMESPACE, SERVICE_ACCOUNT, TOPICS
from tests.e2e.shop import SICK_NODE
from tests.e2e.worker_process import APP_ID, render
from tests.lab import Lab
from tests.lab.parts import load
from tests.lab.paths import BINARIES

__all__ = ["APP_ID", "OWN_NAMESPACE", "SERVICE_ACCOUNT", "apply_rights"]

NODE_RIGHTS = Path(__file__).parents[3] / "k8s" / "overlays" / "nodes" / "rights-nodes.yaml"

LAB_PARTS = ("kubernetes", "kafka", "redis", "dapr")
NODES = ("node-a", "node-b", SICK_NODE)
ANSWER_WITHIN_S = 30.0


def apply_rights(lab: Lab) -> None:
    """As they are shipped, with the rights to act, on nodes too."""
    conftest.apply_rights(lab)
    lab.kubernetes.kubectl("apply", "-f", "-", input=NODE_RIGHTS.read_text())


def components(lab: Lab) -> Path:
    """Topics on the broker, and the folder of components that a sidecar reads."""
    for topic, partitions in TOPICS.items():
        lab.kafka.create_topic(topic, partitions=partitions)
    folder = lab.directory / "components"
    render(lab, folder, {})
    return folder


def version(*names: str) -> str:
    """The parts as a transcript names them: `daprd 1.18.1, redis-server 7.0.15`."""
    return ", ".join(f"{name} {_version(name)}" for name in names)


def _version(name: str) -> str:
    if name == "redis-server":  # a Debian package: whatever the distribution has now
        command = [str(BINARIES / name), "--version"]
        told = subprocess.run(
            command, capture_output=True, text=True, timeout=ANSWER_WITHIN_S, check=True
        ).stdout
        return next(word.removeprefix("v=") for word in told.split() if word.startswith("v="))
    parts, _ = load()
    return next(one.version.removeprefix("v") for one in parts if one.name == name)
