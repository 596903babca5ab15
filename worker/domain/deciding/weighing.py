"""One rung of a ladder, weighed: its plan from live state, and the case that the guards judge.

Whoever decides and whoever explains a decision weigh alike, because they do it here.
"""

from __future__ import annotations

from dataclasses import replace

from worker.domain.deciding.situation import Situation
from worker.domain.document.incident import Incident
from worker.domain.document.subject import SubjectDocument
from worker.domain.guards import Case
from worker.domain.guards.permission import inapplicable
from worker.domain.planners import plan
from worker.domain.planners.plan import Plan, Refusal
from worker.domain.playbooks.playbook import Playbook, Step


def weighed(
    document: SubjectDocument, incident: Incident, playbook: Playbook, situation: Situation
) -> Refusal | Case:
    """The case for the step on the incident's rung, or why there is no plan for it."""
    step = playbook.steps[incident.rung]
    planned = inapplicable(step, situation.facts) or plan(step, document, incident, situation)
    if not isinstance(planned, Plan):
        return planned
    return Case(document, incident, playbook, step, planned, situation)


def without_its_question(incident: Incident, step: Step) -> Incident:
    """A question about a step that is passed is taken back; one about another step stays."""
    if incident.request is None or incident.request.action != step.verb:
        return incident
    return replace(incident, request=None)
