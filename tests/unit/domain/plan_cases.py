"""Asking one planner: a step, what is seen, and an incident that opened just now."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.unit.domain.builders import NOW_S, PACK, POLICY, WEB_TARGET, alert, only, opened
from worker.domain.catalogue import Verb
from worker.domain.deciding.situation import Situation
from worker.domain.document.incident import Attempt, Incident
from worker.domain.document.subject import SubjectDocument
from worker.domain.observed.evidence import AlertStates
from worker.domain.observed.facts import Facts
from worker.domain.planners import plan
from worker.domain.planners.plan import Plan, Refusal, Then
from worker.domain.playbooks.playbook import Step
from worker.domain.story.reason import Reason

INCIDENT = only(opened())
ODD = only(opened(alert("Odd", pod="")))
UNREADY = only(opened(alert("KubePodNotReady", pod="")))
FIRES = AlertStates(frozenset({"Odd-"}), frozenset())
Words = tuple[Reason, Then, str]


def asked(
    verb: Verb,
    seen: Facts,
    incident: Incident = INCIDENT,
    document: SubjectDocument | None = None,
    **parameters: Any,
) -> Plan | Refusal:
    situation = Situation(replace(seen, at_s=NOW_S), PACK, POLICY, NOW_S)
    return plan(Step(verb, parameters), document or opened(), incident, situation)


def planned(verb: Verb, seen: Facts, incident: Incident = INCIDENT, **parameters: Any) -> Plan:
    answer = asked(verb, seen, incident, **parameters)
    assert isinstance(answer, Plan), answer
    return answer


def refused(verb: Verb, seen: Facts, incident: Incident = INCIDENT, **parameters: Any) -> Refusal:
    answer = asked(verb, seen, incident, **parameters)
    assert isinstance(answer, Refusal), answer
    return answer


def words(answer: Plan | Refusal) -> Words:
    assert isinstance(answer, Refusal), answer
    return answer.reason, answer.then, answer.detail


def attempted(
    incident: Incident, verb: Verb, outcome: Reason | None = Reason.ACCEPTED, **values: Any
) -> Incident:
    """The incident after one more attempt of this verb."""
    number = len(incident.attempts) + 1
    made = Attempt(f"i-{number}", 0, verb, WEB_TARGET, NOW_S, None, outcome=outcome, **values)
    return incident.with_attempt(made)
