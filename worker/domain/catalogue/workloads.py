"""What may be done to the pods of a workload and to its rollout."""

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
_DEPLOYMENT = frozenset({"Deployment"})
_PATCH_WORKLOADS = tuple(
    Right("patch", "apps", resource) for resource in ("deployments", "statefulsets", "daemonsets")
)
_PATCH_DEPLOYMENT = (Right("patch", "apps", "deployments"),)

WORKLOADS: tuple[Descriptor, ...] = (
    Descriptor(
        Verb.EVICT_POD,
        "Evict one pod, so that its controller makes another, perhaps elsewhere.",
        ActionClass.MEDIUM,
        SubjectKind.SERVICE,
        frozenset({"Pod"}),
        {},
        undo=None,
        irreversible="",
        before=("it has a controller", "no disruption budget forbids it"),
        verified_by="a new pod is ready, and no container of the owner restarts",
        rights=(Right("create", "", "pods/eviction"),),
        disrupts=True,
    ),
    Descriptor(
        Verb.ROLLOUT_RESTART,
        "Restart all pods of a workload through its own rolling update.",
        ActionClass.MEDIUM,
        SubjectKind.SERVICE,
        _KINDS,
        {},
        undo=None,
        irreversible="",
        before=("no rollout is running or paused", "a ready pod stays at every moment"),
        verified_by="the rollout is complete, and every pod is ready",
        rights=_PATCH_WORKLOADS,
        disrupts=True,
        changes_template=True,
    ),
    Descriptor(
        Verb.ROLL_BACK,
        "Put the pod template of the last revision that was known to be healthy back.",
        ActionClass.MEDIUM,
        SubjectKind.SERVICE,
        _DEPLOYMENT,
        {
            "proven": Parameter(
                ParameterKind.COUNT, 1, 10080, 60,
                "minutes that a revision must have been the current one to count as proven",
            )
        },
        undo=Verb.ROLL_BACK,
        irreversible="",
        before=("an older revision was healthy", "nobody else owns the template"),
        verified_by="the older revision is fully available",
        rights=(*_PATCH_DEPLOYMENT, Right("get", "apps", "replicasets")),
        disrupts=True,
        changes_template=True,
    ),
    Descriptor(
        Verb.PAUSE_ROLLOUT,
        "Stop a failing rollout where it is, so that no further good pod is replaced.",
        ActionClass.LOW,
        SubjectKind.SERVICE,
        _DEPLOYMENT,
        {},
        undo=Verb.RESUME_ROLLOUT,
        irreversible="",
        before=("a rollout is running", "its new pods are sick"),
        verified_by="no new sick pod appears",
        rights=_PATCH_DEPLOYMENT,
    ),
    Descriptor(
        Verb.RESUME_ROLLOUT,
        "Let a rollout go on that we paused.",
        ActionClass.LOW,
        SubjectKind.SERVICE,
        _DEPLOYMENT,
        {},
        undo=Verb.PAUSE_ROLLOUT,
        irreversible="",
        before=("it was paused by us",),
        verified_by="the rollout is complete",
        rights=_PATCH_DEPLOYMENT,
    ),
)  # fmt: skip
