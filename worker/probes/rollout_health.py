"""What a workload wants and how far it is: one GET, and for a Deployment its ReplicaSets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from worker.domain.catalogue.marks import INTENT_ID, PAUSED_BY
from worker.domain.document.identity import UNDERSTOOD_KINDS
from worker.domain.observed.evidence import ContainerSpec, Gone, RolloutHealth, Unknown
from worker.domain.observed.quantity import bytes_of
from worker.domain.observed.question import Question
from worker.engine.ports import ClusterApi, Json, ObjectRef
from worker.probes.objects import (
    controller_uid,
    created_at_s,
    revision_of,
    selector_text,
    target_of,
)
from worker.probes.pod_health import pod_of


async def rollout_health(
    cluster: ClusterApi, question: Question, annotation_prefix: str
) -> RolloutHealth | Gone | Unknown:
    """Raises TransientError, PermanentError; the engine turns them into Unknown."""
    workload = question.subject.workload
    if workload is None:
        return Unknown(f"{question.subject.text} is no workload")
    kind, name = workload
    namespace = question.subject.scope
    if kind not in UNDERSTOOD_KINDS:
        return Unknown(f"workloads of kind {kind} are not understood")
    found = await cluster.get(ObjectRef(kind, namespace, name))
    if found is None:
        return Gone(f"{kind} {namespace}/{name} does not exist")
    if kind == "Pod":
        return _naked_pod(found, annotation_prefix)
    changed_at_s = await _changed_at_s(cluster, found) if kind == "Deployment" else 0.0
    return health_of(kind, found, annotation_prefix, changed_at_s)


def health_of(
    kind: str, found: Json, annotation_prefix: str, changed_at_s: float = 0.0
) -> RolloutHealth:
    """Typed evidence from the API object."""
    spec, status = found["spec"], found.get("status") or {}
    annotations = found["metadata"].get("annotations") or {}
    if kind == "DaemonSet":
        desired = status.get("desiredNumberScheduled", 0)
        updated = status.get("updatedNumberScheduled", 0)
        ready = status.get("numberReady", 0)
        available = status.get("numberAvailable", 0)
    else:
        desired = spec.get("replicas", 1)
        updated = status.get("updatedReplicas", 0)
        ready = status.get("readyReplicas", 0)
        available = status.get("availableReplicas", 0)
    strategy, paused = spec.get("updateStrategy") or {}, bool(spec.get("paused", False))
    return RolloutHealth(
        target=target_of(kind, found),
        resource_version=found["metadata"]["resourceVersion"],
        generation=found["metadata"].get("generation", 0),
        observed_generation=status.get("observedGeneration", 0),
        desired=desired,
        updated=updated,
        ready=ready,
        available=available,
        paused=paused,
        on_delete=strategy.get("type") == "OnDelete",
        revision=revision_of(found) or status.get("updateRevision", ""),
        changed_at_s=changed_at_s,
        restart_keeps=_restart_keeps(kind, spec, desired, ready),
        last_intent=annotations.get(f"{annotation_prefix}/{INTENT_ID}", ""),
        annotations=annotations,
        containers=tuple(_containers((spec.get("template") or {}).get("spec") or {})),
        total=0 if kind == "DaemonSet" else status.get("replicas", 0),
        paused_by=annotations.get(f"{annotation_prefix}/{PAUSED_BY}", "") if paused else "",
    )


def _containers(pod_spec: Json) -> Iterator[ContainerSpec]:
    """Init containers too: a sidecar is one of those, and may be killed for memory like any."""
    for field in ("containers", "initContainers"):
        for one in pod_spec.get(field) or []:
            limit = str(((one.get("resources") or {}).get("limits") or {}).get("memory", ""))
            probed = bool(one.get("readinessProbe"))
            yield ContainerSpec(one["name"], one.get("image", ""), limit, bytes_of(limit), probed)


def _restart_keeps(kind: str, spec: Json, desired: int, ready: int) -> int:
    """How many ready replicas a restart surely leaves. Source: the update strategies."""
    if kind == "Deployment":
        strategy = spec.get("strategy") or {}
        if strategy.get("type") == "Recreate":
            return 0
        rolling = strategy.get("rollingUpdate") or {}
        unavailable = _absolute(rolling.get("maxUnavailable", "25%"), desired, up=False)
        surge = _absolute(rolling.get("maxSurge", "25%"), desired, up=True)
        if unavailable == 0 and surge == 0:
            unavailable = 1
        return max(0, min(ready, desired - unavailable))
    rolling = (spec.get("updateStrategy") or {}).get("rollingUpdate") or {}
    unavailable = _absolute(rolling.get("maxUnavailable", 1), desired, up=True)
    if kind == "DaemonSet" and _absolute(rolling.get("maxSurge", 0), desired, up=True) > 0:
        return max(0, ready - unavailable)
    return max(0, ready - max(1, unavailable))


def _absolute(value: Any, total: int, *, up: bool) -> int:
    """A count, or a percentage of `total`. Only a Deployment's maxUnavailable is rounded down."""
    if isinstance(value, str) and value.endswith("%"):
        part = int(value[:-1]) * total
        return -(-part // 100) if up else part // 100
    return int(value)


def _naked_pod(found: Json, annotation_prefix: str) -> RolloutHealth:
    """A pod without a controller is its own subject: one replica that nothing replaces."""
    ready = int(pod_of(found).ready)
    annotations = found["metadata"].get("annotations") or {}
    return RolloutHealth(
        target=target_of("Pod", found),
        resource_version=found["metadata"]["resourceVersion"],
        generation=0,
        observed_generation=0,
        desired=1,
        updated=1,
        ready=ready,
        available=ready,
        paused=False,
        on_delete=True,
        revision="",
        changed_at_s=0.0,
        restart_keeps=0,
        last_intent=annotations.get(f"{annotation_prefix}/{INTENT_ID}", ""),
        annotations=annotations,
    )


async def _changed_at_s(cluster: ClusterApi, deployment: Json) -> float:
    """When the ReplicaSet of the current template was made; 0 when there is none yet."""
    metadata = deployment["metadata"]
    sets = await cluster.list(
        ObjectRef("ReplicaSet", metadata["namespace"], label_selector=selector_text(deployment))
    )
    revision = revision_of(deployment)
    return max(
        (
            created_at_s(one)
            for one in sets
            if controller_uid(one) == metadata["uid"] and revision_of(one) == revision
        ),
        default=0.0,
    )
