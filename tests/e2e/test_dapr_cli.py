"""`dapr run -f dapr.yaml` brings the worker up, and what `dapr publish` sends is handled."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import yaml

from tests.e2e.conftest import OWN_NAMESPACE, SERVICE_ACCOUNT
from tests.e2e.shop import CRASHES_ANYWHERE, Shop
from tests.e2e.test_first_alert import crash_alert
from tests.e2e.waiting import wait_for
from tests.e2e.worker_process import QUICK, ROOT, render
from tests.lab import Lab

UP_WITHIN_S = 120.0
DAPR = ROOT / ".lab" / "bin" / "dapr"
DAPRD = ROOT / ".lab" / "bin" / "daprd"


def run_file(lab: Lab, folder: Path, people_port: int, kubeconfig: Path) -> Path:
    """The shipped dapr.yaml with this lab's addresses and free ports."""
    document = yaml.safe_load((ROOT / "dapr.yaml").read_text())
    resources = folder / "components"
    document["common"] = {
        "resourcesPaths": [str(resources)],
        "configFilePath": str(render(lab, resources, {})),
    }
    (app,) = document["apps"]
    app["appDirPath"] = str(ROOT)
    app["appPort"] = lab.free_port()
    for name in ("daprHTTPPort", "daprGRPCPort", "metricsPort"):
        app[name] = lab.free_port()
    app["placementHostAddress"] = lab.dapr.placement_address
    app["schedulerHostAddress"] = lab.dapr.scheduler_address
    app["env"] = {
        **app["env"],
        **QUICK,
        "AIOPS_SIDECAR_PORT": str(app["appPort"]),
        "AIOPS_PEOPLE_PORT": str(people_port),
        "AIOPS_KUBECONFIG": str(kubeconfig),
        "AIOPS_OWN_NAMESPACE": OWN_NAMESPACE,
    }
    target = folder / "dapr.yaml"
    target.write_text(yaml.safe_dump(document))
    return target


def test_dapr_run_and_publish(lab: Lab, shop: Shop, tmp_path: Path, now: str) -> None:
    home = tmp_path / "home"
    (home / ".dapr" / "bin").mkdir(parents=True)
    (home / ".dapr" / "bin" / "daprd").symlink_to(DAPRD)
    environment = {**os.environ, "HOME": str(home), "DAPR_HOST_IP": "127.0.0.1"}
    people_port = lab.free_port()
    kubeconfig = lab.kubernetes.service_account_kubeconfig(OWN_NAMESPACE, SERVICE_ACCOUNT)
    shop.apply(shop.deployment("backend", labels=CRASHES_ANYWHERE))
    pod = shop.crash_looping_pod("backend")
    run = lab.start_process(
        "dapr-run",
        [DAPR, "run", "-f", run_file(lab, tmp_path, people_port, kubeconfig)],
        env=environment,
        cwd=ROOT,
    )

    def get(path: str) -> Any:
        assert run.running, run.log_tail()
        try:
            with urlopen(f"http://127.0.0.1:{people_port}{path}", timeout=5) as answer:
                return json.load(answer)
        except OSError:
            return None

    wait_for("dapr run brings it up", lambda: get("/readyz"), within_s=UP_WITHIN_S)
    done = subprocess.run(
        [
            DAPR, "publish", "--publish-app-id", "aiops-operator", "--pubsub", "kafka-alerts",
            "--topic", "alerts", "--data", json.dumps(crash_alert(shop, pod, now)),
        ],
        env=environment, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr

    def evidence() -> str:
        with urlopen(f"http://127.0.0.1:{people_port}/metrics", timeout=5) as answer:
            counted = [line for line in answer.read().decode().splitlines() if line[0] != "#"]
        return "\n".join(counted)

    (incident,) = wait_for("the event is handled", lambda: get("/api/v1/incidents"), last=evidence)
    assert incident["subject"] == f"service/{shop.namespace}/Deployment/backend"
    subprocess.run([DAPR, "stop", "-f", tmp_path / "dapr.yaml"], env=environment, timeout=60)
    wait_for("dapr run ends", lambda: not run.running)
