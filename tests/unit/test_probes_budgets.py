"""Disruption budgets and selectors: which budget protects which pod."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.cluster_objects import (
    LABELS,
    FixedCluster,
    budget,
    deployment,
    metadata,
    pod,
    question,
    replica_set,
)
from worker.domain.observed.pods import DisruptionBudget, PodHealth
from worker.probes.objects import selector_text
from worker.probes.pod_health import pod_health, selects

Json = dict[str, Any]


async def ask(cluster: FixedCluster, kind: str) -> PodHealth:
    answer = await pod_health(cluster, question(kind))
    assert isinstance(answer, PodHealth)
    return answer


async def test_only_budgets_that_select_these_pods() -> None:
    ours = budget("ours", {"matchLabels": LABELS}, disruptionsAllowed=0, currentHealthy=1)
    ours["spec"]["unhealthyPodEvictionPolicy"] = "AlwaysAllow"
    cluster = FixedCluster(
        Deployment=[deployment()],
        ReplicaSet=[replica_set("backend-7d9f", revision="5")],
        Pod=[pod()],
        PodDisruptionBudget=[ours, budget("other", {"matchLabels": {"app": "other"}})],
    )
    assert (await ask(cluster, "Deployment")).budgets == (
        DisruptionBudget("ours", 0, 1, 2, always_allows_unhealthy=True),
    )


async def test_a_budget_without_status_allows_nothing() -> None:
    fresh = budget("fresh", {})
    del fresh["status"]
    cluster = FixedCluster(Pod=[pod("backend", None)], PodDisruptionBudget=[fresh])
    assert (await ask(cluster, "Pod")).budgets == (DisruptionBudget("fresh", 0),)


def expression(key: str, operator: str, *values: str) -> Json:
    return {"matchExpressions": [{"key": key, "operator": operator, "values": list(values)}]}


@pytest.mark.parametrize(
    ("selector", "selected"),
    [
        (None, False),
        ({}, True),
        ({"matchLabels": {"app": "backend"}}, True),
        ({"matchLabels": {"app": "backend", "tier": "1"}}, False),
        (expression("app", "In", "backend", "frontend"), True),
        (expression("app", "In", "frontend"), False),
        (expression("app", "NotIn", "frontend"), True),
        (expression("app", "NotIn", "backend"), False),
        (expression("tier", "NotIn", "1"), True),
        (expression("app", "Exists"), True),
        (expression("tier", "Exists"), False),
        (expression("tier", "DoesNotExist"), True),
        (expression("app", "DoesNotExist"), False),
        (expression("app", "OfTheFuture"), True),
        ({"matchLabels": {"app": "backend"}, **expression("app", "NotIn", "backend")}, False),
    ],
)
def test_a_budget_selects(selector: Json | None, selected: bool) -> None:
    assert selects(budget("b", selector), pod()) == selected


def test_a_pod_without_labels() -> None:
    bare = {"metadata": metadata("bare")}
    assert selects(budget("b", {}), bare)
    assert not selects(budget("b", {"matchLabels": LABELS}), bare)


def test_a_selector_as_a_list_request_has_it() -> None:
    selector = {
        "matchLabels": {"b": "2", "a": "1"},
        "matchExpressions": [
            {"key": "c", "operator": "In", "values": ["3", "4"]},
            {"key": "d", "operator": "NotIn", "values": ["5"]},
            {"key": "e", "operator": "Exists"},
            {"key": "f", "operator": "DoesNotExist"},
        ],
    }
    text = selector_text({"spec": {"selector": selector}})
    assert text == "a=1,b=2,c in (3,4),d notin (5),e,!f"
