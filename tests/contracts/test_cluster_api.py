"""ClusterApi on a real API server, under the shipped account and rights, and simulated.

Real: API server, rights, controllers, disruption budgets. Played by kwok: the life of containers.
"""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from tests.contracts.cases import (
    cluster_away,
    cluster_budgets,
    cluster_evictions,
    cluster_json_patches,
    cluster_others,
    cluster_patches,
    cluster_reads,
    cluster_slow,
    cluster_unwell,
    cluster_verbs,
)
from tests.contracts.observing import Note, observed
from tests.contracts.rigs.cluster import ClusterRig
from tests.contracts.rigs.lab import version
from tests.contracts.rigs.lab_cluster import LabCluster, unreachable_kubeconfig
from tests.contracts.rigs.simulated_cluster import SimulatedRig
from tests.contracts.transcripts import Transcript
from tests.lab import Lab
from tests.simulation.fakes import virtual_time
from tests.unit.manifests import AUTO, BASE, NODES, granted
from worker.adapters.simulated.rights import RESOURCES, RIGHTS

Case = Callable[[ClusterRig, Note], Awaitable[None]]

BY_MODULE = {
    "cluster_reads": cluster_reads.CASES,
    "cluster_evictions": cluster_evictions.CASES,
    "cluster_budgets": cluster_budgets.CASES,
    "cluster_patches": cluster_patches.CASES,
    "cluster_json_patches": cluster_json_patches.CASES,
    "cluster_verbs": cluster_verbs.CASES,
    "cluster_others": cluster_others.CASES,
    "cluster_unwell": cluster_unwell.CASES,
}
each = pytest.mark.parametrize(
    ("transcript", "case"),
    [
        pytest.param(Transcript(name), case, id=f"{name}/{case.__name__}")
        for name, cases in BY_MODULE.items()
        for case in cases
    ],
)
_numbers = itertools.count(1)


@pytest.fixture
async def cluster(lab: Lab, kubeconfig: Path) -> AsyncIterator[LabCluster]:
    """A namespace of its own; the workloads of the case before may still be going."""
    opened = LabCluster(lab, f"contract-{next(_numbers)}", kubeconfig)
    yield opened
    await opened.close()


@pytest.mark.e2e
@each
async def test_real_api_server(transcript: Transcript, case: Case, cluster: LabCluster) -> None:
    seen = await observed(case, cluster)
    transcript.check_or_record(case.__name__, seen, version("kube-apiserver", "kwok"))


@each
def test_fake_simulated_cluster(transcript: Transcript, case: Case) -> None:
    async def simulated() -> None:
        transcript.check_recorded(case.__name__, await observed(case, SimulatedRig()))

    virtual_time.run(simulated())


def test_simulated_rights_are_those_that_are_shipped() -> None:
    shipped = {
        (resource, verb) for _, resource, verb in granted(BASE) | granted(AUTO) | granted(NODES)
    }
    simulated = {
        (f"{RESOURCES[kind][1]}/{subresource}".rstrip("/"), verb)
        for verb, kind, subresource in RIGHTS
    }
    assert simulated == {
        (resource, verb)
        for resource, verb in shipped
        if verb != "watch" and resource != "configmaps"
    }


SLOW, AWAY = Transcript("cluster_slow"), Transcript("cluster_away")
slow = pytest.mark.parametrize("case", cluster_slow.CASES, ids=lambda case: case.__name__)
away = pytest.mark.parametrize("case", cluster_away.CASES, ids=lambda case: case.__name__)


@pytest.mark.soak
@slow
async def test_real_api_server_in_the_long_run(case: Case, cluster: LabCluster) -> None:
    SLOW.check_or_record(
        case.__name__, await observed(case, cluster), version("kube-apiserver", "kwok")
    )


@slow
def test_fake_simulated_cluster_in_the_long_run(case: Case) -> None:
    async def simulated() -> None:
        SLOW.check_recorded(case.__name__, await observed(case, SimulatedRig()))

    virtual_time.run(simulated())


@pytest.mark.e2e
@away
async def test_real_address_without_a_server(case: Case, lab: Lab, tmp_path: Path) -> None:
    cluster = LabCluster(lab, "contract-away", unreachable_kubeconfig(lab, tmp_path))
    try:
        seen = await observed(case, cluster)
    finally:
        await cluster.api.close()
    AWAY.check_or_record(case.__name__, seen, version("kube-apiserver"))


@away
def test_fake_simulated_cluster_away(case: Case) -> None:
    async def simulated() -> None:
        rig = SimulatedRig()
        rig.cluster.away = True
        AWAY.check_recorded(case.__name__, await observed(case, rig))

    virtual_time.run(simulated())
