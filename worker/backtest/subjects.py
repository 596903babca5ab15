"""Which service a recorded alert belongs to, by its labels alone: a recording has no inventory.

The rule, in this order, within the alert's namespace:

1. A label that names a workload (`deployment`, `statefulset`, `daemonset`, `job_name`, `cronjob`,
   `horizontalpodautoscaler`) is that workload. Which CronJob made a Job, and what an autoscaler
   scales, no label tells: here each stays its own.
2. Else the pod's name without what its controller added: `web-7d9f8c6b5-x2k4q` is Deployment `web`
   (a ReplicaSet's hash and five characters, both in the letters that Kubernetes draws from), and
   `db-0` is StatefulSet `db` (an ordinal).
3. Everything else is `unresolved/<namespace>`, as in production. So is the pod of a DaemonSet or a
   Job without such a label: their names end alike, and nothing is guessed.

Alerts about nodes belong to their node, as in production.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from worker.domain.document.identity import Subject, Target
from worker.domain.incoming.correlation import WORKLOAD_LABELS, subject_of

# Source: apimachinery, util/rand: `String` draws from 27 characters, `SafeEncodeString` writes a
# 32-bit hash with ten of them.
OF_REPLICA_SET = re.compile(
    r"(?P<name>.+)-[456789bcdf]{6,10}-[bcdfghjklmnpqrstvwxz2456789]{5}", re.ASCII
)
OF_STATEFUL_SET = re.compile(r"(?P<name>.+)-(?:0|[1-9][0-9]{0,4})", re.ASCII)


def recorded_subject(labels: Mapping[str, str]) -> Subject:
    """The subject of an alert, or of an ops-event, with these labels."""
    return subject_of(labels, _Labels(labels))


def workload_of_pod(namespace: str, pod: str) -> Target | None:
    """The workload whose controller would have given this name to a pod."""
    for pattern, kind in ((OF_REPLICA_SET, "Deployment"), (OF_STATEFUL_SET, "StatefulSet")):
        found = pattern.fullmatch(pod)
        if found is not None:
            return Target(kind, namespace, found["name"], "")
    return None


@dataclass(frozen=True, slots=True)
class _Labels:
    """The inventory of one alert: it knows the workload that the labels name."""

    labels: Mapping[str, str]

    def owner_of_pod(self, namespace: str, pod: str) -> Target | None:
        for label, kind in WORKLOAD_LABELS.items():
            if name := self.labels.get(label, ""):
                return Target(kind, namespace, name, "")
        return workload_of_pod(namespace, pod)

    def owner_of(self, namespace: str, kind: str, name: str) -> Target | None:
        return Target(kind, namespace, name, "")

    def workload(self, namespace: str, kind: str, name: str) -> Target | None:
        return Target(kind, namespace, name, "")

    def services(self) -> int | None:
        return None
