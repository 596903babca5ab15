"""The Kubernetes API: `KubernetesApi` implements the engine's ClusterApi."""

from worker.adapters.kubernetes_api.client import KubernetesApi
from worker.adapters.kubernetes_api.paths import COLLECTION

__all__ = ["COLLECTION", "KubernetesApi"]
