"""Cases for the guards: one in which all of them are silent, and changes to it by name."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.unit.domain.builders import (
    CRASH_LOOP,
    EVICT,
    PACK,
    POLICY,
    SICK,
    SOAKED_S,
    alert,
    only,
    opened,
)
from worker.domain.evidence import Facts, Pod
from worker.domain.guard import Case
from worker.domain.incident import Attempt, Incident
from worker.domain.plan import Plan, plan
from worker.domain.playbook import Mode, Verb
from worker.domain.policy import Policy
from worker.domain.reason import Reason
from worker.domain.situation import Situation

INCIDENT = only(opened())
FACT_NAMES = set(Facts.__dataclass_fields__)
POLICY_NAMES = set(Policy.__dataclass_fields__)


def planned(verb: Verb) -> Plan:
    answer = plan(verb, INCIDENT, SICK, POLICY.newborn_s)
    assert isinstance(answer, Plan)
    return answer


def restart() -> Plan:
    return planned(Verb.ROLLOUT_RESTART)


def attempt(number: int, outcome: Reason | None, verdict: Reason | None = None) -> Attempt:
    target = planned(Verb.EVICT_POD).target
    return Attempt(
        f"intent-{number}", 0, "evict_pod", target, SOAKED_S, None, outcome, verdict=verdict
    )


def tried(done: int, rejected: int) -> Incident:
    """The incident after so many of its evictions happened, and so many were refused."""
    outcomes = [Reason.ACCEPTED] * done + [Reason.THROTTLED] * rejected
    attempts = tuple(attempt(n, outcome, Reason.STILL_SICK) for n, outcome in enumerate(outcomes))
    return replace(INCIDENT, attempts=attempts)


def case_of(
    *,
    plan: Plan | None = None,
    pod: Pod | None = None,
    playbook_mode: Mode | None = None,
    other: dict[str, Any] | None = None,
    cool_downs: tuple[Any, ...] = (),
    done: int = 0,
    rejected: int = 0,
    rung: int = 0,
    **changes: Any,
) -> Case:
    """The silent case, but for these changes; facts and policy are changed by their own names."""
    incident = replace(tried(done, rejected), rung=rung)
    document = replace(opened(), cool_downs=cool_downs)
    if other is not None:
        busy = replace(only(opened(alert("Odd"))), id="inc-other", attempts=(attempt(1, **other),))
        document = document.with_incident(busy)
    chosen = plan or planned(Verb.EVICT_POD)
    if pod is not None:
        chosen = replace(chosen, pod=pod, target=pod.target)
    seen = replace(SICK, **{k: v for k, v in changes.items() if k in FACT_NAMES})
    policy = replace(POLICY, **{k: v for k, v in changes.items() if k in POLICY_NAMES})
    assert changes.keys() <= FACT_NAMES | POLICY_NAMES, changes
    return Case(
        document=document.with_incident(incident),
        incident=incident,
        playbook=replace(CRASH_LOOP, mode=playbook_mode),
        step=EVICT,
        plan=chosen,
        situation=Situation(seen, PACK, policy, SOAKED_S),
    )
