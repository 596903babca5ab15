"""What a workload's template says of its containers, and who paused it."""

from __future__ import annotations

from tests.unit.cluster_objects import deployment
from worker.domain.observed.evidence import ContainerSpec
from worker.probes.rollout_health import health_of

PREFIX = "aiops-operator.io"


def test_paused_by_us() -> None:
    """Only while it is paused: a mark that outlived its pause says nothing."""
    for paused, by in ((True, "i-1"), (False, "")):
        found = deployment(spec={"paused": paused})
        found["metadata"]["annotations"][f"{PREFIX}/paused-by"] = "i-1"
        assert health_of("Deployment", found, PREFIX).paused_by == by


def test_containers_with_their_memory_limits() -> None:
    """As the text that was read, and what it amounts to; a sidecar counts, a request doesn't."""
    found = deployment()
    found["spec"]["template"]["spec"] = {
        "containers": [
            {"name": "web", "image": "web:1", "resources": {"limits": {"memory": "1.5Gi"}}},
            {"name": "bare", "resources": {"requests": {"memory": "1Gi"}}},
            {"name": "odd", "image": "odd:1", "resources": {"limits": {"memory": "lots"}}},
        ],
        "initContainers": [
            {"name": "proxy", "image": "p:1", "resources": {"limits": {"memory": "64Mi"}}}
        ],
    }
    assert health_of("Deployment", found, PREFIX).containers == (
        ContainerSpec("web", "web:1", "1.5Gi", 1536 * 2**20),
        ContainerSpec("bare", ""),
        ContainerSpec("odd", "odd:1", "lots", None),
        ContainerSpec("proxy", "p:1", "64Mi", 64 * 2**20),
    )


def test_readiness_probes() -> None:
    """Nothing else makes a container unready: another kind of probe, or an empty one, is none."""
    asked = {"httpGet": {"path": "/ready", "port": 8080}}
    found = deployment()
    found["spec"]["template"]["spec"] = {
        "containers": [
            {"name": "web", "readinessProbe": asked},
            {"name": "bare", "livenessProbe": asked, "startupProbe": asked},
            {"name": "empty", "readinessProbe": None},
        ],
        "initContainers": [{"name": "proxy", "restartPolicy": "Always", "readinessProbe": asked}],
    }
    health = health_of("Deployment", found, PREFIX)
    probes = {one.name: one.readiness_probe for one in health.containers}
    assert probes == {"web": True, "bare": False, "empty": False, "proxy": True}
    assert health.probed == 2
