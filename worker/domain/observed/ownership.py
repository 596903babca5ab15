"""Who owns which field of a workload, so that the worker doesn't fight it.

Rules of this file. What could not be read is Unknown, field by field, and Unknown is no "nobody".
Of two signs that disagree the one that claims the field counts. Where each sign comes from is said
beside it, so that it can be looked up again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from worker.domain.document.identity import Target
from worker.domain.observed.evidence import Unknown
from worker.domain.observed.gitops import Metadata, Owner, gitops_of, shown

CORE_GROUPS = frozenset({"", "apps", "batch"})
"""API groups of Kubernetes' own workloads: an owner of one of these is no operator."""
RELEASE_NAME = "meta.helm.sh/release-name"
RELEASE_NAMESPACE = "meta.helm.sh/release-namespace"
UPDATES_NOTHING = "Off"  # the one updateMode in which a VerticalPodAutoscaler only recommends


@dataclass(frozen=True, slots=True)
class Autoscaler:
    """A HorizontalPodAutoscaler. Its status is 0 and empty until its controller has looked at it;
    `desired_replicas` stays 0 while no metric can be read (seen: `ScalingActive` is then False).

    `keda`: a ScaledObject made it and puts back what is changed in it. `last_intent` is the id of
    our own latest write to it.
    """

    target: Target
    resource_version: str
    min_replicas: int
    max_replicas: int
    current_replicas: int
    desired_replicas: int
    keda: bool = False
    last_intent: str = ""
    conditions: dict[str, str] = field(default_factory=dict)  # type and status
    scaled_object: str = ""  # its name, when `keda`

    @property
    def owner_text(self) -> str:
        """Who sets the replicas by it."""
        if self.scaled_object:
            return f"ScaledObject/{self.scaled_object}"
        return f"{self.target.kind}/{self.target.name}"


@dataclass(frozen=True, slots=True)
class VerticalAutoscaler:
    name: str
    update_mode: str


@dataclass(frozen=True, slots=True)
class Ownership:
    """Texts are for people, "" means nobody; Unknown means that nobody could be asked."""

    gitops: str = ""
    """The application, kustomization or release that it is made from; see `gitops.py`."""
    self_heals: bool | None = None
    """Whether GitOps puts back by itself what we change; None: it can't be seen on the object."""
    operator: str = ""
    """The owner of a kind that is not Kubernetes' own, such as Strimzi's `Kafka/orders`."""
    helm_release: str = ""
    """`namespace/name` of the release that an upgrade or rollback would be of."""
    replicas_owned_by: str | Unknown = ""
    resources_owned_by: str | Unknown = ""
    autoscaler: Autoscaler | Unknown | None = None
    """None: none targets it. Unknown too when several do: they fight, and no plan fits both."""


def ownership_of(
    metadata: Metadata,
    horizontal: Sequence[Autoscaler] | Unknown,
    scaled_objects: Sequence[str] | Unknown,
    vertical: Sequence[VerticalAutoscaler] | Unknown,
) -> Ownership:
    """From the workload's metadata and the autoscalers that target it (names of ScaledObjects)."""
    gitops, self_heals = gitops_of(metadata)
    return Ownership(
        gitops=gitops,
        self_heals=self_heals,
        operator=_operator(metadata.owners),
        helm_release=_helm_release(metadata),
        replicas_owned_by=_replicas_owned_by(horizontal, scaled_objects),
        resources_owned_by=_resources_owned_by(vertical),
        autoscaler=_only(horizontal),
    )


def _operator(owners: Sequence[Owner]) -> str:
    """Not only the controller: Strimzi, for one, sets owners that are none."""
    groups = [(one.api_version.rpartition("/")[0], one.text) for one in owners]
    return next((shown(text) for group, text in groups if group not in CORE_GROUPS), "")


def _helm_release(metadata: Metadata) -> str:
    """Helm marks what it installs with both annotations and adopts nothing without them. The label
    `app.kubernetes.io/managed-by: Helm` is in many charts' templates, so `helm template` writes it
    too, without any release. Source: helm, pkg/action/validate.go."""
    name = metadata.annotations.get(RELEASE_NAME, "")
    namespace = metadata.annotations.get(RELEASE_NAMESPACE, "") or metadata.namespace
    return shown(f"{namespace}/{name}") if name else ""


def _replicas_owned_by(
    horizontal: Sequence[Autoscaler] | Unknown, scaled_objects: Sequence[str] | Unknown
) -> str | Unknown:
    """A paused ScaledObject has no autoscaler and owns the replicas all the same. Source: KEDA,
    "Pause autoscaling", annotations `autoscaling.keda.sh/paused` and `…/paused-replicas`."""
    unknown = [one for one in (horizontal, scaled_objects) if isinstance(one, Unknown)]
    owners: set[str] = set()
    if not isinstance(horizontal, Unknown):
        owners |= {one.owner_text for one in horizontal}
    if not isinstance(scaled_objects, Unknown):
        owners |= {f"ScaledObject/{name}" for name in scaled_objects}
    if owners:
        return " and ".join(sorted(owners))
    return unknown[0] if unknown else ""


def _resources_owned_by(vertical: Sequence[VerticalAutoscaler] | Unknown) -> str | Unknown:
    """In every mode but `Off` new pods get other resources than their template says, so that a
    change of the template is no change. Source: kubernetes/autoscaler, `updatePolicy.updateMode`
    (Off, Initial, Recreate, InPlaceOrRecreate, Auto; when left out, it updates)."""
    if isinstance(vertical, Unknown):
        return vertical
    names = sorted(one.name for one in vertical if one.update_mode != UPDATES_NOTHING)
    return " and ".join(f"VerticalPodAutoscaler/{name}" for name in names)


def _only(horizontal: Sequence[Autoscaler] | Unknown) -> Autoscaler | Unknown | None:
    if isinstance(horizontal, Unknown):
        return horizontal
    if len(horizontal) > 1:
        names = " and ".join(sorted(one.target.name for one in horizontal))
        return Unknown(f"{names} scale the same workload; keep one of them")
    return horizontal[0] if horizontal else None
