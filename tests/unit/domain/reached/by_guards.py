"""Why not, or not now: each guard's own words, said through a decision."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.unit.domain.announcements import event, heard
from tests.unit.domain.builders import (
    CRASH_LOOP,
    NOW_S,
    PACK,
    POLICY,
    SICK,
    SOAKED_S,
    alert,
    crashing,
    decided,
    only,
    opened,
    pod,
)
from tests.unit.domain.reached import Way, Ways
from worker.domain.calendar.recurrence import Absolute
from worker.domain.calendar.window import Window, WindowKind, WindowScope
from worker.domain.catalogue import Verb
from worker.domain.deciding.decision import decide
from worker.domain.deciding.policy import Policy
from worker.domain.deciding.situation import Situation
from worker.domain.document.change import Recurrence
from worker.domain.document.subject import UNPUBLISHED_MAX, CoolDown, SubjectDocument
from worker.domain.guards import Case, answers
from worker.domain.incoming.ops_event import OpsEventKind
from worker.domain.observed.evidence import AlertStates, Gone, RolloutHealth, Unknown
from worker.domain.observed.facts import Facts
from worker.domain.observed.ownership import Ownership
from worker.domain.observed.pods import DisruptionBudget, PodHealth
from worker.domain.planners import plan
from worker.domain.planners.plan import Plan
from worker.domain.playbooks.pack import Pack
from worker.domain.playbooks.playbook import Condition, Mode, Step
from worker.domain.scopes.common_cause import Root, node_subject
from worker.domain.scopes.scope import Act, Lease, ScopeDocument, ScopeKind, Sick
from worker.domain.scopes.scopes_seen import ScopesSeen
from worker.domain.story.journal import EntryKind
from worker.domain.story.reason import Reason

ENDS_S = SOAKED_S + 600.0
FREEZE = Window("sale", WindowKind.FREEZE, WindowScope(), Absolute(NOW_S, ENDS_S))
MANY = tuple(Sick(f"service/shop/Deployment/s-{n}", NOW_S, "crash_loop") for n in range(9))
OTHERS = (Lease("inc-other-s1-a1", "other", NOW_S, ENDS_S),)
LATELY = tuple(Act(f"inc-other-s1-a{n}", NOW_S) for n in range(5))
YES = Condition("yes", "facts.pods.ready > 0")


def seen(policy: Policy = POLICY, pack: Pack = PACK, **changes: Any) -> Way:
    """Decided upon these facts."""
    return lambda: decided(opened(), replace(SICK, **changes), policy=policy, pack=pack).document


def cluster(**changes: Any) -> ScopesSeen:
    return ScopesSeen((replace(ScopeDocument(ScopeKind.CLUSTER), **changes),), known=10)


def of_rollout(pack: Pack = PACK, **changes: Any) -> Way:
    assert isinstance(SICK.rollout, RolloutHealth)
    return seen(pack=pack, rollout=replace(SICK.rollout, **changes))


def stepping(verb: Verb = Verb.EVICT_POD, **changes: Any) -> Pack:
    step = replace(Step(verb), **changes)
    return Pack(1, (replace(CRASH_LOOP, steps=(step,)),))


def conditioned(answer: bool | Unknown, **where: Any) -> Way:
    return seen(pack=stepping(**where), conditions={"yes": answer})


def with_document(**changes: Any) -> Way:
    return lambda: decided(replace(opened(), **changes)).document


def stale() -> SubjectDocument:
    old = replace(SICK, at_s=SOAKED_S - POLICY.plan_ttl_s - 1.0)
    return decide(opened(), old, PACK, POLICY, SOAKED_S).document


def frozen() -> SubjectDocument:
    now = replace(SICK, at_s=SOAKED_S)
    return decide(opened(), now, PACK, POLICY, SOAKED_S, (FREEZE,)).document


def unpublished() -> SubjectDocument:
    document = opened()
    for _ in range(UNPUBLISHED_MAX):
        document = document.note(EntryKind.EVIDENCE, Reason.OBSERVED, NOW_S)
    return decided(document).document


def busy() -> SubjectDocument:
    return decided(opened(alert(), alert("KubePodNotReady", pod="web-2"))).document


def acted_on(count: int, ago_s: float) -> tuple[CoolDown, ...]:
    times = tuple(SOAKED_S - ago_s - n for n in range(count))
    return (CoolDown("crash_loop", "evict_pod", "inc-earlier", times),)


def acted_by_other_verbs() -> tuple[CoolDown, ...]:
    verbs = ("rollout_restart", "roll_back", "pause_rollout", "raise_memory_limit")
    return tuple(
        CoolDown("crash_loop", verb, f"inc-{verb}", (SOAKED_S - 7200.0,)) for verb in verbs
    )


def came_often() -> tuple[Recurrence, ...]:
    return (Recurrence("crash_loop", tuple(NOW_S - n for n in range(POLICY.flaps_max))),)


def asked_directly() -> SubjectDocument:
    """No decision gets as far: whoever asks a guard about facts without a workload is told this."""
    document, situation = opened(), Situation(SICK, PACK, POLICY, SOAKED_S)
    step = CRASH_LOOP.steps[0]
    planned = plan(step, document, only(document), situation)
    assert isinstance(planned, Plan)
    blind = replace(situation, facts=Facts(SOAKED_S))
    case = Case(document, only(document), CRASH_LOOP, step, planned, blind)
    for _, refusal in answers(case):
        if refusal is not None:
            document = document.note(EntryKind.REFUSED, refusal.reason, SOAKED_S)
    return document


ALONE = DisruptionBudget("web", 0, current_healthy=1, desired_healthy=2)
WAYS: Ways = {
    Reason.OBSERVE_MODE: seen(Policy()),
    Reason.KILL_SWITCH: seen(kill_switch_set=True),
    Reason.KILL_SWITCH_UNREADABLE: seen(kill_switch_set=Unknown("HTTP 500")),
    Reason.CLOCKS_DISAGREE: seen(clock_skew_s=-31.0),
    Reason.PROTECTED: seen(replace(POLICY, protected_namespaces=frozenset({"shop"}))),
    Reason.OPTED_OUT: of_rollout(annotations={"aiops-operator.io/enabled": "false"}),
    Reason.NO_CONTROLLER: seen(pods=PodHealth((crashing(controlled=False),))),
    Reason.TARGET_GONE: seen(rollout=Gone("Deployment web")),
    Reason.TARGET_UNKNOWN: asked_directly,
    Reason.EVIDENCE_UNKNOWN: seen(ownership=Unknown("HTTP 403")),
    Reason.LAST_HEALTHY_REPLICA: of_rollout(stepping(Verb.ROLLOUT_RESTART), restart_keeps=0),
    Reason.DISRUPTION_BUDGET: seen(pods=PodHealth((crashing(), pod("web-2")), (ALONE,))),
    Reason.BUSY: busy,
    Reason.COOL_DOWN: with_document(cool_downs=acted_on(1, 10.0)),
    Reason.ATTEMPTS_USED: with_document(cool_downs=acted_on(3, 1000.0)),
    Reason.FLAPPING: with_document(recurrences=came_often()),
    Reason.LOOPING: with_document(cool_downs=acted_by_other_verbs()),
    Reason.MEMORY_LOST: of_rollout(last_intent=f"{only(opened()).id}-s9-a9"),
    Reason.JOURNAL_STUCK: unpublished,
    Reason.POLICY_BEHIND: with_document(pack_version=2),
    Reason.NO_PLAYBOOK: seen(pack=Pack(1, ())),
    Reason.CONDITION_UNKNOWN: conditioned(Unknown("no such field"), when=(YES,)),
    Reason.CONDITION_NOT_MET: conditioned(False, when=(YES,)),
    Reason.NEVER_ALLOWED: conditioned(True, never=(YES,)),
    Reason.STALE_FACTS: stale,
    Reason.PERSON_AT_WORK: lambda: (
        decided(heard(opened(), 1.0, event(OpsEventKind.ON_IT))).document
    ),
    Reason.DEPLOY_RUNNING: lambda: (
        decided(heard(opened(), 1.0, event(OpsEventKind.DEPLOY_STARTED))).document
    ),
    Reason.WINDOW_CLOSED: frozen,
    Reason.SILENCED: seen(
        alerts=AlertStates(frozenset(), frozenset({"KubePodCrashLooping-web-1"}))
    ),
    Reason.OWNED_BY_OTHERS: seen(
        pack=stepping(Verb.ROLLOUT_RESTART), ownership=Ownership(operator="Kafka/orders")
    ),
    Reason.NO_LEASE: seen(scopes=cluster(leases=OTHERS)),
    Reason.RATE_LIMITED: seen(scopes=cluster(acts=LATELY)),
    Reason.STORM: seen(scopes=cluster(sick=MANY)),
    Reason.COMMON_CAUSE: seen(root=Root(node_subject("node-1"), "inc-root", NOW_S)),
    Reason.SCOPE_UNREADABLE: seen(scopes=Unknown("HTTP 500")),
    Reason.SUGGEST_MODE: seen(replace(POLICY, mode=Mode.SUGGEST)),
}
