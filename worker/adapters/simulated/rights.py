"""What the shipped account may do with the simulated cluster, and where each kind is found."""

from __future__ import annotations

RESOURCES = {
    "Pod": ("", "pods"),
    "Node": ("", "nodes"),
    "ConfigMap": ("", "configmaps"),
    "Deployment": ("apps", "deployments"),
    "ReplicaSet": ("apps", "replicasets"),
    "StatefulSet": ("apps", "statefulsets"),
    "DaemonSet": ("apps", "daemonsets"),
    "Job": ("batch", "jobs"),
    "CronJob": ("batch", "cronjobs"),
    "PodDisruptionBudget": ("policy", "poddisruptionbudgets"),
    "HorizontalPodAutoscaler": ("autoscaling", "horizontalpodautoscalers"),
    "ScaledObject": ("keda.sh", "scaledobjects"),
    "VerticalPodAutoscaler": ("autoscaling.k8s.io", "verticalpodautoscalers"),
}
"""Kind to API group and resource."""
WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet")
READ = ("Pod", "Node", "HorizontalPodAutoscaler", *WORKLOADS)
LISTED = (
    "ReplicaSet",
    "Job",
    "CronJob",
    "PodDisruptionBudget",
    "ScaledObject",
    "VerticalPodAutoscaler",
)
RIGHTS = frozenset(
    {(verb, kind, "") for verb in ("get", "list") for kind in READ}
    | {("list", kind, "") for kind in LISTED}
    | {("get", kind, "") for kind in ("ReplicaSet", "CronJob")}
    | {("patch", kind, "") for kind in ("HorizontalPodAutoscaler", "CronJob", "Node", *WORKLOADS)}
    | {("create", "Pod", "eviction")}
)
"""What k8s/overlays/nodes grants, as far as it is simulated: verb, kind, subresource."""
