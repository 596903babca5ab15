"""The pods of one workload, each container of them, and the budgets that protect them."""

from __future__ import annotations

from dataclasses import dataclass

from worker.domain.document.identity import Target

CRASH_LOOP_REASONS = frozenset({"CrashLoopBackOff", "RunContainerError", "StartError"})


@dataclass(frozen=True, slots=True)
class Container:
    name: str
    ready: bool
    restarts: int
    waiting_reason: str = ""
    last_exit_code: int | None = None
    last_exit_reason: str = ""

    @property
    def crash_looping(self) -> bool:
        return not self.ready and self.restarts > 0 and self.waiting_reason in CRASH_LOOP_REASONS


@dataclass(frozen=True, slots=True)
class Pod:
    target: Target
    resource_version: str
    node: str
    phase: str
    created_at_s: float
    terminating: bool
    controlled: bool
    containers: tuple[Container, ...]
    serving: bool = True  # its own Ready condition: readiness gates, and whether its node answers

    @property
    def ready(self) -> bool:
        """Every container is: a healthy sidecar hides no crash."""
        return (
            self.phase == "Running"
            and self.serving
            and not self.terminating
            and bool(self.containers)
            and all(container.ready for container in self.containers)
        )

    @property
    def restarts(self) -> int:
        return sum(container.restarts for container in self.containers)

    @property
    def crash_looping(self) -> bool:
        return any(container.crash_looping for container in self.containers)

    @property
    def finished(self) -> bool:
        return self.phase in ("Succeeded", "Failed")


@dataclass(frozen=True, slots=True)
class DisruptionBudget:
    """A budget's status; source: policy/v1 and the eviction subresource's handling of it."""

    name: str
    disruptions_allowed: int
    current_healthy: int = 0
    desired_healthy: int = 0
    always_allows_unhealthy: bool = False

    def blocks(self, *, ready: bool) -> bool:
        """Whether an eviction would be answered 429 now."""
        if self.disruptions_allowed > 0:
            return False
        enough = self.current_healthy >= self.desired_healthy > 0
        return ready or not (self.always_allows_unhealthy or enough)


@dataclass(frozen=True, slots=True)
class PodHealth:
    """The pods of one workload, and the disruption budgets that select them."""

    pods: tuple[Pod, ...]
    budgets: tuple[DisruptionBudget, ...] = ()

    @property
    def ready(self) -> int:
        return sum(pod.ready for pod in self.pods)

    @property
    def live(self) -> tuple[Pod, ...]:
        return tuple(pod for pod in self.pods if not pod.terminating and not pod.finished)

    @property
    def restarts(self) -> int:
        return sum(pod.restarts for pod in self.pods)

    def find(self, uid: str) -> Pod | None:
        return next((pod for pod in self.pods if pod.target.uid == uid), None)
