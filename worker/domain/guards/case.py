"""What a guard may look at, and what it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from worker.domain.catalogue import DESCRIPTOR_OF, Descriptor
from worker.domain.deciding.policy import Policy
from worker.domain.deciding.situation import Situation
from worker.domain.document.incident import Incident, intent_id
from worker.domain.document.subject import SubjectDocument
from worker.domain.observed.facts import Facts
from worker.domain.planners.plan import Plan, Refusal
from worker.domain.playbooks.playbook import Playbook, Step


@dataclass(frozen=True, slots=True)
class Case:
    """One plan, and all that speaks for or against it. `resending`: the intent that it is the
    second send of, which has passed all of them before."""

    document: SubjectDocument
    incident: Incident
    playbook: Playbook
    step: Step
    plan: Plan
    situation: Situation
    resending: str = ""

    @property
    def intent(self) -> str:
        """The id under which it is sent."""
        return self.resending or intent_id(self.incident)

    @property
    def facts(self) -> Facts:
        return self.situation.facts

    @property
    def policy(self) -> Policy:
        return self.situation.policy

    @property
    def now_s(self) -> float:
        return self.situation.now_s

    @property
    def action(self) -> Descriptor:
        return DESCRIPTOR_OF[self.plan.verb]


Guard = Callable[[Case], Refusal | None]
"""May say no, with a reason; never acts. What it cannot know, it refuses."""
