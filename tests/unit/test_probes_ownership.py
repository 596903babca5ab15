"""Who owns a workload's fields, read from API objects as real controllers write them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.unit.autoscaler_objects import horizontal
from tests.unit.cluster_objects import FixedCluster, deployment, pod, question
from worker.domain.document.identity import Subject, SubjectKind
from worker.domain.observed.evidence import Unknown
from worker.domain.observed.ownership import Ownership
from worker.domain.observed.question import ProbeName, Question
from worker.engine.ports import ObjectRef, PermanentError, TransientError
from worker.probes.ownership import ownership

Json = dict[str, Any]
PREFIX = "aiops.example.com"


class PartlyReadable(FixedCluster):
    """Refuses the lists of some kinds."""

    def __init__(self, refused: Mapping[str, Exception], **objects: list[Json]) -> None:
        super().__init__(**objects)
        self._refused = refused

    async def list(self, ref: ObjectRef) -> list[Json]:
        if ref.kind in self._refused:
            raise self._refused[ref.kind]
        return await super().list(ref)


async def ask(cluster: FixedCluster, kind: str = "Deployment") -> Ownership:
    found = await ownership(cluster, question(kind), PREFIX)
    assert isinstance(found, Ownership), found
    return found


async def test_a_workload_that_belongs_to_nobody() -> None:
    cluster = FixedCluster(Deployment=[deployment()])
    assert await ask(cluster) == Ownership(self_heals=False)
    assert {(ref.kind, ref.namespace, ref.name) for ref in cluster.lists} == {
        ("HorizontalPodAutoscaler", "shop", ""),
        ("ScaledObject", "shop", ""),
        ("VerticalPodAutoscaler", "shop", ""),
    }


async def test_its_metadata_is_read() -> None:
    found = deployment()
    del found["metadata"]["annotations"]
    found["metadata"] |= {
        "labels": {"app.kubernetes.io/instance": "web", "app.kubernetes.io/managed-by": "Helm"},
        "annotations": {
            "meta.helm.sh/release-name": "web", "meta.helm.sh/release-namespace": "shop",
        },
        "managedFields": [
            {"manager": "argocd-controller", "operation": "Update", "apiVersion": "apps/v1"},
            {"operation": "Update"},
        ],
        "ownerReferences": [
            {"apiVersion": "acme.io/v1", "kind": "Shop", "name": "main", "uid": "u"}
        ],
    }  # fmt: skip
    assert await ask(FixedCluster(Deployment=[found])) == Ownership(
        gitops="Argo CD application web", self_heals=None,
        operator="Shop/main", helm_release="shop/web",
    )  # fmt: skip


async def test_metadata_that_holds_nothing() -> None:
    found = deployment()
    for name in ("annotations", "labels", "ownerReferences", "managedFields"):
        found["metadata"][name] = None
    assert await ask(FixedCluster(Deployment=[found])) == Ownership(self_heals=False)


FORBIDDEN = PermanentError("list: HTTP 403")
AWAY = TransientError("list: HTTP 503 conversion webhook")


@pytest.mark.parametrize("error", [FORBIDDEN, AWAY])
async def test_what_is_unreadable_is_unknown_by_itself(error: Exception) -> None:
    objects = {"Deployment": [deployment()], "HorizontalPodAutoscaler": [horizontal()]}
    unknown = Unknown(str(error))
    found = await ask(PartlyReadable({"VerticalPodAutoscaler": error}, **objects))
    assert found.resources_owned_by == unknown
    assert found.replicas_owned_by == "HorizontalPodAutoscaler/backend"
    found = await ask(PartlyReadable({"HorizontalPodAutoscaler": error}, **objects))
    assert (found.replicas_owned_by, found.autoscaler) == (unknown, unknown)
    assert (found.resources_owned_by, found.gitops) == ("", "")
    found = await ask(PartlyReadable({"ScaledObject": error}, Deployment=[deployment()]))
    assert (found.replicas_owned_by, found.autoscaler) == (unknown, None)


async def test_a_pod_is_scaled_by_nobody() -> None:
    cluster = FixedCluster(Pod=[pod("backend", None)])
    assert await ask(cluster, "Pod") == Ownership(self_heals=False)
    assert cluster.lists == []


async def test_what_does_not_exist_is_unknown() -> None:
    answer = await ownership(FixedCluster(), question("Deployment"), PREFIX)
    assert answer == Unknown("Deployment shop/backend does not exist")


async def test_a_subject_without_workload_is_unknown() -> None:
    node = Question(ProbeName.OWNERSHIP, Subject(SubjectKind.NODE, "", "node-a"))
    assert isinstance(await ownership(FixedCluster(), node, PREFIX), Unknown)


async def test_an_unreadable_workload_is_the_engines_to_tell() -> None:
    class Away(FixedCluster):
        async def get(self, ref: ObjectRef) -> Json | None:
            raise AWAY

    with pytest.raises(TransientError):
        await ownership(Away(), question("Deployment"), PREFIX)
