"""Each guard by itself: what it lets pass, what it refuses, and what it can't know."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.domain.builders import POLICY, SOAKED_S, crashing, facts, pod, rollout
from tests.unit.domain.guard_cases import (
    Changes,
    budgeted,
    case_of,
    cooled,
    never,
    no,
    other,
    restart,
    waiting,
)
from worker.domain.evidence import Gone, Unknown
from worker.domain.guard import (
    GUARDS,
    Guard,
    attempts_left,
    availability_floor,
    clocks_agree,
    cooled_down,
    has_controller,
    kill_switch,
    mode_allows,
    one_disruption,
    opted_out,
    protected,
)
from worker.domain.incident import Phase
from worker.domain.plan import Refusal, Then
from worker.domain.playbook import Mode
from worker.domain.reason import Reason

UNKNOWN = Unknown("timed out")
TARGET = "shop/Pod/web-1"
Row = tuple[Guard, str, Changes, Refusal | None]

BUSY = no(Reason.BUSY, "inc-other is being worked on")
WOULD = Refusal(
    Reason.OBSERVE_MODE, Then.HOLD, case_of().plan.detail, SOAKED_S + POLICY.observe_again_s, TARGET
)
SPENT = Refusal(Reason.ATTEMPTS_USED, Then.NEXT_STEP, "2 here")
BUDGET = no(Reason.DISRUPTION_BUDGET, "budget web")
FLOOR = never(Reason.LAST_HEALTHY_REPLICA, TARGET)
NONE_KEPT = never(
    Reason.LAST_HEALTHY_REPLICA, "a restart of shop/Deployment/web takes all 2 ready pods"
)
OUT = never(Reason.OPTED_OUT, "annotation aiops-operator.io/enabled on its workload")
MARK = "aiops-operator.io/enabled"

IDENTITY: list[Row] = [
    (protected, "an ordinary namespace", {}, None),
    (protected, "its namespace", {"protected_namespaces": frozenset({"shop"})},
     never(Reason.PROTECTED, "namespace shop")),
    (protected, "its workload", {"protected_workloads": frozenset({"shop/Deployment/web"})},
     never(Reason.PROTECTED, TARGET)),
    (protected, "the pod itself", {"protected_workloads": frozenset({TARGET})},
     never(Reason.PROTECTED, TARGET)),
    (protected, "another one's", {"protected_workloads": frozenset({"shop/Deployment/we"})}, None),
    (opted_out, "no annotation", {}, None),
    (opted_out, "said true", {"rollout": rollout(annotations={MARK: "true"})}, None),
    (opted_out, "said false", {"rollout": rollout(annotations={MARK: "false"})}, OUT),
    (opted_out, "said something else", {"rollout": rollout(annotations={MARK: "yes"})}, OUT),
    (opted_out, "another prefix", {"rollout": rollout(annotations={"x.io/enabled": "no"})}, None),
    (opted_out, "unknown", {"rollout": UNKNOWN}, no(Reason.TARGET_UNKNOWN)),
    (opted_out, "gone", {"rollout": Gone("web")}, no(Reason.TARGET_UNKNOWN)),
    (has_controller, "controlled", {}, None),
    (has_controller, "bare", {"pod": crashing(controlled=False)},
     never(Reason.NO_CONTROLLER, TARGET)),
    (has_controller, "no pod is touched", {"plan": restart()}, None),
]  # fmt: skip
SURROUNDINGS: list[Row] = [
    (clocks_agree, "the same", {}, None),
    (clocks_agree, "at the bound", {"clock_skew_s": -30.0}, None),
    (clocks_agree, "ahead", {"clock_skew_s": 31.0},
     no(Reason.CLOCKS_DISAGREE, "+31 s to the API server's clock")),
    (clocks_agree, "behind", {"clock_skew_s": -31.0},
     no(Reason.CLOCKS_DISAGREE, "-31 s to the API server's clock")),
    (clocks_agree, "unknown", {"clock_skew_s": UNKNOWN},
     no(Reason.EVIDENCE_UNKNOWN, "clock skew: timed out")),
    (one_disruption, "alone", {}, None),
    (one_disruption, "another is owed", other(Phase.ACTING, None), BUSY),
    (one_disruption, "another is verified", other(Phase.VERIFYING, Reason.ACCEPTED), BUSY),
    (one_disruption, "another was found done", other(Phase.VERIFYING, Reason.FOUND_DONE), BUSY),
    (one_disruption, "another was refused", other(Phase.OPEN, Reason.FORBIDDEN), None),
    (one_disruption, "another was judged", other(Phase.OPEN, Reason.ACCEPTED, "still_sick"), None),
    (one_disruption, "another waits", {"other": {}}, None),
    (one_disruption, "another is with a human, its action never answered",
     other(Phase.ESCALATED, Reason.UNREACHABLE), None),
    (one_disruption, "another is with a human, its action never judged",
     other(Phase.ESCALATED, Reason.ACCEPTED), None),
    (one_disruption, "another is over", other(Phase.RESOLVED, Reason.ACCEPTED), None),
    (one_disruption, "a change is not yet observed", {"rollout": rollout(observed_generation=2)},
     no(Reason.ROLLOUT_IN_PROGRESS, "3 of 3 pods are up to date")),
    (one_disruption, "a rollout is not through", {"rollout": rollout(updated=2)},
     no(Reason.ROLLOUT_IN_PROGRESS, "2 of 3 pods are up to date")),
    (one_disruption, "unknown", {"rollout": UNKNOWN}, no(Reason.TARGET_UNKNOWN)),
    (one_disruption, "gone", {"rollout": Gone("web")}, no(Reason.TARGET_UNKNOWN)),
    (mode_allows, "auto", {}, None),
    (mode_allows, "observe", {"mode": Mode.OBSERVE}, WOULD),
    (mode_allows, "its playbook only observes", {"playbook_mode": Mode.OBSERVE}, WOULD),
    (mode_allows, "observe a restart", {"mode": Mode.OBSERVE, "plan": restart()},
     replace(WOULD, detail=restart().detail, target="shop/Deployment/web")),
    (mode_allows, "its playbook acts", {"mode": Mode.OBSERVE, "playbook_mode": Mode.AUTO}, None),
    (kill_switch, "unset", {}, None),
    (kill_switch, "set", {"kill_switch_set": True}, no(Reason.KILL_SWITCH)),
    (kill_switch, "unreadable", {"kill_switch_set": UNKNOWN},
     no(Reason.KILL_SWITCH_UNREADABLE, "timed out")),
]  # fmt: skip
AVAILABILITY: list[Row] = [
    (availability_floor, "a sick one of three", {}, None),
    (availability_floor, "a sick one alone", {"pods": facts(crashing()).pods}, None),
    (availability_floor, "a ready one of three",
     {"pods": facts(pod(), pod("web-2")).pods, "pod": pod()}, None),
    (availability_floor, "the last ready one",
     {"pods": facts(pod(), crashing("web-2")).pods, "pod": pod()}, FLOOR),
    (availability_floor, "a restart keeps some", {"plan": restart()}, None),
    (availability_floor, "a restart keeps none",
     {"plan": restart(), "rollout": rollout(restart_keeps=0)}, NONE_KEPT),
    (availability_floor, "a restart of what is down", {"plan": restart(),
     "rollout": rollout(restart_keeps=0), "pods": facts(crashing()).pods}, None),
    (availability_floor, "pods unknown", {"pods": UNKNOWN}, no(Reason.EVIDENCE_UNKNOWN)),
    (availability_floor, "rollout unknown", {"rollout": UNKNOWN}, no(Reason.EVIDENCE_UNKNOWN)),
    (availability_floor, "budget allows", budgeted(disruptions_allowed=1), None),
    (availability_floor, "budget spent, ready",
     budgeted(ready=True, disruptions_allowed=0, current_healthy=3, desired_healthy=3), BUDGET),
    (availability_floor, "budget spent, enough others are healthy",
     budgeted(disruptions_allowed=0, current_healthy=2, desired_healthy=2), None),
    (availability_floor, "budget spent, too few are healthy",
     budgeted(disruptions_allowed=0, current_healthy=1, desired_healthy=2), BUDGET),
    (availability_floor, "budget spent, and it wants none",
     budgeted(disruptions_allowed=0, current_healthy=0, desired_healthy=0), BUDGET),
    (availability_floor, "budget lets the unhealthy go",
     budgeted(disruptions_allowed=0, desired_healthy=2, always_allows_unhealthy=True), None),
    (availability_floor, "which never covers a ready one", budgeted(ready=True,
     disruptions_allowed=0, desired_healthy=2, always_allows_unhealthy=True), BUDGET),
]  # fmt: skip
REPEATS: list[Row] = [
    (attempts_left, "none yet", {}, None),
    (attempts_left, "one of two", {"done": 1}, None),
    (attempts_left, "all of them", {"done": 2}, SPENT),
    (attempts_left, "what was refused costs none", {"rejected": 9}, None),
    (attempts_left, "another rung's cost none here", {"done": 2, "rung": 1}, None),
    (attempts_left, "three within the hour", cooled(3000.0, 900.0, 60.0),
     never(Reason.ATTEMPTS_USED, "3 within 3600 s")),
    (attempts_left, "two within the hour", cooled(900.0, 60.0), None),
    (attempts_left, "three, one of them long ago", cooled(3600.0, 900.0, 60.0), None),
    (attempts_left, "three of another action", cooled(9, 8, 7, action="rollout_restart"), None),
    (attempts_left, "three of another cause", cooled(9, 8, 7, cause="not_ready"), None),
    (cooled_down, "never done", {}, None),
    (cooled_down, "a short while ago", cooled(60.0), waiting(540.0)),
    (cooled_down, "just over", cooled(600.0), None),
    (cooled_down, "twice as long after a repeat", cooled(7200.0, 600.0), waiting(600.0)),
    (cooled_down, "and again", cooled(9000.0, 7200.0, 600.0), waiting(1800.0)),
    (cooled_down, "at most six hours", cooled(*[7200.0] * 7, 600.0), waiting(21_000.0)),
    (cooled_down, "its own ladder", cooled(60.0, incident=case_of().incident.id), None),
    (cooled_down, "its own after an earlier one's",
     cooled(300.0, 60.0, incident=case_of().incident.id), waiting(300.0)),
    (cooled_down, "a repeat of more than a day ago begins anew", cooled(90_000.0, 600.0), None),
    (cooled_down, "a repeat of just a day ago too", cooled(86_400.0, 600.0), None),
    (cooled_down, "a repeat of almost a day ago", cooled(86_399.0, 600.0), waiting(600.0)),
    (cooled_down, "another action", cooled(60.0, action="rollout_restart"), None),
    (cooled_down, "another cause", cooled(60.0, cause="not_ready"), None),
]  # fmt: skip
TABLE = [*IDENTITY, *SURROUNDINGS, *AVAILABILITY, *REPEATS]


@pytest.mark.parametrize(
    ("guard", "changes", "expected"),
    [
        pytest.param(guard, changes, expected, id=f"{guard.__name__}: {words}")
        for guard, words, changes, expected in TABLE
    ],
)
def test_guard(guard: Guard, changes: Changes, expected: Refusal | None) -> None:
    assert guard(case_of(**changes)) == expected


def test_every_guard_is_seen_to_pass_and_to_refuse() -> None:
    assert {guard for guard, _, _, expected in TABLE if expected is None} == set(GUARDS)
    assert {guard for guard, _, _, expected in TABLE if expected is not None} == set(GUARDS)
