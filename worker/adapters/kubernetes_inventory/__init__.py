"""Who owns which pod: `KubernetesInventory` implements the domain's Inventory."""

from worker.adapters.kubernetes_inventory.watch import KINDS, KubernetesInventory, MetadataApi

__all__ = ["KINDS", "KubernetesInventory", "MetadataApi"]
