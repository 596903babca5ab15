"""Which GitOps tool claims a workload, by the marks that the real tools leave on it."""

from __future__ import annotations

import pytest

from worker.domain.observed.gitops import SHOWN_LENGTH_MAX, Metadata, gitops_of

TRACKING, INSTANCE = "argocd.argoproj.io/tracking-id", "argocd.argoproj.io/instance"
KUSTOMIZE, HELM = "kustomize.toolkit.fluxcd.io", "helm.toolkit.fluxcd.io"
BY_FLUX = {f"{KUSTOMIZE}/name": "apps", f"{KUSTOMIZE}/namespace": "flux-system"}
BY_FLUX_HELM = {f"{HELM}/name": "web", f"{HELM}/namespace": "shop"}


def metadata(
    annotations: dict[str, str] | None = None,
    labels: dict[str, str] | None = None,
    *managers: str,
    kind: str = "Deployment",
) -> Metadata:
    return Metadata(kind, "shop", "web", annotations or {}, labels or {}, frozenset(managers))


def test_nobody_claims_it_and_nobody_puts_it_back() -> None:
    plain = metadata({"kubectl.kubernetes.io/last-applied-configuration": "{}"}, {"app": "web"})
    assert gitops_of(plain) == ("", False)


@pytest.mark.parametrize(
    ("tracking_id", "application"),
    [
        ("shop:apps/Deployment:shop/web", "shop"),
        ("argocd_shop:apps/Deployment:shop/web", "argocd_shop"),
        ("shop", "shop"),
        ("shop:", "shop"),
        ("shop:apps", "shop"),
    ],
)
def test_argo_by_its_tracking_id(tracking_id: str, application: str) -> None:
    found = gitops_of(metadata({TRACKING: tracking_id}))
    assert found == (f"Argo CD application {application}", None)


@pytest.mark.parametrize(
    "tracking_id",
    [
        "shop:kafka.strimzi.io/Kafka:shop/web",
        "shop:apps/Deployment:bank/web",
        "shop:apps/Deployment:shop/web-2",
        "shop:apps/StatefulSet:shop/web",
        "",
        ":apps/Deployment:shop/web",
    ],
)
def test_a_tracking_id_of_another_object_is_a_copy(tracking_id: str) -> None:
    assert gitops_of(metadata({TRACKING: tracking_id})) == ("", False)


def test_argo_tracks_a_pod_without_a_group() -> None:
    pod = metadata({TRACKING: "shop:/Pod:shop/web"}, kind="Pod")
    assert gitops_of(pod) == ("Argo CD application shop", None)


def test_argo_by_its_own_label() -> None:
    assert gitops_of(metadata({}, {INSTANCE: "shop"})) == ("Argo CD application shop", None)


def test_the_common_label_counts_beside_argos_manager_only() -> None:
    """Every chart sets it, and Argo CD tracked by it before version 3."""
    labels = {"app.kubernetes.io/instance": "shop"}
    assert gitops_of(metadata({}, labels, "helm", "kubectl-client-side-apply")) == ("", False)
    for manager in ("argocd-controller", "argocd-application-controller"):
        found = gitops_of(metadata({}, labels, "kube-controller-manager", manager))
        assert found == ("Argo CD application shop", None)
    assert gitops_of(metadata({}, {}, "argocd-controller")) == (
        "Argo CD application of unknown name", None,
    )  # fmt: skip


FLUX = "Flux kustomization flux-system/apps"
FLUX_ANSWERS = [
    ({}, {}, True),
    ({f"{KUSTOMIZE}/reconcile": "disabled"}, {}, False),
    ({f"{KUSTOMIZE}/reconcile": "Disabled"}, {}, False),
    ({}, {f"{KUSTOMIZE}/reconcile": "disabled"}, False),
    ({f"{KUSTOMIZE}/reconcile": "enabled"}, {}, True),
    ({f"{KUSTOMIZE}/ssa": "IfNotPresent"}, {}, None),
    ({f"{KUSTOMIZE}/ssa": "Ignore"}, {}, None),
    ({f"{KUSTOMIZE}/ssa": "Merge"}, {}, True),
    ({f"{KUSTOMIZE}/ssa": "Ignore", f"{KUSTOMIZE}/reconcile": "disabled"}, {}, False),
]


@pytest.mark.parametrize(("annotations", "labels", "heals"), FLUX_ANSWERS)
def test_flux_applies_again_unless_it_is_told_not_to(
    annotations: dict[str, str], labels: dict[str, str], heals: bool | None
) -> None:
    assert gitops_of(metadata(annotations, {**BY_FLUX, **labels})) == (FLUX, heals)


def test_flux_without_its_namespace_or_its_labels() -> None:
    by_name = metadata({}, {f"{KUSTOMIZE}/name": "apps"})
    assert gitops_of(by_name) == ("Flux kustomization apps", True)
    by_manager = metadata({}, {}, "kustomize-controller")
    assert gitops_of(by_manager) == ("Flux kustomization of unknown name", None)
    by_manager = metadata({}, {}, "helm-controller")
    assert gitops_of(by_manager) == ("Flux Helm release of unknown name", None)


def test_a_release_of_flux_says_elsewhere_whether_it_corrects_drift() -> None:
    assert gitops_of(metadata({}, BY_FLUX_HELM)) == ("Flux Helm release shop/web", None)
    left_out = metadata({f"{HELM}/driftDetection": "disabled"}, BY_FLUX_HELM)
    assert gitops_of(left_out) == ("Flux Helm release shop/web", False)


def test_of_several_that_claim_it_one_that_heals_is_enough() -> None:
    argo, both = {TRACKING: "shop:apps/Deployment:shop/web"}, {**BY_FLUX, **BY_FLUX_HELM}
    names = f"{FLUX} and Flux Helm release shop/web"
    assert gitops_of(metadata({}, both)) == (names, True)
    left = {f"{KUSTOMIZE}/reconcile": "disabled"}
    assert gitops_of(metadata(left, both)) == (names, None)
    assert gitops_of(metadata({**argo, **left}, BY_FLUX))[1] is None
    left |= {f"{HELM}/driftDetection": "disabled"}
    assert gitops_of(metadata(left, both)) == (names, False)


def test_a_foreign_text_is_short_and_on_one_line() -> None:
    text, _ = gitops_of(metadata({TRACKING: "a\nb\x1b[2J" + "x" * 10_000}))
    assert text.startswith("Argo CD application a b [2Jx")
    assert len(text) == SHOWN_LENGTH_MAX
