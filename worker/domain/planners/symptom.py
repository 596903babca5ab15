"""Which pods show what the incident is about, at this moment."""

from __future__ import annotations

from worker.domain.document.identity import CRON_JOB, Subject, SubjectKind
from worker.domain.document.incident import Incident
from worker.domain.observed.facts import Facts
from worker.domain.observed.pods import Pod, PodHealth

SHOWN_BY_THE_OBJECT = frozenset(
    {"crash_loop", "not_ready", "container_waiting", "rollout_stuck", "node_not_ready"}
)
"""Causes that pods, rollout or node show themselves; of any other an alert alone tells."""
CANNOT_START = frozenset({"container_waiting", "rollout_stuck"})
"""Causes whose pods are Pending for a reason that waiting doesn't mend."""
STUCK = frozenset(
    {"ImagePullBackOff", "ErrImagePull", "InvalidImageName", "CreateContainerConfigError"}
)
"""Reasons of a waiting container; source: the kubelet."""
KILLED_FOR_MEMORY = "OOMKilled"  # a container's last exit reason; source: the kubelet


def shown_by_alert_alone(subject: Subject, cause: str) -> bool:
    """Whether nothing that is read of the subject's object shows this trouble."""
    if subject.kind is SubjectKind.CLUSTER:
        return False  # our own alerts, and those that nobody could read
    shown = cause in SHOWN_BY_THE_OBJECT or (subject.workload or ("",))[0] == CRON_JOB
    return not (subject.understood and shown)


def sick_pods(incident: Incident, facts: Facts, newborn_s: float) -> tuple[Pod, ...]:
    """The pods that show this incident's symptom, those that the alerts name first.

    A pod that is younger than `newborn_s` may still be starting: unready is no symptom of it.
    """
    if not isinstance(facts.pods, PodHealth):
        return ()
    named = {record.pod for record in incident.alerts}
    born_by_s = facts.at_s - newborn_s
    sick = [pod for pod in facts.pods.live if _shows_symptom(incident.cause, pod, born_by_s)]
    return tuple(
        sorted(sick, key=lambda pod: (pod.target.name not in named, -pod.restarts, pod.target.name))
    )


def _shows_symptom(cause: str, pod: Pod, born_by_s: float) -> bool:
    if cause == "crash_loop":
        return pod.crash_looping
    if cause in CANNOT_START and any(one.waiting_reason in STUCK for one in pod.containers):
        return True  # Pending, and no time will start it
    return not pod.ready and pod.phase == "Running" and pod.created_at_s <= born_by_s


def worst_container(pod: Pod) -> str:
    """The container with the most restarts, in words."""
    worst = max(pod.containers, key=lambda container: container.restarts, default=None)
    if worst is None:
        return "no container"
    exited = f", last exit code {worst.last_exit_code}" if worst.last_exit_code is not None else ""
    state = worst.waiting_reason or "not ready"
    return f"container {worst.name} {state}, {worst.restarts} restarts{exited}"
