"""A real Kubernetes control plane whose nodes are played: what a test does with it."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from tests.lab.audit import AuditLog
from tests.lab.controlplane import ControlPlane
from tests.lab.credentials import ADMIN, WORKER
from tests.lab.errors import LabError
from tests.lab.paths import BINARIES
from tests.lab.ports import Ports
from tests.lab.process import Process
from tests.lab.rest import request
from tests.lab.waiting import wait_until

KUBECTL_WITHIN_S = 120.0
NODE_READY_WITHIN_S = 30.0
TOKEN_LIFETIME = "24h"  # longer than any run


class Kubernetes:
    """One cluster. `pause`, `resume`, `kill` and `restart` mean its API server."""

    def __init__(self, directory: Path, ports: Ports) -> None:
        self.plane = ControlPlane(directory, ports)
        self.audit = AuditLog(self.plane.audit_file)
        self.url = self.plane.url
        self.ca_file = self.plane.credentials.ca_file
        self.admin_token = self.plane.credentials.tokens[ADMIN]
        self.admin_kubeconfig = self.plane.credentials.kubeconfig(ADMIN)
        self.worker_token = self.plane.credentials.tokens[WORKER]
        self.worker_kubeconfig = self.plane.credentials.kubeconfig(WORKER)

    @property
    def processes(self) -> list[Process]:
        return self.plane.processes

    @property
    def facts(self) -> dict[str, object]:
        return {
            "url": self.url,
            "ca_file": str(self.ca_file),
            "admin_kubeconfig": str(self.admin_kubeconfig),
            "worker_kubeconfig": str(self.worker_kubeconfig),
            "audit_log": str(self.audit.file),
        }

    def start(self) -> None:
        self.plane.start()
        # The namespace controller's work; a test that applies at once would find it missing.
        wait_until("the namespace default exists", self._has_default_namespace)

    def kubectl(
        self,
        *arguments: str,
        input: str = "",  # noqa: A002
        within_s: float = KUBECTL_WITHIN_S,
    ) -> str:
        """Standard output of kubectl as the administrator; raises with its standard error."""
        command = [str(BINARIES / "kubectl"), "--kubeconfig", str(self.admin_kubeconfig)]
        try:
            done = subprocess.run(
                [*command, *arguments],
                input=input,
                capture_output=True,
                text=True,
                timeout=within_s,
            )
        except subprocess.TimeoutExpired as error:
            raise LabError(f"kubectl {' '.join(arguments)}: not within {within_s} s") from error
        if done.returncode:
            raise LabError(f"kubectl {' '.join(arguments)}: {done.stderr.strip()}")
        return done.stdout

    def request(
        self,
        method: str,
        path: str,
        *,
        token: str | None = None,
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> tuple[int, dict[str, Any]]:
        """Code and answer of one raw call, by the administrator unless a token is given."""
        return request(
            method, self.url + path, self.ca_file, token or self.admin_token, body, headers or {}
        )

    def apply(self, *objects: Mapping[str, Any]) -> None:
        """Creates or changes these objects as the administrator."""
        self.kubectl("apply", "-f", "-", input=yaml.safe_dump_all([dict(one) for one in objects]))

    def add_node(
        self,
        name: str,
        *,
        labels: Mapping[str, str] | None = None,
        annotations: Mapping[str, str] | None = None,
        taints: list[dict[str, str]] | None = None,
        capacity: Mapping[str, str] | None = None,
    ) -> None:
        """A node whose kubelet kwok plays; returns once it is Ready."""
        resources = {"cpu": "32", "memory": "256Gi", "pods": "110", **(capacity or {})}
        node = {
            "apiVersion": "v1",
            "kind": "Node",
            "metadata": {
                "name": name,
                "labels": {"kubernetes.io/hostname": name, "kubernetes.io/os": "linux"}
                | dict(labels or {}),
                "annotations": dict(annotations or {}),
            },
            "spec": {"taints": taints} if taints else {},
            "status": {"allocatable": resources, "capacity": resources},
        }
        self.kubectl("create", "-f", "-", input=yaml.safe_dump(node))
        within = f"--timeout={NODE_READY_WITHIN_S:.0f}s"
        self.kubectl("wait", "--for=condition=Ready", f"node/{name}", within)

    def kubeconfig_for_token(self, token: str, name: str) -> Path:
        """A kubeconfig for any bearer token; `name` is the file's."""
        return self.plane.credentials.kubeconfig_for_token(token, name)

    def service_account_kubeconfig(self, namespace: str, name: str) -> Path:
        """A kubeconfig with a real bound token of this account (TokenRequest)."""
        token = self.kubectl(
            "--namespace", namespace, "create", "token", name, "--duration", TOKEN_LIFETIME
        )
        return self.kubeconfig_for_token(token.strip(), f"{namespace}-{name}")

    def pause(self) -> None:
        """The API server stops answering; connections stay open."""
        self.plane.api_server.pause()

    def resume(self) -> None:
        self.plane.api_server.resume()

    def kill(self) -> None:
        self.plane.api_server.kill()

    def restart(self) -> None:
        """The API server again, same port, same data; returns once it is ready."""
        self.plane.api_server.stop()
        self.plane.start_api_server()

    def _has_default_namespace(self) -> bool:
        try:
            self.kubectl("get", "namespace", "default")
        except LabError:
            return False
        return True
