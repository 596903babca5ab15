"""Who owns which field: each by itself, and never "nobody" where nobody could be asked."""

from __future__ import annotations

from dataclasses import replace

import pytest

from worker.domain.document.identity import Target
from worker.domain.observed.evidence import Unknown
from worker.domain.observed.gitops import Metadata, Owner
from worker.domain.observed.ownership import Autoscaler, Ownership, VerticalAutoscaler, ownership_of

PLAIN = Metadata("Deployment", "shop", "web", {}, {})
UNREADABLE = Unknown("list: HTTP 403")
CPU = Autoscaler(
    Target("HorizontalPodAutoscaler", "shop", "web", "uid-web"), "7", 2, 10, 3, 4,
    conditions={"AbleToScale": "True"},
)  # fmt: skip
BY_KEDA = replace(
    CPU, target=replace(CPU.target, name="keda-hpa-queue"), keda=True, scaled_object="queue"
)


def test_nobody_owns_what_nobody_claims() -> None:
    assert ownership_of(PLAIN, (), (), ()) == Ownership(
        gitops="", self_heals=False, operator="", helm_release="",
        replicas_owned_by="", resources_owned_by="", autoscaler=None,
    )  # fmt: skip


def test_gitops_is_told_with_its_healing() -> None:
    labels = {"kustomize.toolkit.fluxcd.io/name": "apps"}
    found = ownership_of(replace(PLAIN, labels=labels), (), (), ())
    assert (found.gitops, found.self_heals) == ("Flux kustomization apps", True)


@pytest.mark.parametrize(
    ("owners", "operator"),
    [
        ((), ""),
        ((Owner("apps/v1", "ReplicaSet", "web-1"),), ""),
        ((Owner("batch/v1", "CronJob", "nightly"),), ""),
        ((Owner("v1", "Node", "node-a"),), ""),
        ((Owner("kafka.strimzi.io/v1", "Kafka", "orders"),), "Kafka/orders"),
        ((Owner("apps.example.com/v1", "Deployment", "web"),), "Deployment/web"),
        (
            (Owner("v1", "ConfigMap", "a"), Owner("acme.io/v1", "Shop", "b")), "Shop/b",
        ),
    ],
)  # fmt: skip
def test_an_operator_is_an_owner_of_a_foreign_kind(
    owners: tuple[Owner, ...], operator: str
) -> None:
    assert ownership_of(replace(PLAIN, owners=owners), (), (), ()).operator == operator


def test_a_release_is_known_by_helms_annotations_not_by_the_label() -> None:
    label = {"app.kubernetes.io/managed-by": "Helm"}
    by_template = replace(PLAIN, labels=label)
    assert ownership_of(by_template, (), (), ()).helm_release == ""
    named = {"meta.helm.sh/release-name": "frontend"}
    installed = replace(PLAIN, labels=label, annotations=named)
    assert ownership_of(installed, (), (), ()).helm_release == "shop/frontend"
    elsewhere = {**named, "meta.helm.sh/release-namespace": "releases"}
    installed = replace(installed, annotations=elsewhere)
    assert ownership_of(installed, (), (), ()).helm_release == "releases/frontend"


REPLICAS = [
    ("an autoscaler", (CPU,), (), "HorizontalPodAutoscaler/web"),
    ("KEDA's own", (BY_KEDA,), ("queue",), "ScaledObject/queue"),
    ("KEDA's, of which the list is unreadable", (BY_KEDA,), UNREADABLE, "ScaledObject/queue"),
    ("KEDA's, paused: it has none", (), ("queue",), "ScaledObject/queue"),
    ("KEDA's, while autoscalers are unreadable", UNREADABLE, ("queue",), "ScaledObject/queue"),
    ("one of each", (CPU,), ("queue",), "HorizontalPodAutoscaler/web and ScaledObject/queue"),
    ("no autoscaler, but perhaps a paused object", (), UNREADABLE, UNREADABLE),
    ("no object, but perhaps an autoscaler", UNREADABLE, (), UNREADABLE),
    ("nothing is known", Unknown("first"), UNREADABLE, Unknown("first")),
]


@pytest.mark.parametrize(
    ("horizontal", "scaled_objects", "owner"),
    [row[1:] for row in REPLICAS],
    ids=[row[0] for row in REPLICAS],
)
def test_who_sets_the_replicas(
    horizontal: tuple[Autoscaler, ...] | Unknown,
    scaled_objects: tuple[str, ...] | Unknown,
    owner: str | Unknown,
) -> None:
    found = ownership_of(PLAIN, horizontal, scaled_objects, ())
    assert found.replicas_owned_by == owner
    assert found.resources_owned_by == "", "one field's trouble is not the other's"


def test_the_autoscaler_is_there_for_planning() -> None:
    assert ownership_of(PLAIN, (CPU,), (), ()).autoscaler == CPU
    assert ownership_of(PLAIN, (), ("queue",), ()).autoscaler is None
    assert ownership_of(PLAIN, UNREADABLE, ("queue",), ()).autoscaler == UNREADABLE


def test_two_autoscalers_are_none_to_plan_with() -> None:
    other = replace(CPU, target=replace(CPU.target, name="memory"))
    found = ownership_of(PLAIN, (CPU, other), (), ())
    assert found.autoscaler == Unknown("memory and web scale the same workload; keep one of them")
    names = "HorizontalPodAutoscaler/memory and HorizontalPodAutoscaler/web"
    assert found.replicas_owned_by == names


@pytest.mark.parametrize(
    ("modes", "owner"),
    [
        ([], ""),
        (["Off"], ""),
        (["Initial"], "VerticalPodAutoscaler/a"),
        (["Recreate"], "VerticalPodAutoscaler/a"),
        (["InPlaceOrRecreate"], "VerticalPodAutoscaler/a"),
        (["Auto"], "VerticalPodAutoscaler/a"),
        (["SomethingNew"], "VerticalPodAutoscaler/a"),
        (["Off", "Auto"], "VerticalPodAutoscaler/b"),
        (["Auto", "Auto"], "VerticalPodAutoscaler/a and VerticalPodAutoscaler/b"),
    ],
)
def test_a_vertical_autoscaler_owns_resources_unless_it_only_recommends(
    modes: list[str], owner: str
) -> None:
    vertical = [VerticalAutoscaler(name, mode) for name, mode in zip("ab", modes, strict=False)]
    assert ownership_of(PLAIN, (), (), vertical).resources_owned_by == owner


def test_vertical_autoscalers_that_cannot_be_read() -> None:
    found = ownership_of(PLAIN, (CPU,), (), UNREADABLE)
    assert found.resources_owned_by == UNREADABLE
    assert found.replicas_owned_by == "HorizontalPodAutoscaler/web"
