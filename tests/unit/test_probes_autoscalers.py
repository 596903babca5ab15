"""The autoscalers of a workload: which target it, who made them, what planning needs of them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.autoscaler_objects import TARGET, horizontal, scaled_object, vertical
from tests.unit.cluster_objects import FixedCluster, deployment, question
from worker.domain.document.identity import Target
from worker.domain.observed.ownership import Autoscaler, Ownership
from worker.probes.ownership import ownership

Json = dict[str, Any]
PREFIX = "aiops.example.com"


async def ask(cluster: FixedCluster, kind: str = "Deployment") -> Ownership:
    found = await ownership(cluster, question(kind), PREFIX)
    assert isinstance(found, Ownership), found
    return found


async def test_an_autoscaler() -> None:
    ours = horizontal(annotations={f"{PREFIX}/intent-id": "i-1", "other/intent-id": "i-2"})
    others = [
        horizontal("other", {**TARGET, "name": "frontend"}),
        horizontal("another", {**TARGET, "kind": "StatefulSet"}),
    ]
    found = await ask(
        FixedCluster(Deployment=[deployment()], HorizontalPodAutoscaler=[*others, ours])
    )
    assert found.replicas_owned_by == "HorizontalPodAutoscaler/backend"
    assert found.autoscaler == Autoscaler(
        target=Target("HorizontalPodAutoscaler", "shop", "backend", "uid-backend"),
        resource_version="41",
        min_replicas=3,
        max_replicas=10,
        current_replicas=4,
        desired_replicas=0,
        keda=False,
        last_intent="i-1",
        conditions={"AbleToScale": "True", "ScalingActive": "False"},
        scaled_object="",
    )


async def test_an_autoscaler_that_nobody_has_looked_at() -> None:
    new = horizontal()
    del new["status"], new["spec"]["minReplicas"]
    found = await ask(FixedCluster(Deployment=[deployment()], HorizontalPodAutoscaler=[new]))
    assert isinstance(found.autoscaler, Autoscaler)
    assert (found.autoscaler.min_replicas, found.autoscaler.current_replicas) == (1, 0)
    assert found.autoscaler.conditions == {}


@pytest.mark.parametrize(
    ("more", "owner"),
    [
        ({"owner": ("keda.sh/v1alpha1", "ScaledObject", "queue")}, "queue"),
        ({"labels": {"scaledobject.keda.sh/name": "queue"}}, "queue"),
        (
            {
                "owner": ("keda.sh/v1alpha1", "ScaledObject", "the-whole-name"),
                "labels": {"scaledobject.keda.sh/name": "the-whole"},
            },
            "the-whole-name",
        ),
        ({"owner": ("acme.io/v1", "Shop", "main")}, ""),
    ],
)
async def test_keda_is_known_by_what_it_writes(more: Json, owner: str) -> None:
    made = horizontal("keda-hpa-queue", labels=more.get("labels", {}))
    if "owner" in more:
        version, kind, name = more["owner"]
        made["metadata"]["ownerReferences"] = [
            {"apiVersion": version, "kind": kind, "name": name, "uid": "u", "controller": True}
        ]
    found = await ask(FixedCluster(Deployment=[deployment()], HorizontalPodAutoscaler=[made]))
    assert isinstance(found.autoscaler, Autoscaler)
    assert (found.autoscaler.keda, found.autoscaler.scaled_object) == (bool(owner), owner)
    expected = f"ScaledObject/{owner}" if owner else "HorizontalPodAutoscaler/keda-hpa-queue"
    assert found.replicas_owned_by == expected


async def test_a_paused_scaled_object_names_its_workload_in_short() -> None:
    paused = scaled_object(target={"name": "backend"})
    other = scaled_object("other", {"name": "backend", "kind": "StatefulSet"})
    found = await ask(FixedCluster(Deployment=[deployment()], ScaledObject=[paused, other]))
    assert (found.replicas_owned_by, found.autoscaler) == ("ScaledObject/queue", None)


@pytest.mark.parametrize(
    ("policy", "owner"),
    [
        (None, "VerticalPodAutoscaler/fit"),
        ({}, "VerticalPodAutoscaler/fit"),
        ({"minReplicas": 2}, "VerticalPodAutoscaler/fit"),
        ({"updateMode": "Initial"}, "VerticalPodAutoscaler/fit"),
        ({"updateMode": "Off"}, ""),
    ],
)
async def test_a_vertical_autoscaler(policy: Json | None, owner: str) -> None:
    one = vertical("fit", policy)
    other = vertical("other", policy, {**TARGET, "name": "frontend"})
    found = await ask(FixedCluster(Deployment=[deployment()], VerticalPodAutoscaler=[other, one]))
    assert found.resources_owned_by == owner
