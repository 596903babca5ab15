"""etcd, the API server, its controllers, the scheduler, and kwok in the kubelets' place.

Only how each is started and when it counts as ready; what one does with them is in kubernetes.py.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.lab import credentials, stages
from tests.lab.credentials import Credentials
from tests.lab.paths import BINARIES, SOURCE
from tests.lab.ports import Ports
from tests.lab.process import Process
from tests.lab.waiting import answers, listens, wait_until

AUDIT_LOG_MEGABYTES_MAX = 1000  # never rotated in a test: readers hold an offset
NODE_LEASE_SECONDS = 40  # without it every node goes NotReady after about fifty seconds
POD_NETWORK = "10.244.0.0/16"
SERVICE_NETWORK = "10.96.0.0/16"
PORT_FREE_WITHIN_S = 10.0


class ControlPlane:
    """The processes of one cluster."""

    def __init__(self, directory: Path, ports: Ports) -> None:
        self.directory = directory
        self.data = directory / "data"
        self.api_port = ports.free()
        self.etcd_port, self.etcd_peer_port = ports.free(), ports.free()
        self.controllers_port, self.scheduler_port = ports.free(), ports.free()
        self.kwok_port = ports.free()
        self.url = f"https://127.0.0.1:{self.api_port}"
        self.audit_file = directory / "audit.log"
        self.credentials = Credentials(directory / "kubernetes", self.url)
        self.etcd = self._process("etcd", self._etcd())
        self.api_server = self._process("kube-apiserver", self._api_server())
        self.controllers = self._process("kube-controller-manager", self._controllers())
        self.scheduler = self._process("kube-scheduler", self._scheduler())
        self.kwok = self._process("kwok", self._kwok())

    @property
    def processes(self) -> list[Process]:
        return [self.kwok, self.scheduler, self.controllers, self.api_server, self.etcd]

    def start(self) -> None:
        with ThreadPoolExecutor() as pool:
            etcd = pool.submit(self.start_etcd)
            self.credentials.write()
            stages.write(self.credentials.folder / "stages.yaml")
            etcd.result()
            self.start_api_server()
            started = [
                pool.submit(self.start_controllers),
                pool.submit(self.start_scheduler),
                pool.submit(self.start_kwok),
            ]
            for one in started:
                one.result()

    def start_etcd(self) -> None:
        self.etcd.start()
        url = f"http://127.0.0.1:{self.etcd_port}/health"
        wait_until("etcd is healthy", lambda: answers(url), process=self.etcd)

    def start_api_server(self) -> None:
        # The one before it must be gone: two would share the port for a moment.
        wait_until(
            f"port {self.api_port} is free",
            lambda: not listens(self.api_port),
            within_s=PORT_FREE_WITHIN_S,
        )
        self.api_server.start()
        url = f"{self.url}/readyz"
        wait_until("the API server is ready", lambda: answers(url), process=self.api_server)

    def start_controllers(self) -> None:
        self.controllers.start()
        url = f"https://127.0.0.1:{self.controllers_port}/healthz"
        wait_until("the controllers are healthy", lambda: answers(url), process=self.controllers)

    def start_scheduler(self) -> None:
        self.scheduler.start()
        url = f"https://127.0.0.1:{self.scheduler_port}/healthz"
        wait_until("the scheduler is healthy", lambda: answers(url), process=self.scheduler)

    def start_kwok(self) -> None:
        self.kwok.start()
        url = f"http://127.0.0.1:{self.kwok_port}/healthz"
        wait_until("kwok is healthy", lambda: answers(url), process=self.kwok)

    def _process(self, name: str, arguments: list[str]) -> Process:
        return Process(name, [BINARIES / name, *arguments], directory=self.directory)

    def _etcd(self) -> list[str]:
        client = f"http://127.0.0.1:{self.etcd_port}"
        peer = f"http://127.0.0.1:{self.etcd_peer_port}"
        return [
            "--data-dir", str(self.data / "etcd"), "--unsafe-no-fsync", "--log-level=warn",
            "--listen-client-urls", client, "--advertise-client-urls", client,
            "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer,
            "--initial-cluster", f"default={peer}",
        ]  # fmt: skip

    def _api_server(self) -> list[str]:
        key = str(self.credentials.signing_key)
        return [
            "--etcd-servers", f"http://127.0.0.1:{self.etcd_port}",
            "--bind-address", "127.0.0.1", "--secure-port", str(self.api_port),
            "--cert-dir", str(self.credentials.certificates),
            "--service-account-key-file", key, "--service-account-signing-key-file", key,
            "--service-account-issuer", "https://kubernetes.default.svc",
            "--service-cluster-ip-range", SERVICE_NETWORK,
            "--token-auth-file", str(self.credentials.token_file),
            "--authorization-mode", "RBAC",
            # kwok mounts nothing into a pod; workloads would wait for their account's token.
            "--disable-admission-plugins", "ServiceAccount",
            "--audit-policy-file", str(SOURCE / "audit-policy.yaml"),
            "--audit-log-path", str(self.audit_file),
            "--audit-log-mode", "blocking",
            "--audit-log-maxsize", str(AUDIT_LOG_MEGABYTES_MAX),
        ]  # fmt: skip

    def _controllers(self) -> list[str]:
        return [
            "--kubeconfig", self._kubeconfig(credentials.CONTROLLERS),
            "--service-account-private-key-file", str(self.credentials.signing_key),
            # One account per controller, as on a real cluster: the audit log names them.
            "--use-service-account-credentials=true", "--leader-elect=false",
            "--bind-address", "127.0.0.1", "--secure-port", str(self.controllers_port),
            "--cert-dir", str(self.credentials.folder / "controllers"),
        ]  # fmt: skip

    def _scheduler(self) -> list[str]:
        return [
            "--kubeconfig", self._kubeconfig(credentials.SCHEDULER), "--leader-elect=false",
            "--bind-address", "127.0.0.1", "--secure-port", str(self.scheduler_port),
        ]  # fmt: skip

    def _kwok(self) -> list[str]:
        return [
            "--kubeconfig", self._kubeconfig(credentials.KWOK), "--manage-all-nodes",
            "--config", str(self.credentials.folder / "stages.yaml"),
            "--node-lease-duration-seconds", str(NODE_LEASE_SECONDS),
            "--cidr", POD_NETWORK, "--node-ip", "127.0.0.1",
            "--server-address", f"127.0.0.1:{self.kwok_port}",
        ]  # fmt: skip

    def _kubeconfig(self, user: str) -> str:
        self.credentials.folder.mkdir(parents=True, exist_ok=True)
        return str(self.credentials.kubeconfig(user))
