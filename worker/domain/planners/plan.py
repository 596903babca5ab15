"""What exactly a step would do to which object, or why it can't: made from live facts only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from worker.domain.catalogue import Verb
from worker.domain.document.change import Change
from worker.domain.document.identity import Target
from worker.domain.document.incident import Incident
from worker.domain.observed.evidence import RolloutHealth
from worker.domain.observed.facts import Facts
from worker.domain.observed.pods import Pod, PodHealth
from worker.domain.playbooks.playbook import ParameterValue
from worker.domain.story.reason import Reason

STEP_MAX_PERCENT = 50  # of what is there, in one step; the catalogue allows no more either


class Then(StrEnum):
    """What a refusal means for the incident."""

    HOLD = "hold"
    NEXT_STEP = "next_step"
    ESCALATE = "escalate"


@dataclass(frozen=True, slots=True)
class Refusal:
    """`patient`: others see to it meanwhile, so that the time for deciding stands still."""

    reason: Reason
    then: Then
    detail: str = ""
    until_s: float | None = None
    target: str = ""
    patient: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """One write: its object, the fence values that were read, absolute parameters, and why.

    `found` is what it replaces, for its undo. `during_rollout`: it is meant for a rollout that is
    under way. `node_pool`: whose scope it counts in, for a node's.
    """

    verb: Verb
    target: Target
    fence: str
    generation: int
    because: Reason
    detail: str
    pod: Pod | None = None
    parameters: dict[str, int | str] = field(default_factory=dict)
    found: dict[str, int | str] = field(default_factory=dict)
    during_rollout: bool = False
    node_pool: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a planner looks at: known evidence, and the pods that show the symptom."""

    incident: Incident
    facts: Facts
    rollout: RolloutHealth
    pods: PodHealth
    sick: tuple[Pod, ...]
    parameters: Mapping[str, ParameterValue]
    changes: tuple[Change, ...] = ()
    change_window_s: float = 7200.0
    done_before: bool = False  # the step's verb, about this cause, by another incident within a day

    def count(self, name: str, default: int) -> int:
        """A whole-number parameter of the step."""
        value = self.parameters.get(name, default)
        return value if isinstance(value, int) else default

    def more(self, amount: int, default_percent: int) -> int:
        """The amount and the step's `percent` of it, whatever a playbook says at most half."""
        percent = min(self.count("percent", default_percent), STEP_MAX_PERCENT)
        return amount + amount * max(0, percent) // 100
