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
    crashing,
    only,
    opened,
    pod,
)
from worker.domain.evidence import DisruptionBudget, Facts, Pod, PodHealth
from worker.domain.guard import Case
from worker.domain.incident import Attempt, Incident, Phase
from worker.domain.plan import Plan, Refusal, Then, plan
from worker.domain.playbook import Mode, Verb
from worker.domain.policy import Policy
from worker.domain.reason import Reason
from worker.domain.situation import Situation
from worker.domain.subject import CoolDown

Changes = dict[str, Any]

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
    other: dict[str, Any] | None = None,  # changes to another incident of the subject
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
        another = replace(only(opened(alert("Odd"))), id="inc-other", **other)
        document = document.with_incident(another)
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


def cooled(*ago_s: float, **other: Any) -> Changes:
    """Done so many seconds ago, once for each of the earlier incidents."""
    known = {"cause": "crash_loop", "action": "evict_pod", "incident": "inc-earlier"}
    cool = CoolDown(**{**known, **other}, done_s=tuple(SOAKED_S - one for one in ago_s))
    return {"cool_downs": (cool,)}


def budgeted(*, ready: bool = False, **status: Any) -> Changes:
    sick = pod("web-1") if ready else crashing("web-1")
    pods = PodHealth((sick, pod("web-2"), pod("web-3")), (DisruptionBudget("web", **status),))
    return {"pods": pods, "pod": sick}


def no(reason: Reason, detail: str = "", until_s: float | None = None) -> Refusal:
    """Refused for now."""
    return Refusal(reason, Then.HOLD, detail, until_s)


def never(reason: Reason, detail: str = "") -> Refusal:
    return Refusal(reason, Then.ESCALATE, detail)


def waiting(left_s: float) -> Refusal:
    return no(Reason.COOL_DOWN, f"{left_s:.0f} s left", SOAKED_S + left_s)


def other(phase: Phase, outcome: Reason | None, verdict: str = "") -> Changes:
    """Another incident of the subject, and what became of its one attempt."""
    made = attempt(1, outcome, Reason(verdict) if verdict else None)
    return {"other": {"phase": phase, "attempts": (made,)}}
