"""Guards of the target: is this a thing that we may touch at all?"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.unit.domain.builders import crashing, rollout
from tests.unit.domain.guard_cases import (
    Changes,
    Row,
    case_of,
    doing,
    evicting,
    never,
    no,
    planned,
    restart,
    skip,
)
from worker.domain.catalogue import Verb
from worker.domain.document.identity import Target
from worker.domain.guards.case import Guard
from worker.domain.guards.target import (
    has_controller,
    opted_out,
    owned_by_others,
    protected,
    still_there,
)
from worker.domain.observed.evidence import Gone, Unknown
from worker.domain.observed.ownership import Ownership
from worker.domain.planners.plan import Refusal
from worker.domain.story.reason import Reason

TARGET = "shop/Pod/web-1"
UNKNOWN = Unknown("timed out")
MARK = "aiops-operator.io/enabled"
OUT = never(Reason.OPTED_OUT, f"annotation {MARK} on its workload")
NAMELESS = replace(planned(Verb.EVICT_POD), target=Target("Pod", "shop", "web-1", ""))


def owned(verb: Verb, **ownership: Any) -> Changes:
    return {"plan": doing(verb), "ownership": replace(Ownership(), **ownership)}


def theirs(who: str) -> Refusal:
    return skip(Reason.OWNED_BY_OTHERS, f"{who} would put it back")


UNSEEN = no(Reason.EVIDENCE_UNKNOWN, "ownership: timed out")

TABLE: list[Row] = [
    (still_there, "there", {}, None),
    (still_there, "its workload is gone", {"rollout": Gone("no web")},
     never(Reason.TARGET_GONE, TARGET)),
    (still_there, "only a name, and names are reused", {"plan": NAMELESS},
     never(Reason.TARGET_GONE, TARGET)),
    (protected, "an ordinary namespace", {}, None),
    (protected, "its namespace", {"protected_namespaces": frozenset({"shop"})},
     never(Reason.PROTECTED, "namespace shop")),
    (protected, "its workload", {"protected_workloads": frozenset({"shop/Deployment/web"})},
     never(Reason.PROTECTED, TARGET)),
    (protected, "the pod itself", {"protected_workloads": frozenset({TARGET})},
     never(Reason.PROTECTED, TARGET)),
    (protected, "another one's", {"protected_workloads": frozenset({"shop/Deployment/we"})}, None),
    (opted_out, "no annotation", {}, None),
    (opted_out, "said true", {"rollout": rollout(annotations={MARK: "true"})}, None),
    (opted_out, "said false", {"rollout": rollout(annotations={MARK: "false"})}, OUT),
    (opted_out, "said something else", {"rollout": rollout(annotations={MARK: "yes"})}, OUT),
    (opted_out, "another prefix", {"rollout": rollout(annotations={"x.io/enabled": "no"})}, None),
    (opted_out, "unknown", {"rollout": UNKNOWN}, no(Reason.TARGET_UNKNOWN)),
    (opted_out, "gone", {"rollout": Gone("web")}, no(Reason.TARGET_UNKNOWN)),
    (has_controller, "controlled", {}, None),
    (has_controller, "bare", {"plan": evicting(crashing(controlled=False))},
     never(Reason.NO_CONTROLLER, TARGET)),
    (has_controller, "no pod is touched", {"plan": restart()}, None),
    (owned_by_others, "nobody's", {}, None),
    (owned_by_others, "nobody's, and its field is set", owned(Verb.SCALE), None),
    (owned_by_others, "unknown", {"ownership": UNKNOWN}, UNSEEN),
    (owned_by_others, "an eviction changes no field",
     owned(Verb.EVICT_POD, operator="Kafka/orders", gitops="shop", replicas_owned_by="HPA"), None),
    (owned_by_others, "an operator restarts its own",
     owned(Verb.ROLLOUT_RESTART, operator="Kafka/orders"), theirs("Kafka/orders")),
    (owned_by_others, "GitOps keeps no restart away",
     owned(Verb.ROLLOUT_RESTART, gitops="Application/shop", self_heals=True), None),
    (owned_by_others, "GitOps heals itself",
     owned(Verb.ROLL_BACK, gitops="Application/shop", self_heals=True), theirs("Application/shop")),
    (owned_by_others, "whether GitOps heals itself can't be seen",
     owned(Verb.ROLL_BACK, gitops="Application/shop"), theirs("Application/shop")),
    (owned_by_others, "GitOps only shows it",
     owned(Verb.ROLL_BACK, gitops="Application/shop", self_heals=False), None),
    (owned_by_others, "the first owner is told",
     owned(Verb.SCALE, operator="Kafka/orders", replicas_owned_by="HPA"), theirs("Kafka/orders")),
    (owned_by_others, "its autoscaler owns the replicas",
     owned(Verb.SCALE, replicas_owned_by="HPA"), theirs("HPA")),
    (owned_by_others, "which the autoscaler's own bound is not",
     owned(Verb.RAISE_HPA_MAX, replicas_owned_by="HPA"), None),
    (owned_by_others, "whether one owns the replicas is not known",
     owned(Verb.SCALE, replicas_owned_by=UNKNOWN), UNSEEN),
    (owned_by_others, "which matters to nothing else",
     owned(Verb.ROLL_BACK, replicas_owned_by=UNKNOWN, resources_owned_by=UNKNOWN), None),
    (owned_by_others, "a vertical autoscaler owns the resources",
     owned(Verb.RAISE_MEMORY_LIMIT, resources_owned_by="VPA"), theirs("VPA")),
    (owned_by_others, "whether one owns the resources is not known",
     owned(Verb.RAISE_MEMORY_LIMIT, resources_owned_by=UNKNOWN), UNSEEN),
    (owned_by_others, "resources are no replicas",
     owned(Verb.SCALE, resources_owned_by="VPA"), None),
]  # fmt: skip


@pytest.mark.parametrize(
    ("guard", "changes", "expected"),
    [
        pytest.param(guard, changes, expected, id=f"{guard.__name__}: {words}")
        for guard, words, changes, expected in TABLE
    ],
)
def test_guard_of_the_target(guard: Guard, changes: Changes, expected: Refusal | None) -> None:
    assert guard(case_of(**changes)) == expected
