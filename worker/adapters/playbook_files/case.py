"""One test case of a playbook: what is given, and what has to come of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GivenAlert:
    name: str
    labels: Mapping[str, str]
    severity: str
    firing: bool


@dataclass(frozen=True, slots=True)
class GivenPod:
    """None: what a pod in this state has."""

    state: str
    name: str
    node: str
    restarts: int | None
    exit_code: int | None
    reason: str
    age_s: float | None


@dataclass(frozen=True, slots=True)
class GivenEvent:
    kind: str
    before_s: float
    by: str


@dataclass(frozen=True, slots=True)
class GivenNode:
    """`unfit`: the condition that shows it so, "" when none does. `others_out` of the `others` of
    its pool take no pods."""

    unfit: str
    cordoned: bool
    control_plane: bool
    others: int
    others_out: int
    leaving: str


@dataclass(frozen=True, slots=True)
class GivenCronJob:
    """`failed`: how many of its jobs failed since one succeeded."""

    failed: int
    suspended: bool


@dataclass(frozen=True, slots=True)
class GivenFacts:
    """`autoscaler`: the fewest and the most replicas it may make."""

    replicas: int
    sick: tuple[GivenPod, ...]
    changed_before_s: float
    rolling: bool
    paused: bool
    proven: bool
    memory_limit: str
    autoscaler: tuple[int, int] | None
    gitops: str
    operator: str
    node: GivenNode
    cron_job: GivenCronJob
    kill_switch: bool
    silenced: bool
    unknown: frozenset[str]


@dataclass(frozen=True, slots=True)
class Given:
    """`open_for_s` None: just longer than the playbook's soak."""

    alerts: tuple[GivenAlert, ...]
    subject: str
    mode: str
    events: tuple[GivenEvent, ...]
    tried: tuple[str, ...]
    open_for_s: float | None
    facts: GivenFacts


@dataclass(frozen=True, slots=True)
class Expected:
    """Empty: nothing is expected of it. `parameters` as texts."""

    action: str
    target: str
    parameters: Mapping[str, str]
    holds: str
    escalates: str
    refuses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """`place`: file and line."""

    place: str
    playbook: str
    name: str
    given: Given
    expected: Expected
