"""Cases for the guards: one in which all of them are silent, and changes to it by name."""

from __future__ import annotations

from collections.abc import Mapping
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
from worker.domain.calendar.window import Window
from worker.domain.catalogue import Verb
from worker.domain.deciding.policy import Policy
from worker.domain.deciding.situation import Situation
from worker.domain.document.incident import Attempt, Incident, Phase
from worker.domain.document.subject import CoolDown
from worker.domain.guards import Case
from worker.domain.guards.case import Guard
from worker.domain.observed.facts import Facts
from worker.domain.observed.pods import DisruptionBudget, Pod, PodHealth
from worker.domain.planners import plan
from worker.domain.planners.plan import Plan, Refusal, Then
from worker.domain.playbooks.playbook import Step
from worker.domain.scopes.scope import ScopeDocument, ScopeKind
from worker.domain.scopes.scopes_seen import ScopesSeen
from worker.domain.story.reason import Reason

Changes = dict[str, Any]
Row = tuple[Guard, str, Changes, Refusal | None]
"""A guard, the case in words, what differs from the silent case, and what the guard says."""

INCIDENT = only(opened())
FACT_NAMES = set(Facts.__dataclass_fields__)
POLICY_NAMES = set(Policy.__dataclass_fields__)
NOTHING: Mapping[str, Any] = {}


def planned(verb: Verb) -> Plan:
    situation = Situation(SICK, PACK, POLICY, SOAKED_S)
    answer = plan(Step(verb), opened(), INCIDENT, situation)
    assert isinstance(answer, Plan)
    return answer


def evicting(sick: Pod) -> Plan:
    return replace(planned(Verb.EVICT_POD), pod=sick, target=sick.target)


def restart() -> Plan:
    return planned(Verb.ROLLOUT_RESTART)


def doing(verb: Verb) -> Plan:
    """The restart's plan, as if it were about another verb."""
    return replace(restart(), verb=verb)


def attempt(number: int, outcome: Reason | None, verdict: Reason | None = None) -> Attempt:
    target = planned(Verb.EVICT_POD).target
    return Attempt(
        f"intent-{number}", 0, "evict_pod", target, SOAKED_S, None, outcome=outcome, verdict=verdict
    )


def tried(done: int, rejected: int) -> Incident:
    """The incident after so many of its evictions happened, and so many were refused."""
    outcomes = [Reason.ACCEPTED] * done + [Reason.THROTTLED] * rejected
    attempts = tuple(attempt(n, outcome, Reason.STILL_SICK) for n, outcome in enumerate(outcomes))
    return replace(INCIDENT, attempts=attempts)


def case_of(
    *,
    plan: Plan | None = None,
    other: Mapping[str, Any] | None = None,  # changes to another incident of the subject
    done: int = 0,
    rejected: int = 0,
    windows: tuple[Window, ...] = (),
    resending: str = "",
    lead_s: float = 0.0,
    document: Mapping[str, Any] = NOTHING,
    incident: Mapping[str, Any] = NOTHING,
    step: Mapping[str, Any] = NOTHING,
    playbook: Mapping[str, Any] = NOTHING,
    **changes: Any,
) -> Case:
    """The silent case, but for these changes; facts and policy are changed by their own names."""
    assert changes.keys() <= FACT_NAMES | POLICY_NAMES, changes
    known = {"at_s": SOAKED_S, **{k: v for k, v in changes.items() if k in FACT_NAMES}}
    policy = replace(POLICY, **{k: v for k, v in changes.items() if k in POLICY_NAMES})
    mine = replace(tried(done, rejected), **incident)
    whole = replace(opened(), **document)
    if other is not None:
        another = replace(only(opened(alert("Odd"))), id="inc-other", **other)
        whole = whole.with_incident(another)
    return Case(
        document=whole.with_incident(mine),
        incident=mine,
        playbook=replace(CRASH_LOOP, **playbook),
        step=replace(EVICT, **step),
        plan=plan or planned(Verb.EVICT_POD),
        situation=Situation(replace(SICK, **known), PACK, policy, SOAKED_S, windows, lead_s),
        resending=resending,
    )


def cooled(*ago_s: float, **other: Any) -> Changes:
    """Done so many seconds ago, once for each of the earlier incidents."""
    known = {"cause": "crash_loop", "action": "evict_pod", "incident": "inc-earlier"}
    cool = CoolDown(**{**known, **other}, done_s=tuple(SOAKED_S - one for one in ago_s))
    return {"document": {"cool_downs": (cool,)}}


def budgeted(*, ready: bool = False, **status: Any) -> Changes:
    sick = pod("web-1") if ready else crashing("web-1")
    pods = PodHealth((sick, pod("web-2"), pod("web-3")), (DisruptionBudget("web", **status),))
    return {"pods": pods, "plan": evicting(sick)}


def other(phase: Phase, outcome: Reason | None, verdict: str = "") -> Changes:
    """Another incident of the subject, and what became of its one attempt."""
    made = attempt(1, outcome, Reason(verdict) if verdict else None)
    return {"other": {"phase": phase, "attempts": (made,)}}


def namespace(**parts: Any) -> ScopeDocument:
    return ScopeDocument(ScopeKind.NAMESPACE, "shop", **parts)


def cluster(**parts: Any) -> ScopeDocument:
    return ScopeDocument(ScopeKind.CLUSTER, **parts)


def scopes(*documents: ScopeDocument, known: Any = 10) -> Changes:
    """These scope documents were read, of a cluster with ten services."""
    return {"scopes": ScopesSeen(documents, known)}


def no(reason: Reason, detail: str = "", until_s: float | None = None) -> Refusal:
    """Refused for now."""
    return Refusal(reason, Then.HOLD, detail, until_s)


def patiently(reason: Reason, detail: str = "", until_s: float | None = None) -> Refusal:
    """Refused for now, and others see to it."""
    return Refusal(reason, Then.HOLD, detail, until_s, patient=True)


def skip(reason: Reason, detail: str = "") -> Refusal:
    """Another remedy, then."""
    return Refusal(reason, Then.NEXT_STEP, detail)


def never(reason: Reason, detail: str = "") -> Refusal:
    return Refusal(reason, Then.ESCALATE, detail)


def waiting(left_s: float) -> Refusal:
    return no(Reason.COOL_DOWN, f"{left_s:.0f} s left", SOAKED_S + left_s)
