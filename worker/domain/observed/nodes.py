"""What was observed of a node and of the pool that it belongs to."""

from __future__ import annotations

from dataclasses import dataclass, field

from worker.domain.document.identity import Target

UNFIT_WHEN_TRUE = frozenset(
    {"NetworkUnavailable", "KernelDeadlock", "ReadonlyFilesystem", "FrequentKubeletRestart",
     "FrequentDockerRestart", "FrequentContainerdRestart", "KubeletUnhealthy",
     "ContainerRuntimeUnhealthy"}
)  # fmt: skip
"""Conditions that show a node unfit for new pods, beside `Ready` that isn't True. Pressure is none
of them: the kubelet sees to it, and the scheduler keeps away by itself. Source: Kubernetes, "Node
status"; node-problem-detector, its shipped configurations."""


@dataclass(frozen=True, slots=True)
class NodeHealth:
    """`conditions`: type → status. `cordoned_by`: the intent that cordoned it, when we did.

    `cordoned_in_pool`: other nodes of its pool that take no pods now, for whatever reason.
    `leaving`: who or what is taking it away, "" when nobody does.
    """

    target: Target
    resource_version: str
    pool: str
    ready: bool
    schedulable: bool
    conditions: dict[str, str]
    control_plane: bool = False
    cordoned_by: str = ""
    nodes_in_pool: int = 1
    cordoned_in_pool: int = 0
    last_intent: str = ""
    annotations: dict[str, str] = field(default_factory=dict)
    leaving: str = ""

    @property
    def generation(self) -> int:
        """A node counts no wishes; it is fenced by its version."""
        return 0

    @property
    def rolling(self) -> bool:
        return False

    @property
    def ours(self) -> str:
        """The intent of ours that it stands under still."""
        return self.cordoned_by

    @property
    def spare(self) -> int:
        """Other nodes of its pool that take pods now."""
        return self.nodes_in_pool - 1 - self.cordoned_in_pool

    @property
    def unfit(self) -> str:
        """What shows that no pod should be put on it, in words; "" when nothing does."""
        shown = [
            f"{name} is {status}"
            for name, status in sorted(self.conditions.items())
            if name in UNFIT_WHEN_TRUE and status == "True"
        ]
        if not self.ready:
            shown.insert(0, f"Ready is {self.conditions.get('Ready', 'not told')}")
        return ", ".join(shown)

    @property
    def words(self) -> str:
        state = self.unfit or "ready"
        cordoned = "schedulable" if self.schedulable else "cordoned"
        return (
            f"{state}, {cordoned}, {self.spare} of {self.nodes_in_pool - 1} others of pool "
            f"{self.pool} take pods"
        )
