"""What may be done to the cluster: a closed set of verbs, each described as data.

Rules of this file: a descriptor promises nothing that the action doesn't keep. One action is one
write of absolute values; its undo is an action of this set, or the descriptor says why there is
none. The request that a verb makes lives in `worker/actions`, its plan in `worker/domain/planners`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from worker.domain.document.identity import SubjectKind


class Verb(StrEnum):
    """The word in playbooks, journal, metrics and documentation."""

    EVICT_POD = "evict_pod"
    ROLLOUT_RESTART = "rollout_restart"
    ROLL_BACK = "roll_back"
    PAUSE_ROLLOUT = "pause_rollout"
    RESUME_ROLLOUT = "resume_rollout"
    SCALE = "scale"
    RAISE_MEMORY_LIMIT = "raise_memory_limit"
    RAISE_HPA_MAX = "raise_hpa_max"
    SUSPEND_CRON_JOB = "suspend_cron_job"
    RESUME_CRON_JOB = "resume_cron_job"
    CORDON = "cordon"
    UNCORDON = "uncordon"


class ActionClass(StrEnum):
    """Low: reversible, one object, no capacity lost. Medium: restarts, or changes capacity.
    High: data may be lost, or many are touched; asked for by default."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class ParameterKind(StrEnum):
    COUNT = "count"  # a whole number
    PERCENT = "percent"  # a whole number of hundredths
    BYTES = "bytes"  # a Kubernetes quantity such as 512Mi
    NAME = "name"  # an RFC 1123 name


@dataclass(frozen=True, slots=True)
class Parameter:
    """A bounded value that a playbook may give. Bounds are inclusive; bytes for BYTES, the count
    of characters for NAME."""

    kind: ParameterKind
    minimum: int
    maximum: int
    default: int | str | None  # None: it has to be given
    meaning: str


@dataclass(frozen=True, slots=True)
class Right:
    """One verb on one resource of the API server."""

    verb: str
    group: str
    resource: str


@dataclass(frozen=True, slots=True)
class Descriptor:
    """One verb. `disrupts`: it takes capacity for a while, and so needs a lease.
    `changes_template`: it starts a rollout. `contains`: it mends nothing, but keeps the harm from
    growing, and stands until its subject is well again. `undo` puts back what the attempt found;
    "" as `irreversible` when there is an undo, or nothing that needs one."""

    verb: Verb
    words: str
    action_class: ActionClass
    subject: SubjectKind
    target_kinds: frozenset[str]
    parameters: Mapping[str, Parameter]
    undo: Verb | None
    irreversible: str
    before: tuple[str, ...]
    verified_by: str
    rights: tuple[Right, ...]
    disrupts: bool = False
    changes_template: bool = False
    contains: bool = False
