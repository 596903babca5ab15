"""Guards of capacity: does it leave enough running, here and around?"""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.domain.builders import POLICY, SOAKED_S, WEB, crashing, facts, pod, rollout
from tests.unit.domain.guard_cases import (
    INCIDENT,
    Changes,
    Row,
    budgeted,
    case_of,
    cluster,
    doing,
    evicting,
    namespace,
    never,
    no,
    other,
    patiently,
    restart,
    scopes,
)
from worker.domain.catalogue import Verb
from worker.domain.document.incident import Phase, intent_id
from worker.domain.guards.capacity import (
    availability_floor,
    no_common_cause,
    no_storm,
    one_disruption,
    room_in_scopes,
    subject_rate,
)
from worker.domain.guards.case import Guard
from worker.domain.observed.evidence import Gone, Unknown
from worker.domain.planners.plan import Refusal
from worker.domain.scopes.common_cause import Root, node_subject
from worker.domain.scopes.scope import Act, Lease, Limits, Sick
from worker.domain.story.reason import Reason

UNKNOWN = Unknown("timed out")
NODE = node_subject("node-1")
TARGET = "shop/Pod/web-1"
MINE = intent_id(INCIDENT)
BUSY = no(Reason.BUSY, "inc-other is being worked on")
BUDGET = no(Reason.DISRUPTION_BUDGET, "budget web")
FLOOR = never(Reason.LAST_HEALTHY_REPLICA, TARGET)
NONE_KEPT = never(
    Reason.LAST_HEALTHY_REPLICA, "a restart of shop/Deployment/web takes all 2 ready pods"
)
UNREADABLE = no(Reason.SCOPE_UNREADABLE, "timed out")
ROLLING = no(Reason.ROLLOUT_IN_PROGRESS, "2 of 3 pods are up to date")


def sick(count: int) -> tuple[Sick, ...]:
    return tuple(Sick(f"service/shop/Deployment/s-{n}", 1.0, "crash_loop") for n in range(count))


def acts(*ago_s: float, intent: str = "i") -> tuple[Act, ...]:
    return tuple(Act(f"{intent}-{n}", SOAKED_S - one) for n, one in enumerate(ago_s))


def lease(intent: str = "i", subject: str = "another", until_s: float = SOAKED_S + 9.0) -> Lease:
    return Lease(intent, subject, SOAKED_S - 60.0, until_s)


def rates(ago_s: tuple[float, ...], intent: str = "i") -> Changes:
    return {"document": {"acts": acts(*ago_s, intent=intent)}}


def full(what: str, reason: Reason = Reason.NO_LEASE) -> Refusal:
    return no(reason, what)


FIVE = acts(9.0, 8.0, 7.0, 6.0, 5.0)
RATED = full("namespace shop", Reason.RATE_LIMITED)

