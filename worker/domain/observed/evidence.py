"""What was observed of a workload. Unknown stays unknown: never healthy, never a yes."""

from __future__ import annotations

from dataclasses import dataclass

from worker.domain.document.identity import Target


@dataclass(frozen=True, slots=True)
class Unknown:
    """No answer, and why: the source is missing, silent, too slow or not allowed."""

    why: str


NOT_ASKED = Unknown("not asked")


@dataclass(frozen=True, slots=True)
class Gone:
    """The API server says that the object does not exist."""

    what: str


@dataclass(frozen=True, slots=True)
class ContainerSpec:
    """What the template says of one container; a limit is kept as the text that was read."""

    name: str
    image: str
    memory_limit: str = ""
    memory_limit_bytes: int | None = None
    readiness_probe: bool = False


@dataclass(frozen=True, slots=True)
class RolloutHealth:
    """One workload's wish and its state.

    `changed_at_s` is when its template last changed; `restart_keeps` is how many of its ready
    replicas a rollout restart surely leaves in place at every moment.
    """

    target: Target
    resource_version: str
    generation: int
    observed_generation: int
    desired: int
    updated: int
    ready: int
    available: int
    paused: bool
    on_delete: bool
    revision: str
    changed_at_s: float
    restart_keeps: int
    last_intent: str
    annotations: dict[str, str]
    containers: tuple[ContainerSpec, ...] = ()
    paused_by: str = ""  # the intent that paused it, when we did
    total: int = 0  # pods of every revision; more than `updated` are being replaced

    @property
    def rolling(self) -> bool:
        """A rollout is under way: the controller has not yet brought every replica up to date."""
        behind = self.observed_generation < self.generation or self.updated < self.desired
        return behind or self.total > self.updated

    @property
    def probed(self) -> int:
        """Containers that are asked whether they work; the others are ready as soon as they run."""
        return sum(one.readiness_probe for one in self.containers)


@dataclass(frozen=True, slots=True)
class AlertStates:
    """What the monitor says now, by fingerprint. Suppressed is silenced or inhibited."""

    firing: frozenset[str]
    suppressed: frozenset[str]


@dataclass(frozen=True, slots=True)
class Baseline:
    """How the workload stood at one moment, for judging later whether it got better or worse."""

    at_s: float
    uid: str
    desired: int
    available: int
    restarts: int
    revision: str
    probed: int = 0  # containers with a readiness probe; an older version didn't count them
