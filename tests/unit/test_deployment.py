"""The manifests keep their promises: no door that isn't named.

That the API server takes them is shown by the end-to-end tests.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
import yaml

from tests.unit.manifests import (
    AUTO,
    BASE,
    COMPONENTS,
    NAMESPACE,
    NODES,
    ROOT,
    container,
    only,
    pod_template,
)
from worker.settings import Settings


@pytest.mark.parametrize("folder", [BASE, AUTO, NODES, COMPONENTS], ids=lambda path: path.name)
def test_every_manifest_is_listed(folder: Path) -> None:
    listed = yaml.safe_load((folder / "kustomization.yaml").read_text())["resources"]
    files = {path.name for path in folder.glob("*.yaml")} - {"kustomization.yaml"}
    assert files == {name for name in listed if "/" not in name}
    for name in listed:
        assert (folder / name).exists(), name


def test_pod_is_restricted() -> None:
    enforce = only(BASE, "Namespace", NAMESPACE)["metadata"]["labels"]
    assert enforce["pod-security.kubernetes.io/enforce"] == "restricted"
    pod = pod_template()["spec"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert container()["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert not {"hostNetwork", "hostPID", "hostIPC"} & pod.keys()
    assert all("hostPath" not in volume for volume in pod["volumes"])


def test_sidecar_and_settings_agree() -> None:
    annotations = pod_template()["metadata"]["annotations"]
    fields = Settings.model_fields
    assert annotations["dapr.io/app-port"] == str(fields["sidecar_port"].default)
    assert annotations["dapr.io/app-protocol"] == "http"
    assert annotations["dapr.io/enable-app-health-check"] == "true"
    ports = {port["name"]: port["containerPort"] for port in container()["ports"]}
    assert ports == {"people": fields["people_port"].default}


def test_ends_after_sidecar_and_drain() -> None:
    annotations = pod_template()["metadata"]["annotations"]
    block_s = int(annotations["dapr.io/block-shutdown-duration"].removesuffix("s"))
    graceful_s = int(annotations["dapr.io/graceful-shutdown-seconds"])
    drain_s = Settings.model_fields["drain_s"].default
    grace_s = pod_template()["spec"]["terminationGracePeriodSeconds"]
    assert grace_s > block_s + graceful_s + drain_s


def test_liveness_does_not_depend_on_the_sidecar() -> None:
    probes = {name: container()[f"{name}Probe"]["httpGet"] for name in ("startup", "liveness")}
    assert {probe["path"] for probe in probes.values()} == {"/livez"}
    assert container()["readinessProbe"]["httpGet"] == {"path": "/readyz", "port": "people"}


def test_every_variable_is_a_setting() -> None:
    """A misspelt variable would be ignored in silence."""
    known = {f"AIOPS_{name.upper()}" for name in Settings.model_fields}
    known |= {str(field.validation_alias) for field in Settings.model_fields.values()}
    named = {variable["name"] for variable in container()["env"]}
    assert named | set(only(BASE, "ConfigMap", "aiops-settings")["data"]) <= known


def test_no_service_becomes_a_variable() -> None:
    """A Service named aiops-people would be AIOPS_PEOPLE_PORT=tcp://…, a setting's name."""
    assert pod_template()["spec"]["enableServiceLinks"] is False


def test_settings_of_the_base_are_valid(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in only(BASE, "ConfigMap", "aiops-settings")["data"].items():
        monkeypatch.setenv(name, value)
    assert Settings().mode == "observe"


def test_no_secret_is_in_a_manifest() -> None:
    for path in (ROOT / "k8s").rglob("*.yaml"):
        assert "kind: Secret\n" not in path.read_text(), path.name
    for variable in container()["env"]:
        if variable["name"].endswith("TOKEN"):
            assert "secretKeyRef" in variable["valueFrom"], variable["name"]


def test_image_runs_as_nobody_and_writes_nowhere() -> None:
    text = (ROOT / "Dockerfile").read_text()
    stages = text.split("\nFROM ")[1:]
    assert len(stages) == 2
    assert {stage.split()[0] for stage in stages} == {"python:3.11.14-slim-bookworm"}
    user = str(pod_template()["spec"]["securityContext"]["runAsUser"])
    assert f"USER {user}:{user}" in stages[1]
    (command,) = [line for line in stages[1].splitlines() if line.startswith("CMD ")]
    assert ast.literal_eval(command.removeprefix("CMD ")) == ["python", "-m", "worker"]
    assert text.count("--require-hashes") == text.count("pip install --require-hashes") == 2
