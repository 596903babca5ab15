"""One lab for all contract tests on real parts: started by the first that needs it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contracts.rigs.lab import (
    APP_ID,
    LAB_PARTS,
    NODES,
    OWN_NAMESPACE,
    SERVICE_ACCOUNT,
    apply_rights,
    components,
)
from tests.lab import Lab
from tests.lab.dapr import Sidecar as SidecarProcess


@pytest.fixture(scope="session")
def lab() -> Iterator[Lab]:
    with Lab.start(parts=LAB_PARTS) as started:
        for name in NODES:
            started.kubernetes.add_node(name)
        apply_rights(started)
        yield started


@pytest.fixture(scope="session")
def kubeconfig(lab: Lab) -> Path:
    """Of the shipped account, with the rights that k8s/overlays/auto grants."""
    return lab.kubernetes.service_account_kubeconfig(OWN_NAMESPACE, SERVICE_ACCOUNT)


@pytest.fixture(scope="session")
def resources(lab: Lab) -> Path:
    """The shipped components with this lab's addresses, and their topics."""
    return components(lab)


@pytest.fixture(scope="session")
def daprd(lab: Lab, resources: Path) -> SidecarProcess:
    """A sidecar without an app, for state and publishing."""
    started = lab.start_daprd(app_id=APP_ID, resources=resources)
    started.wait_outbound()
    return started
