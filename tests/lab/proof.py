"""What the lab's own proof applies and looks at: small workloads whose labels name a fault."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from tests.lab.lab import Lab
from tests.lab.monitoring import Alertmanager
from tests.lab.paths import REPOSITORY
from tests.lab.process import Process

Json = dict[str, Any]
ANSWER_WITHIN_S = 10.0


def deploy(lab: Lab, name: str, annotations: Json | None = None, **faults: str) -> None:
    """Three replicas; `crash_loop="node"` becomes the label lab.fault/crash-loop."""
    labels = {f"lab.fault/{key.replace('_', '-')}": value for key, value in faults.items()}
    metadata = {"labels": {"app": name, **labels}, "annotations": annotations or {}}
    spread = {
        "maxSkew": 1,
        "topologyKey": "kubernetes.io/hostname",
        "whenUnsatisfiable": "ScheduleAnyway",
        "labelSelector": {"matchLabels": {"app": name}},
    }
    spec = {"containers": [{"name": "main", "image": "shop:1"}]}
    lab.kubernetes.apply(
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": name, "namespace": "default"},
            "spec": {
                "replicas": 3,
                "selector": {"matchLabels": {"app": name}},
                "template": {
                    "metadata": metadata,
                    "spec": {**spec, "topologySpreadConstraints": [spread]},
                },
            },
        }
    )


def pods(lab: Lab, name: str) -> list[Json]:
    text = lab.kubernetes.kubectl("get", "pods", "-l", f"app={name}", "-o", "json")
    return [one for one in json.loads(text)["items"] if "deletionTimestamp" not in one["metadata"]]


def names(lab: Lab, app: str) -> set[str]:
    return {pod["metadata"]["name"] for pod in pods(lab, app)}


def condition(pod: Json) -> Json:
    return next((c for c in pod["status"].get("conditions", []) if c["type"] == "Ready"), {})


def ready(pod: Json) -> bool:
    return bool(condition(pod).get("status") == "True")


def statuses(lab: Lab, name: str) -> list[Json]:
    return [one for pod in pods(lab, name) for one in pod["status"].get("containerStatuses", [])]


def running(lab: Lab, name: str) -> int:
    """How many containers have started, ready or not."""
    return sum("running" in one["state"] for one in statuses(lab, name))


def waiting(lab: Lab, name: str, reason: str, at_least: int = 3) -> Callable[[], bool]:
    def look() -> bool:
        states = [one["state"].get("waiting", {}).get("reason") for one in statuses(lab, name)]
        return states.count(reason) >= at_least

    return look


def ready_pods(lab: Lab, name: str, count: int = 3) -> Callable[[], bool]:
    """Whether there are three pods, and this many of them are ready."""
    wanted = [False] * (3 - count) + [True] * count
    return lambda: sorted(ready(pod) for pod in pods(lab, name)) == wanted


def evict(
    lab: Lab, pod: str, token: str | None = None, namespace: str = "default", **headers: str
) -> int:
    body = {
        "apiVersion": "policy/v1",
        "kind": "Eviction",
        "metadata": {"name": pod, "namespace": namespace, "annotations": {"intent": "one"}},
    }
    path = f"/api/v1/namespaces/{namespace}/pods/{pod}/eviction"
    return lab.kubernetes.request("POST", path, token=token, body=body, headers=headers)[0]


def acting_token(lab: Lab) -> str:
    """A bound token of an account that may evict pods in the namespace default, and no more."""
    run = lab.kubernetes.kubectl
    run("create", "serviceaccount", "acting")
    run("create", "clusterrole", "evicts", "--verb=create", "--resource=pods/eviction")
    account = "--serviceaccount=default:acting"
    run("create", "rolebinding", "acting", "--clusterrole=evicts", account)
    file = lab.kubernetes.service_account_kubeconfig("default", "acting")
    return str(yaml.safe_load(file.read_text())["users"][0]["user"]["token"])


def start_echo(lab: Lab, topic: str) -> tuple[Process, int]:
    """The echo app and its port."""
    port = lab.free_port()
    argv = [sys.executable, "-m", "tests.lab.echo_app", str(port), topic]
    return lab.start_process("echo", argv, cwd=REPOSITORY), port


def abandoned_redis() -> str:
    """The identity of a lab's Redis whose owner was killed."""
    code = "from tests.lab import Lab; lab = Lab.start(['redis']); print(lab.directory, flush=True)"
    owner = subprocess.Popen(
        [sys.executable, "-c", f"{code}; input()"],
        cwd=REPOSITORY,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert owner.stdout is not None
    (mark,) = (Path(owner.stdout.readline().strip()) / "processes").iterdir()
    left = mark.read_text()
    owner.kill()
    owner.communicate()
    return left


def numbers(app: Process) -> set[int]:
    """The `number` of every message that the echo app was handed."""
    calls = [json.loads(line) for line in app.log.read_text().splitlines()]
    return {json.loads(one["body"])["data"]["number"] for one in calls if one["path"] == "/event"}


def components(lab: Lab) -> Path:
    """Redis as state store with actors, Kafka as pub/sub."""
    folder = lab.directory / "components"
    folder.mkdir()
    state = {"redisHost": lab.redis.address, "actorStateStore": "true"}
    pubsub = {
        "brokers": lab.kafka.bootstrap,
        "authType": "none",
        "initialOffset": "oldest",
        "consumerGroup": "echo",
    }
    for name, kind, settings in (
        ("state", "state.redis", state),
        ("pubsub", "pubsub.kafka", pubsub),
    ):
        metadata = [{"name": key, "value": value} for key, value in settings.items()]
        component = {
            "apiVersion": "dapr.io/v1alpha1",
            "kind": "Component",
            "metadata": {"name": name},
            "spec": {"type": kind, "version": "v1", "metadata": metadata},
        }
        (folder / f"{name}.yaml").write_text(yaml.safe_dump(component))
    return folder


def posting_to(url: str) -> Json:
    """An Alertmanager configuration: everything to this address, at once."""
    receiver = {"name": "app", "webhook_configs": [{"url": url}]}
    return {"route": {"receiver": "app", "group_wait": "0s"}, "receivers": [receiver]}


def alerting(alertmanager: Alertmanager) -> Json:
    """A Prometheus configuration that sends to this Alertmanager."""
    target = {"targets": [alertmanager.url.removeprefix("http://")]}
    return {
        "global": {"evaluation_interval": "1s"},
        "alerting": {"alertmanagers": [{"static_configs": [target]}]},
    }


def get(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=ANSWER_WITHIN_S) as answer:
        return json.load(answer)


def post(url: str, body: object) -> None:
    call = urllib.request.Request(url, json.dumps(body).encode(), method="POST")
    call.add_header("content-type", "application/json")
    with urllib.request.urlopen(call, timeout=ANSWER_WITHIN_S):
        return
