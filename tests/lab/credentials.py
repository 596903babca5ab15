"""Who may speak to the lab's API server: static tokens, the signing key, kubeconfigs.

Each part of the control plane has the user it has on a real cluster, so its rights are the real
ones and the audit log tells them apart.
"""

from __future__ import annotations

import secrets
import subprocess
from pathlib import Path

import yaml

from tests.lab.errors import LabError

ADMIN, WORKER = "admin", "aiops-worker"
CONTROLLERS, SCHEDULER = "system:kube-controller-manager", "system:kube-scheduler"
KWOK = "system:kwok"  # plays the kubelets of all nodes
MASTERS = "system:masters"
GROUPS = {ADMIN: [MASTERS], WORKER: [], CONTROLLERS: [], SCHEDULER: [], KWOK: [MASTERS]}
KEY_WITHIN_S = 30.0


class Credentials:
    """Files of one cluster under one folder."""

    def __init__(self, folder: Path, server: str) -> None:
        self.folder = folder
        self.server = server
        self.signing_key = folder / "service-accounts.key"
        self.token_file = folder / "tokens.csv"
        self.certificates = folder / "certificates"
        # Made by the API server itself at its first start: its certificate and the authority's.
        self.ca_file = self.certificates / "apiserver.crt"
        self.tokens = {user: secrets.token_urlsafe(24) for user in GROUPS}

    def write(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        rows = []
        for user, groups in GROUPS.items():
            quoted = ",".join(groups)
            rows.append(f'{self.tokens[user]},{user},{user},"{quoted}"')
        self.token_file.write_text("\n".join(rows) + "\n")
        done = subprocess.run(
            ["openssl", "genrsa", "-out", str(self.signing_key), "2048"],
            capture_output=True,
            text=True,
            timeout=KEY_WITHIN_S,
        )
        if done.returncode:
            raise LabError(f"openssl genrsa failed\n{done.stderr}")

    def kubeconfig(self, user: str) -> Path:
        return self.kubeconfig_for_token(self.tokens[user], user.replace(":", "-"))

    def kubeconfig_for_token(self, token: str, name: str) -> Path:
        """A kubeconfig of its own for this bearer; the same name overwrites."""
        document = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [
                {
                    "name": "lab",
                    "cluster": {
                        "server": self.server,
                        "certificate-authority": str(self.ca_file),
                    },
                }
            ],
            "users": [{"name": name, "user": {"token": token}}],
            "contexts": [{"name": "lab", "context": {"cluster": "lab", "user": name}}],
            "current-context": "lab",
        }
        target = self.folder / f"{name}.kubeconfig"
        target.write_text(yaml.safe_dump(document))
        target.chmod(0o600)
        return target
