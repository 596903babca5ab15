"""What every guard says of a node and of a CronJob, which have no rollout and no pods of their own.

None of them is passed because there is nothing for it to look at: unseen, each that needs to see
the object refuses.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from tests.unit.domain.builders import NOW_S, POLICY, SOAKED_S, only
from tests.unit.domain.containing import CORDON, SUSPEND, Containment, cron_job, facts_of, node
from tests.unit.domain.guard_cases import never, no, skip
from worker.domain.deciding.policy import Policy
from worker.domain.deciding.situation import Situation
from worker.domain.guards import GUARDS, UNDO_GUARDS, Case, answers
from worker.domain.guards.case import Guard
from worker.domain.observed.evidence import Gone, Unknown
from worker.domain.observed.facts import Facts
from worker.domain.observed.ownership import Ownership
from worker.domain.planners import plan
from worker.domain.planners.plan import Plan, Refusal
from worker.domain.scopes.scope import Act, Lease, ScopeDocument, ScopeKind
from worker.domain.scopes.scopes_seen import ScopesSeen
from worker.domain.story.reason import Reason

MARK = {"aiops-operator.io/enabled": "false"}
ANNOTATION = "annotation aiops-operator.io/enabled on"
UNSEEN = Unknown("HTTP 403")
EARLIER = f"{CORDON.incident_id}-s9-a9"
OF_GUARD = {guard.__name__: guard for guard in GUARDS}
BY_OBJECT = {
    "still_there", "opted_out", "owned_by_others", "one_disruption", "nothing_forgotten",
    "availability_floor", "room_in_scopes", "protected",
}  # fmt: skip
"""The guards that look at the object or at what is around it, and not only at us."""


def case_of(one: Containment, seen: Facts, policy: Policy = POLICY) -> Case:
    """The plan is the one of the silent case, whatever is seen since."""
    document, pack = one.opened(), one.pack
    before = Situation(replace(one.sick, at_s=SOAKED_S), pack, POLICY, SOAKED_S)
    (playbook,), incident = pack.playbooks, only(document)
    planned = plan(playbook.steps[0], document, incident, before)
    assert isinstance(planned, Plan)
    now = Situation(replace(seen, at_s=SOAKED_S), pack, policy, SOAKED_S)
    return Case(document, incident, playbook, playbook.steps[0], planned, now)


def of_node(**changes: Any) -> Facts:
    return facts_of(node(**changes), CORDON.news)


def of_cron_job(**changes: Any) -> Facts:
    return facts_of(cron_job(**changes), SUSPEND.news)


def in_pool(**changes: Any) -> Facts:
    pool = ScopeDocument(ScopeKind.NODE_POOL, "workers", **changes)
    scopes = ScopesSeen((pool, ScopeDocument(ScopeKind.CLUSTER)), 10)
    return replace(of_node(), scopes=scopes)


OTHERS = (Lease("inc-other-s1-a1", "node//node-2", NOW_S, NOW_S + 900.0, "workers"),)
ACTS = tuple(Act(f"inc-other-s1-a{n}", NOW_S) for n in range(3))
Row = tuple[str, str, Containment, Facts, Refusal | None]
TABLE: list[Row] = [
    ("still_there", "gone", CORDON, replace(of_node(), node=Gone("it")),
     never(Reason.TARGET_GONE, "Node/node-1")),
    ("still_there", "gone", SUSPEND, replace(of_cron_job(), cron_job=Gone("it")),
     never(Reason.TARGET_GONE, "shop/CronJob/nightly")),
    ("protected", "of the control plane", CORDON, of_node(control_plane=True),
     never(Reason.PROTECTED, "a node of the control plane")),
    ("opted_out", "by annotation", CORDON, of_node(annotations=MARK),
     never(Reason.OPTED_OUT, f"{ANNOTATION} the node")),
    ("opted_out", "by annotation", SUSPEND, of_cron_job(annotations=MARK),
     never(Reason.OPTED_OUT, f"{ANNOTATION} its workload")),
    ("owned_by_others", "its autoscaler takes it", CORDON, of_node(leaving="taint gone"),
     skip(Reason.OWNED_BY_OTHERS, "taint gone is taking the node away")),
    ("owned_by_others", "GitOps", SUSPEND,
     replace(of_cron_job(), ownership=Ownership(gitops="Flux kustomization shop")),
     skip(Reason.OWNED_BY_OTHERS, "Flux kustomization shop would put it back")),
    ("owned_by_others", "an operator", SUSPEND,
     replace(of_cron_job(), ownership=Ownership(operator="Backup/daily")),
     skip(Reason.OWNED_BY_OTHERS, "Backup/daily would put it back")),
    ("owned_by_others", "nobody knows", SUSPEND, replace(of_cron_job(), ownership=UNSEEN),
     no(Reason.EVIDENCE_UNKNOWN, "ownership: HTTP 403")),
    ("nothing_forgotten", "a deed that we don't know", CORDON, of_node(last_intent=EARLIER),
     never(Reason.MEMORY_LOST, f"{EARLIER} is on Node/node-1")),
    ("nothing_forgotten", "somebody's", SUSPEND, of_cron_job(last_intent="inc-1-s1-a1"), None),
    ("availability_floor", "the only node", CORDON, of_node(nodes_in_pool=1),
     never(Reason.LAST_NODE, "no other node of pool workers of 1 takes pods")),
    ("availability_floor", "no other takes pods", CORDON, of_node(cordoned_in_pool=4),
     never(Reason.LAST_NODE, "no other node of pool workers of 5 takes pods")),
    ("availability_floor", "one of two", CORDON, of_node(nodes_in_pool=2), None),
    ("availability_floor", "the second of five", CORDON, of_node(cordoned_in_pool=1),
     never(Reason.POOL_UNWELL, "2 nodes of pool workers of 5 would take no pods, 1 may")),
    ("availability_floor", "the third of ten", CORDON,
     of_node(nodes_in_pool=10, cordoned_in_pool=2), None),
    ("availability_floor", "the fourth of ten", CORDON,
     of_node(nodes_in_pool=10, cordoned_in_pool=3),
     never(Reason.POOL_UNWELL, "4 nodes of pool workers of 10 would take no pods, 3 may")),
    ("availability_floor", "the fourth of a thousand", CORDON,
     of_node(nodes_in_pool=1000, cordoned_in_pool=3),
     never(Reason.POOL_UNWELL, "4 nodes of pool workers of 1000 would take no pods, 3 may")),
    ("availability_floor", "suspending takes nothing away", SUSPEND, of_cron_job(), None),
    ("room_in_scopes", "another node of the pool", CORDON, in_pool(leases=OTHERS),
     no(Reason.NO_LEASE, "node pool workers")),
    ("room_in_scopes", "three acts in the pool", CORDON, in_pool(acts=ACTS),
     no(Reason.RATE_LIMITED, "node pool workers")),
    ("room_in_scopes", "which pool isn't known", CORDON, replace(of_node(), node=UNSEEN),
     no(Reason.TARGET_UNKNOWN)),
    ("one_disruption", "unseen", CORDON, replace(of_node(), node=UNSEEN),
     no(Reason.TARGET_UNKNOWN)),
]  # fmt: skip


@pytest.mark.parametrize(
    ("guard", "one", "seen", "expected"),
    [pytest.param(row[0], *row[2:], id=f"{row[0]}: {row[1]}, {row[2].verb}") for row in TABLE],
)
def test_what_it_says(guard: str, one: Containment, seen: Facts, expected: Refusal | None) -> None:
    assert OF_GUARD[guard](case_of(one, seen)) == expected


@pytest.mark.parametrize("one", [CORDON, SUSPEND], ids=lambda one: str(one.verb))
@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.__name__)
def test_each_is_silent_when_nothing_speaks_against_it(guard: Guard, one: Containment) -> None:
    assert guard(case_of(one, one.sick)) is None


@pytest.mark.parametrize("one", [CORDON, SUSPEND], ids=lambda one: str(one.verb))
@pytest.mark.parametrize("why", [UNSEEN, Gone("it")], ids=["unseen", "gone"])
def test_what_is_not_seen_is_refused_by_whoever_has_to_see_it(
    one: Containment, why: Unknown | Gone
) -> None:
    own: Mapping[str, Any] = {"node" if one is CORDON else "cron_job": why}
    said = {name for name, refusal in answers(case_of(one, replace(one.sick, **own))) if refusal}
    assert said >= {"opted_out", "one_disruption", "nothing_forgotten"}
    assert said <= BY_OBJECT, "the others judge us, and not the object"


@pytest.mark.parametrize("one", [CORDON, SUSPEND], ids=lambda one: str(one.verb))
def test_a_protected_name_is_protected(one: Containment) -> None:
    target = case_of(one, one.sick).plan.target
    policy = replace(POLICY, protected_workloads=frozenset({target.text}))
    refusal = OF_GUARD["protected"](case_of(one, one.sick, policy))
    assert refusal == never(Reason.PROTECTED, target.text)


def test_an_undo_passes_by_what_only_a_new_cordon_needs() -> None:
    """A pool of which too many are out gets one back."""
    names = {guard.__name__ for guard in UNDO_GUARDS}
    assert "availability_floor" not in names
    assert {"still_there", "opted_out", "one_disruption", "kill_switch"} <= names
