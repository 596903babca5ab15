"""Ordered remedies with limits. The last rung of every ladder is a human."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from worker.domain.identity import Subject, SubjectKind
from worker.domain.incident import Incident


class Mode(StrEnum):
    """How far the worker may go. Observe looks and says what it would do; auto acts."""

    OBSERVE = "observe"
    AUTO = "auto"


class Verb(StrEnum):
    """What may be done to the cluster: a closed set, one file each in `worker/actions`."""

    EVICT_POD = "evict_pod"
    ROLLOUT_RESTART = "rollout_restart"


@dataclass(frozen=True, slots=True)
class Matcher:
    """Empty means any. All that is given must match."""

    alerts: frozenset[str] = frozenset()
    causes: frozenset[str] = frozenset()
    subjects: frozenset[SubjectKind] = frozenset({SubjectKind.SERVICE})

    def matches(self, subject: Subject, incident: Incident) -> bool:
        return (
            subject.kind in self.subjects
            and (not self.causes or incident.cause in self.causes)
            and (not self.alerts or any(record.name in self.alerts for record in incident.alerts))
        )


@dataclass(frozen=True, slots=True)
class Watch:
    """How a step is verified: nothing is judged before `settle_s`; then healthy for `window_s`
    without a break, which must have begun by `deadline_s` after settling.

    The window has to be longer than the alert rule's `for` plus its lookback, or health is declared
    before the alert could fire again.
    """

    settle_s: float = 30.0
    window_s: float = 1200.0
    deadline_s: float = 2400.0


@dataclass(frozen=True, slots=True)
class Step:
    verb: Verb
    attempts_max: int = 1
    cool_down_s: float = 600.0
    watch: Watch = field(default_factory=Watch)


@dataclass(frozen=True, slots=True)
class Playbook:
    name: str
    match: Matcher
    steps: tuple[Step, ...]
    mode: Mode | None = None
    soak_s: float = 60.0
    summary: str = ""


@dataclass(frozen=True, slots=True)
class Pack:
    """All playbooks of one version; swapped whole or not at all."""

    version: int
    playbooks: tuple[Playbook, ...]

    def select(self, subject: Subject, incident: Incident) -> Playbook | None:
        """The first that matches: their order in the pack is the policy."""
        return next((p for p in self.playbooks if p.match.matches(subject, incident)), None)
