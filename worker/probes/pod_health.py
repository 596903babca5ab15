"""The pods of a workload, each container of them, and the budgets that protect them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from worker.domain.observed.evidence import Unknown
from worker.domain.observed.pods import Container, DisruptionBudget, Pod, PodHealth
from worker.domain.observed.question import Question
from worker.engine.ports import ClusterApi, Json, ObjectRef
from worker.probes.objects import controller_uid, created_at_s, selector_text, target_of


async def pod_health(cluster: ClusterApi, question: Question) -> PodHealth | Unknown:
    """Raises TransientError, PermanentError; the engine turns them into Unknown."""
    workload = question.subject.workload
    if workload is None:
        return Unknown(f"{question.subject.text} is no workload")
    kind, name = workload
    namespace = question.subject.scope
    found = await cluster.get(ObjectRef(kind, namespace, name))
    if found is None:
        return PodHealth(())
    pods = [found] if kind == "Pod" else await _pods(cluster, kind, found)
    budgets = await cluster.list(ObjectRef("PodDisruptionBudget", namespace))
    return PodHealth(
        tuple(pod_of(pod) for pod in pods),
        tuple(budget_of(one) for one in budgets if any(selects(one, pod) for pod in pods)),
    )


async def _pods(cluster: ClusterApi, kind: str, workload: Json) -> list[Json]:
    """Pods by the workload's selector whose controllers lead to this very workload."""
    namespace, uid = workload["metadata"]["namespace"], workload["metadata"]["uid"]
    selector = selector_text(workload)
    owners = {uid}
    if kind == "Deployment":
        sets = await cluster.list(ObjectRef("ReplicaSet", namespace, label_selector=selector))
        owners = {one["metadata"]["uid"] for one in sets if controller_uid(one) == uid}
    pods = await cluster.list(ObjectRef("Pod", namespace, label_selector=selector))
    return [pod for pod in pods if controller_uid(pod) in owners]


def pod_of(found: Json) -> Pod:
    """Typed evidence from the API object."""
    metadata, spec, status = found["metadata"], found["spec"], found.get("status") or {}
    started = {one["name"]: one for one in status.get("containerStatuses") or []}
    containers = [_container(one["name"], started.get(one["name"])) for one in spec["containers"]]
    conditions = {one["type"]: one["status"] for one in status.get("conditions") or []}
    return Pod(
        target=target_of("Pod", found),
        resource_version=metadata["resourceVersion"],
        node=spec.get("nodeName", ""),
        phase=status.get("phase", "Unknown"),
        created_at_s=created_at_s(found),
        terminating="deletionTimestamp" in metadata,
        controlled=bool(controller_uid(found)),
        containers=(*containers, *_init_containers(spec, status)),
        serving=conditions.get("Ready", "True") == "True",
    )


def _init_containers(spec: Json, status: Json) -> Iterator[Container]:
    """Those that never end (sidecars), and those that have begun and not ended well."""
    started = {one["name"]: one for one in status.get("initContainerStatuses") or []}
    for one in spec.get("initContainers") or []:
        found = started.get(one["name"])
        ended = ((found or {}).get("state") or {}).get("terminated") or {}
        if one.get("restartPolicy") == "Always" or (found and ended.get("exitCode") != 0):
            yield _container(one["name"], found)


def _container(name: str, status: Json | None) -> Container:
    if status is None:
        return Container(name=name, ready=False, restarts=0)
    state = status.get("state") or {}
    last = state.get("terminated") or (status.get("lastState") or {}).get("terminated") or {}
    return Container(
        name=name,
        ready=bool(status.get("ready")),
        restarts=int(status.get("restartCount", 0)),
        waiting_reason=(state.get("waiting") or {}).get("reason", ""),
        last_exit_code=last.get("exitCode"),
        last_exit_reason=last.get("reason", ""),
    )


def budget_of(found: Json) -> DisruptionBudget:
    status = found.get("status") or {}
    return DisruptionBudget(
        name=found["metadata"]["name"],
        disruptions_allowed=status.get("disruptionsAllowed", 0),
        current_healthy=status.get("currentHealthy", 0),
        desired_healthy=status.get("desiredHealthy", 0),
        always_allows_unhealthy=(found["spec"].get("unhealthyPodEvictionPolicy") == "AlwaysAllow"),
    )


def selects(budget: Json, pod: Json) -> bool:
    """Whether the budget's selector matches; an empty one selects every pod of its namespace."""
    selector = budget["spec"].get("selector")
    if selector is None:
        return False
    labels: dict[str, Any] = pod["metadata"].get("labels") or {}
    if any(labels.get(k) != v for k, v in (selector.get("matchLabels") or {}).items()):
        return False
    return all(_holds(one, labels) for one in selector.get("matchExpressions") or [])


def _holds(expression: Json, labels: dict[str, Any]) -> bool:
    key, values = expression["key"], expression.get("values") or []
    match expression["operator"]:
        case "In":
            return labels.get(key) in values
        case "NotIn":
            return labels.get(key) not in values
        case "Exists":
            return key in labels
        case "DoesNotExist":
            return key not in labels
    return True  # an operator of the future: count the budget rather than overlook it
