"""What may be done when a workload is too small for its load: bounded steps, absolute values."""

from __future__ import annotations

from worker.domain.catalogue.descriptor import (
    ActionClass,
    Descriptor,
    Parameter,
    ParameterKind,
    Right,
    Verb,
)
from worker.domain.document.identity import SubjectKind

_KINDS = frozenset({"Deployment", "StatefulSet", "DaemonSet"})
_SCALABLE = frozenset({"Deployment", "StatefulSet"})
_PATCH_WORKLOADS = tuple(
    Right("patch", "apps", resource) for resource in ("deployments", "statefulsets", "daemonsets")
)
_MI = 1024 * 1024

CAPACITY: tuple[Descriptor, ...] = (
    Descriptor(
        Verb.SCALE,
        "Add replicas, by a bounded step.",
        ActionClass.LOW,
        SubjectKind.SERVICE,
        _SCALABLE,
        {
            "percent": Parameter(ParameterKind.PERCENT, 1, 50, 50, "largest step, at least one"),
            "ceiling": Parameter(ParameterKind.COUNT, 1, 1000, None, "never more replicas"),
        },
        undo=Verb.SCALE,
        irreversible="",
        before=("no autoscaler owns the replicas",),
        verified_by="the added replicas are ready, and the alert is quiet",
        rights=tuple(Right("patch", "apps", one) for one in ("deployments", "statefulsets")),
    ),
    Descriptor(
        Verb.RAISE_MEMORY_LIMIT,
        "Raise the memory limit of the container that was killed for it, by one bounded step.",
        ActionClass.MEDIUM,
        SubjectKind.SERVICE,
        _KINDS,
        {
            "percent": Parameter(ParameterKind.PERCENT, 1, 50, 50, "largest step"),
            "ceiling": Parameter(
                ParameterKind.BYTES, 16 * _MI, 1024 * 1024 * _MI, None, "never a higher limit"
            ),
        },
        undo=Verb.RAISE_MEMORY_LIMIT,
        irreversible="",
        before=("a container was killed for memory", "nobody else owns its resources",
                "not raised within a day"),
        verified_by="the rollout is complete, and nothing is killed for memory",
        rights=_PATCH_WORKLOADS,
        disrupts=True,
        changes_template=True,
    ),
    Descriptor(
        Verb.RAISE_HPA_MAX,
        "Raise the upper bound of a horizontal autoscaler that has reached it.",
        ActionClass.LOW,
        SubjectKind.SERVICE,
        frozenset({"HorizontalPodAutoscaler"}),
        {
            "percent": Parameter(ParameterKind.PERCENT, 1, 50, 20, "largest step, at least one"),
            "ceiling": Parameter(ParameterKind.COUNT, 1, 1000, None, "never a higher bound"),
        },
        undo=Verb.RAISE_HPA_MAX,
        irreversible="",
        before=("it stands at its bound", "it is no ScaledObject's"),
        verified_by="it wants fewer than its bound, and the alert is quiet",
        rights=(Right("patch", "autoscaling", "horizontalpodautoscalers"),),
    ),
)  # fmt: skip
