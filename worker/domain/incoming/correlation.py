"""Which subject an alert belongs to, and which cause it speaks of.

Labels look a target up in the inventory; they never name it. Whatever the inventory doesn't know
belongs to `unresolved/<namespace>`, where it is handed to a human instead of being guessed.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from worker.domain.document.identity import NODE_ALERT, STORM_ALERT, Subject, SubjectKind, Target

CAUSE_LENGTH_MAX = 64  # characters

# Alerts that speak of the same thing share a cause, and so an incident.
CAUSE_OF_ALERT: Mapping[str, str] = {
    "KubePodCrashLooping": "crash_loop",
    "PodRestarting": "crash_loop",
    "KubePodNotReady": "not_ready",
    "KubeDeploymentReplicasMismatch": "not_ready",
    "KubeStatefulSetReplicasMismatch": "not_ready",
    STORM_ALERT: "storm",  # the worker's own, about all that is sick at once
    "KubeContainerWaiting": "container_waiting",
    "KubeDeploymentRolloutStuck": "rollout_stuck",
    "KubeStatefulSetUpdateNotRolledOut": "rollout_stuck",
    "KubeJobFailed": "job_failed",
    "KubeHpaMaxedOut": "hpa_maxed",
    "KubeNodeNotReady": "node_not_ready",
    "KubeNodeUnreachable": "node_not_ready",
    "KubeNodeReadinessFlapping": "node_not_ready",
    NODE_ALERT: "node_not_ready",  # the worker's own, when several services are sick on it
    "HighErrorRate": "error_rate",
    "HighMemoryUsage": "memory_high",
    "KafkaConsumerLag": "consumer_lag",
}

WORKLOAD_LABELS: Mapping[str, str] = {
    "deployment": "Deployment",
    "statefulset": "StatefulSet",
    "daemonset": "DaemonSet",
    "job_name": "Job",
    "cronjob": "CronJob",
    "horizontalpodautoscaler": "HorizontalPodAutoscaler",
}

BELONG_TO_OTHERS = frozenset({"Job", "HorizontalPodAutoscaler"})
"""A Job's trouble is its CronJob's, an autoscaler's that of the workload that it scales."""

NODE_ALERTS = frozenset({"KubeNodeNotReady", "KubeNodeUnreachable", "KubeNodeReadinessFlapping"})
"""They speak of their node. Their namespace and pod are those of the exporter that reported it:
a node has none, and Prometheus then fills in what it scraped."""


class Inventory(Protocol):
    """What the cluster consists of, as last seen; answers at once, from memory."""

    def owner_of_pod(self, namespace: str, pod: str) -> Target | None:
        """The top of the pod's owner chain; the pod itself when nothing controls it."""

    def owner_of(self, namespace: str, kind: str, name: str) -> Target | None:
        """Whose a Job or an autoscaler is: the top of a Job's owner chain, itself when nothing
        controls it; the workload that an autoscaler scales, when it exists."""

    def workload(self, namespace: str, kind: str, name: str) -> Target | None:
        """The workload of that name, when it exists."""

    def services(self) -> int | None:
        """How many workloads there are; None while that is not known."""


@dataclass(frozen=True, slots=True)
class Correlation:
    subject: Subject
    cause: str


def correlate(name: str, labels: Mapping[str, str], inventory: Inventory) -> Correlation:
    """Subject and cause of an alert (or an ops-event) with these labels."""
    return Correlation(subject_of(labels, inventory), cause_of(name))


def subject_of(labels: Mapping[str, str], inventory: Inventory) -> Subject:
    """The most exact label that the inventory knows decides: pod, workload, node."""
    namespace, node = labels.get("namespace", ""), labels.get("node", "")
    if node and labels.get("alertname", "") in NODE_ALERTS:
        return Subject(SubjectKind.NODE, "", node)
    if namespace:
        owner = _owner(namespace, labels, inventory)
        if owner is not None:
            return Subject(SubjectKind.SERVICE, owner.namespace, f"{owner.kind}/{owner.name}")
        return Subject(SubjectKind.UNRESOLVED, namespace, "")
    if node:
        return Subject(SubjectKind.NODE, "", node)
    return Subject(SubjectKind.UNRESOLVED, "", "")


def _owner(namespace: str, labels: Mapping[str, str], inventory: Inventory) -> Target | None:
    pod = labels.get("pod", "")
    owner = inventory.owner_of_pod(namespace, pod) if pod else None
    if owner is not None:
        return owner
    for label, kind in WORKLOAD_LABELS.items():
        if name := labels.get(label, ""):
            look_up = inventory.owner_of if kind in BELONG_TO_OTHERS else inventory.workload
            return look_up(namespace, kind, name)
    return None


def cause_of(alert_name: str) -> str:
    """A known cause, else one of the alert's own: unknown alerts never share an incident."""
    known = CAUSE_OF_ALERT.get(alert_name)
    if known is not None:
        return known
    plain = re.sub(r"[^a-zA-Z0-9_]", "_", alert_name)[:CAUSE_LENGTH_MAX]
    if plain == alert_name:
        return f"alert_{plain}"
    return f"alert_{plain}_{hashlib.sha256(alert_name.encode()).hexdigest()[:8]}"
