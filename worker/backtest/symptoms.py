"""What an alert lets us assume of the pods of its service: the recording has seen none of them.

Rules of this file: an alert about load says nothing against a pod; one about a pod, or about pods
that are missing, is taken at its word for as long as it fires.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from worker.domain.incoming.alert import Alert
from worker.domain.incoming.correlation import cause_of
from worker.domain.observed.pods import Container
from worker.domain.planners.symptom import KILLED_FOR_MEMORY

CRASHES_ASSUMED = 5  # restarts of a crashing container: any number says the same
CRASHES_SHOW_S = 120.0  # a new pod has crashed often enough by then to be seen in a crash loop


class Symptom(StrEnum):
    """How a pod is sick, the worst one first."""

    CRASHES = "crashes"
    WAITS = "waits"
    UNREADY = "unready"


SYMPTOM_OF_CAUSE: Mapping[str, Symptom] = {
    "crash_loop": Symptom.CRASHES,
    "container_waiting": Symptom.WAITS,
    "not_ready": Symptom.UNREADY,
    "rollout_stuck": Symptom.UNREADY,
}
WELL_ALL_THE_SAME = frozenset(
    {"error_rate", "memory_high", "consumer_lag", "hpa_maxed", "job_failed", "storm"}
)
LOAD_ALERTS = frozenset({"CPUThrottlingHigh", "KubeHpaReplicasMismatch", "KubeQuotaExceeded"})
MEMORY_ALERTS = frozenset({"KubeContainerOOMKilled", "ContainerOOMKilled", "PodOOMKilled"})


def symptom_of(alert: Alert) -> Symptom | None:
    """The symptom; None when the pods may all be well. An alert that we don't know is about a pod
    when it names one."""
    cause = cause_of(alert.name)
    if killed_for_memory(alert):
        return Symptom.CRASHES
    known = SYMPTOM_OF_CAUSE.get(cause)
    if known is not None:
        return known
    if cause in WELL_ALL_THE_SAME or alert.name in LOAD_ALERTS:
        return None
    return Symptom.UNREADY if alert.labels.get("pod") else None


def killed_for_memory(alert: Alert) -> bool:
    return alert.name in MEMORY_ALERTS or alert.labels.get("reason") == KILLED_FOR_MEMORY


def sick_container(symptom: Symptom, alert: Alert) -> Container:
    """The container of a pod with this symptom."""
    name = alert.labels.get("container") or "app"
    match symptom:
        case Symptom.CRASHES:
            killed = killed_for_memory(alert)
            return Container(
                name, False, CRASHES_ASSUMED, "CrashLoopBackOff", 137 if killed else 1,
                KILLED_FOR_MEMORY if killed else "Error",
            )  # fmt: skip
        case Symptom.WAITS:
            return Container(name, False, 0, alert.labels.get("reason") or "ImagePullBackOff")
        case Symptom.UNREADY:
            return Container(name, False, 0)