AROUND: list[Row] = [
    (no_storm, "nothing is sick", {}, None),
    (no_storm, "as many as can be borne", scopes(cluster(sick=sick(3))), None),
    (no_storm, "more", scopes(cluster(sick=sick(4))),
     patiently(Reason.STORM, "4 of 10 services are sick")),
    (no_storm, "calm for a moment only", scopes(cluster(storm_until_s=SOAKED_S + 1.0)),
     patiently(Reason.STORM, "it has been calm for a moment only")),
    (no_storm, "calm long enough", scopes(cluster(storm_until_s=SOAKED_S)), None),
    (no_storm, "the scopes can't be read", {"scopes": UNKNOWN}, UNREADABLE),
    (no_storm, "nobody knows of how many", scopes(cluster(sick=sick(4)), known=UNKNOWN),
     no(Reason.EVIDENCE_UNKNOWN, "number of services: timed out")),
    (no_common_cause, "a node that nobody knows to be sick", {"root": None}, None),
    (no_common_cause, "its node is undecided", {"root": Root(NODE, "inc-n", SOAKED_S)},
     replace(patiently(Reason.COMMON_CAUSE, "its sick pods are all on node-1; see node//node-1"),
             until_s=SOAKED_S + POLICY.observe_again_s)),
    (no_common_cause, "its node was undecided for too long",
     {"root": Root(NODE, "inc-n", SOAKED_S - POLICY.decide_within_s)}, None),
    (no_common_cause, "its node can't be read", {"root": UNKNOWN},
     no(Reason.EVIDENCE_UNKNOWN, "timed out")),
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
    (one_disruption, "a rollout is not through", {"rollout": rollout(updated=2)}, ROLLING),
    (one_disruption, "which is what it is planned for",
     {"rollout": rollout(updated=2), "plan": replace(restart(), during_rollout=True)}, None),
    (one_disruption, "unknown", {"rollout": UNKNOWN}, no(Reason.TARGET_UNKNOWN)),
    (one_disruption, "gone", {"rollout": Gone("web")}, no(Reason.TARGET_UNKNOWN)),
    (subject_rate, "none yet", {}, None),
    (subject_rate, "two within the hour", rates((1800.0, 60.0)), None),
    (subject_rate, "three", rates((2400.0, 1800.0, 60.0)),
     no(Reason.RATE_LIMITED, "3 acts on this subject within 3600 s", SOAKED_S + 1200.0)),
    (subject_rate, "three, one of them long ago", rates((3600.0, 1800.0, 60.0)), None),
    (subject_rate, "its own is sent again",
     {"document": {"acts": (*acts(1800.0, 60.0), Act(MINE, SOAKED_S))}, "resending": MINE}, None),
    (room_in_scopes, "nobody else", scopes(namespace(), cluster()), None),
    (room_in_scopes, "no document yet", scopes(), None),
    (room_in_scopes, "unreadable", {"scopes": UNKNOWN}, UNREADABLE),
    (room_in_scopes, "another holds the namespace's lease",
     scopes(namespace(leases=(lease(),))), full("namespace shop")),
    (room_in_scopes, "another holds the cluster's",
     scopes(namespace(), cluster(leases=(lease(),))), full("cluster")),
    (room_in_scopes, "one that has run out counts",
     scopes(cluster(leases=(lease(until_s=SOAKED_S - 9.0),))), full("cluster")),
    (room_in_scopes, "this subject's own", scopes(namespace(leases=(lease(subject=WEB.text),))),
     None),
    (room_in_scopes, "there are two",
     {**scopes(namespace(leases=(lease(),))), "namespace": Limits(2, 5, 600.0)}, None),
    (room_in_scopes, "what disrupts nothing needs none",
     {**scopes(namespace(leases=(lease(),))), "plan": doing(Verb.SCALE)}, None),
    (room_in_scopes, "four acts", scopes(namespace(acts=FIVE[:4])), None),
    (room_in_scopes, "five", scopes(namespace(acts=FIVE)), RATED),
    (room_in_scopes, "five, whatever is planned",
     {**scopes(namespace(acts=FIVE)), "plan": doing(Verb.SCALE)}, RATED),
    (room_in_scopes, "five, one of them long ago",
     scopes(namespace(acts=acts(600.0, 8.0, 7.0, 6.0, 5.0))), None),
    (room_in_scopes, "five, with its own that is sent again",
     {**scopes(namespace(acts=(*FIVE[:4], Act(MINE, SOAKED_S)))), "resending": MINE}, None),
    (room_in_scopes, "five in the cluster", scopes(namespace(), cluster(acts=FIVE)),
     full("cluster", Reason.RATE_LIMITED)),
]  # fmt: skip
AVAILABILITY: list[Row] = [
    (availability_floor, "a sick one of three", {}, None),
    (availability_floor, "a sick one alone", {"pods": facts(crashing()).pods}, None),
    (availability_floor, "a ready one of three",
     {"pods": facts(pod(), pod("web-2")).pods, "plan": evicting(pod())}, None),
    (availability_floor, "the last ready one",
     {"pods": facts(pod(), crashing("web-2")).pods, "plan": evicting(pod())}, FLOOR),
    (availability_floor, "a restart keeps some", {"plan": restart()}, None),
    (availability_floor, "a restart keeps one",
     {"plan": restart(), "rollout": rollout(restart_keeps=1)}, None),
    (availability_floor, "a restart keeps none",
     {"plan": restart(), "rollout": rollout(restart_keeps=0)}, NONE_KEPT),
    (availability_floor, "a rollback keeps none",
     {"plan": doing(Verb.ROLL_BACK), "rollout": rollout(restart_keeps=0)}, NONE_KEPT),
    (availability_floor, "a restart of what is down", {"plan": restart(),
     "rollout": rollout(restart_keeps=0), "pods": facts(crashing()).pods}, None),
    (availability_floor, "what disrupts nothing",
     {"plan": doing(Verb.SCALE), "rollout": UNKNOWN, "pods": UNKNOWN}, None),
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
TABLE = [*AROUND, *AVAILABILITY]


@pytest.mark.parametrize(
    ("guard", "changes", "expected"),
    [
        pytest.param(guard, changes, expected, id=f"{guard.__name__}: {words}")
        for guard, words, changes, expected in TABLE
    ],
)
def test_guard_of_capacity(guard: Guard, changes: Changes, expected: Refusal | None) -> None:
    assert guard(case_of(**changes)) == expected
