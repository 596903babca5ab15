"""Which GitOps tool a workload is made by, and whether it puts back what others change.

Only the workload itself is read, so that Argo CD's and Helm's answer to the second question, which
stands in objects of their own, is not known here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

ARGO_TRACKING_ID = "argocd.argoproj.io/tracking-id"
ARGO_INSTANCE = "argocd.argoproj.io/instance"
INSTANCE = "app.kubernetes.io/instance"
FLUX_KUSTOMIZE = "kustomize.toolkit.fluxcd.io"
FLUX_HELM = "helm.toolkit.fluxcd.io"
APPLIED_ONCE = frozenset({"ifnotpresent", "ignore"})
SHOWN_LENGTH_MAX = 253  # characters of a foreign text; names in Kubernetes are not longer

ARGO_MANAGERS = frozenset({"argocd-controller", "argocd-application-controller"})
KUSTOMIZE_MANAGER, HELM_MANAGER = "kustomize-controller", "helm-controller"

Claim = tuple[str, bool | None]
"""Who claims it, and whether that one puts back by itself what we change (None: not known)."""


@dataclass(frozen=True, slots=True)
class Owner:
    """One entry of `metadata.ownerReferences`."""

    api_version: str
    kind: str
    name: str

    @property
    def text(self) -> str:
        return f"{self.kind}/{self.name}"


@dataclass(frozen=True, slots=True)
class Metadata:
    """What an object's metadata tells; `managers` are the names in `managedFields`."""

    kind: str
    namespace: str
    name: str
    annotations: Mapping[str, str]
    labels: Mapping[str, str]
    managers: frozenset[str] = frozenset()
    owners: tuple[Owner, ...] = ()


def gitops_of(metadata: Metadata) -> Claim:
    """All that claim it, "" when nobody does, which puts nothing back."""
    claims = [
        one for one in (_argo(metadata), _flux(metadata), _flux_helm(metadata)) if one is not None
    ]
    heals = [heals for _, heals in claims]
    known = True if True in heals else None if None in heals else False
    return " and ".join(shown(text) for text, _ in claims), known


def shown(text: str) -> str:
    """A foreign text for people: bounded and on one line."""
    return "".join(one if one.isprintable() else " " for one in text[:SHOWN_LENGTH_MAX])


def _argo(metadata: Metadata) -> Claim | None:
    """The tracking id is `application:group/Kind:namespace/name`; one that names another object was
    copied by that object's operator and claims nothing. Before Argo CD 3 the label is the default:
    its own one, or the common `app.kubernetes.io/instance`, which counts only beside Argo CD's
    field manager since every chart sets it. `syncPolicy.automated.selfHeal` stands in the
    Application. Source: Argo CD, "Resource tracking", util/argo/resource_tracking.go."""
    application, _, tracked = metadata.annotations.get(ARGO_TRACKING_ID, "").partition(":")
    named = tracked.partition("/")[2]
    this = f"{metadata.kind}:{metadata.namespace}/{metadata.name}"
    if application and named in ("", this):  # in doubt it claims
        return f"Argo CD application {application}", None
    application = metadata.labels.get(ARGO_INSTANCE, "")
    if not application and metadata.managers & ARGO_MANAGERS:
        application = metadata.labels.get(INSTANCE, "") or "of unknown name"
    return (f"Argo CD application {application}", None) if application else None


def _flux(metadata: Metadata) -> Claim | None:
    """Applied again at every interval, unless `reconcile: disabled` stands on the object itself.
    `ssa: IfNotPresent` counts only in the source, which isn't read. Source: Flux, "Kustomization",
    "Controlling the apply behavior of resources"."""
    name = _named(metadata, FLUX_KUSTOMIZE)
    if not name:
        applied = KUSTOMIZE_MANAGER in metadata.managers  # once at least
        return ("Flux kustomization of unknown name", None) if applied else None
    if "disabled" in _values(metadata, f"{FLUX_KUSTOMIZE}/reconcile"):
        return f"Flux kustomization {name}", False
    once = bool(APPLIED_ONCE & _values(metadata, f"{FLUX_KUSTOMIZE}/ssa"))
    return f"Flux kustomization {name}", None if once else True


def _flux_helm(metadata: Metadata) -> Claim | None:
    """Whether drift is corrected stands in the HelmRelease (`spec.driftDetection.mode`); an object
    may be left out of it. Source: Flux, "HelmRelease", "Drift detection"."""
    name = _named(metadata, FLUX_HELM)
    if not name:
        applied = HELM_MANAGER in metadata.managers
        return ("Flux Helm release of unknown name", None) if applied else None
    left_out = "disabled" in _values(metadata, f"{FLUX_HELM}/driftDetection")
    return f"Flux Helm release {name}", False if left_out else None


def _named(metadata: Metadata, prefix: str) -> str:
    name, namespace = (metadata.labels.get(f"{prefix}/{key}", "") for key in ("name", "namespace"))
    return f"{namespace}/{name}" if name and namespace else name


def _values(metadata: Metadata, key: str) -> set[str]:
    """Flux reads such a word from annotations and labels alike, whatever its case."""
    return {where[key].lower() for where in (metadata.annotations, metadata.labels) if key in where}
