"""The order of the guards is the policy: what is told when several would refuse."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.unit.domain.builders import SOAKED_S, crashing, facts, pod, rollout
from tests.unit.domain.guard_cases import (
    Changes,
    case_of,
    cluster,
    cooled,
    evicting,
    namespace,
    planned,
    restart,
    scopes,
)
from tests.unit.domain.test_guard_history import SIX, acted, acts
from tests.unit.domain.test_guard_moment import at_work, calendar, changed, holding, muted
from tests.unit.domain.test_guard_target import NAMELESS
from worker.domain.calendar.window import WindowKind
from worker.domain.catalogue import Verb
from worker.domain.document.incident import Phase
from worker.domain.guards import GUARDS, UNDO_GUARDS, first_refusal
from worker.domain.guards.permission import not_only_observing
from worker.domain.observed.ownership import Ownership
from worker.domain.playbooks.playbook import Condition, Mode
from worker.domain.scopes.common_cause import Root, node_subject
from worker.domain.scopes.scope import Act, Lease, Sick
from worker.domain.story.reason import Reason

MARK = "aiops-operator.io/enabled"
STORM = scopes(cluster(sick=tuple(Sick(f"s-{n}", 1.0, "crash_loop") for n in range(9))))
LEASED = scopes(namespace(leases=(Lease("i", "another", 1.0, 2.0),)))
ACTS = tuple(Act(f"i-{n}", SOAKED_S - 60.0) for n in range(3))

# All that is wrong with one case, each with what it takes to make its guard speak.
TROUBLES: list[tuple[Reason, Changes]] = [
    (Reason.TARGET_GONE, {"plan": NAMELESS}),
    (Reason.PROTECTED, {"protected_namespaces": frozenset({"shop"})}),
    (Reason.OPTED_OUT, {"rollout": rollout(annotations={MARK: "false"})}),
    (Reason.NO_CONTROLLER, {"plan": evicting(pod("web-1", controlled=False))}),
    (Reason.OWNED_BY_OTHERS, {"plan": restart(), "ownership": Ownership(operator="Kafka/orders")}),
    (Reason.CONDITION_NOT_MET,
     {"step": {"when": (Condition("c", "c()"),)}, "conditions": {"c": False}}),
    (Reason.CLOCKS_DISAGREE, {"clock_skew_s": 99.0}),
    (Reason.STALE_FACTS, {"at_s": SOAKED_S - 99.0}),
    (Reason.STORM, STORM),
    (Reason.COMMON_CAUSE, {"root": Root(node_subject("node-1"), "inc-n", SOAKED_S)}),
    (Reason.PERSON_AT_WORK, holding(at_work())),
    (Reason.DEPLOY_RUNNING, changed(("deploy_started", SOAKED_S - 60.0, "ci"))),
    (Reason.WINDOW_CLOSED, calendar(WindowKind.FREEZE)),
    (Reason.SILENCED, muted("KubePodCrashLooping-web-1")),
    (Reason.BUSY, {"other": {"phase": Phase.ACTING}}),
    (Reason.MEMORY_LOST, {"rollout": rollout(last_intent=f"{case_of().incident.id}-s1-a9")}),
    (Reason.ATTEMPTS_USED, {"done": 2}),
    (Reason.LOOPING, acted(("rollout_restart", acts("i-1", "i-2", "i-3", "i-4")))),
    (Reason.FLAPPING, SIX),
    (Reason.COOL_DOWN, cooled(60.0)),
    (Reason.LAST_HEALTHY_REPLICA,
     {"plan": evicting(pod("web-1")), "pods": facts(pod("web-1")).pods}),
    (Reason.RATE_LIMITED, {"document": {"acts": ACTS}}),
    (Reason.NO_LEASE, LEASED),
    (Reason.OBSERVE_MODE, {"mode": Mode.OBSERVE}),
    (Reason.KILL_SWITCH, {"kill_switch_set": True}),
]  # fmt: skip
NAMES = [str(reason) for reason, _ in TROUBLES]


def from_on(index: int) -> Changes:
    """The troubles from this one on; an earlier one's change of the same thing goes first."""
    changes: dict[str, Any] = {}
    for _, trouble in reversed(TROUBLES[index:]):
        for name, change in trouble.items():
            both = isinstance(change, Mapping) and name in changes and name != "other"
            changes[name] = {**changes[name], **change} if both else change
    return changes


@pytest.mark.parametrize("index", range(len(TROUBLES)), ids=NAMES)
def test_the_first_trouble_is_told(index: int) -> None:
    refusal = first_refusal(case_of(**from_on(index)))
    assert refusal is not None
    assert refusal.reason is TROUBLES[index][0]


def test_each_guard_has_its_place_in_this_order() -> None:
    speaking = [
        [guard for guard in GUARDS if guard(case_of(**trouble)) is not None]
        for _, trouble in TROUBLES
    ]
    assert speaking == [[guard] for guard in GUARDS]
    assert len(GUARDS) == 25


def test_without_trouble_no_guard_speaks() -> None:
    assert first_refusal(case_of()) is None
    assert first_refusal(case_of(plan=evicting(crashing("web-1")))) is None
    assert first_refusal(case_of(plan=planned(Verb.ROLLOUT_RESTART))) is None


def test_the_kill_switch_is_told_only_where_we_would_act() -> None:
    """In observe mode nothing is written anyway, and what would be done is worth more."""
    refusal = first_refusal(case_of(mode=Mode.OBSERVE, kill_switch_set=True))
    assert refusal is not None
    assert refusal.reason is Reason.OBSERVE_MODE


STOPS_AN_UNDO = [
    "target_gone", "protected", "opted_out", "clocks_disagree", "stale_facts", "person_at_work",
    "window_closed", "busy", "no_lease", "observe_mode", "kill_switch",
]  # fmt: skip


@pytest.mark.parametrize("index", range(len(TROUBLES)), ids=NAMES)
def test_what_stops_an_undo(index: int) -> None:
    """It puts back what we did: neither a mode nor what was tried before keeps it from that."""
    reason, trouble = TROUBLES[index]
    refusal = first_refusal(case_of(**trouble), UNDO_GUARDS)
    assert (refusal.reason if refusal else None) == (reason if reason in STOPS_AN_UNDO else None)


def test_the_guards_of_an_undo_keep_their_order() -> None:
    shared = [guard for guard in UNDO_GUARDS if guard is not not_only_observing]
    assert shared == [guard for guard in GUARDS if guard in UNDO_GUARDS]
    assert len(UNDO_GUARDS) == len(STOPS_AN_UNDO)


def test_an_undo_has_as_little_room_as_any_other_deed() -> None:
    rated = scopes(namespace(acts=tuple(Act(f"i-{n}", SOAKED_S) for n in range(5))))
    refusal = first_refusal(case_of(**rated), UNDO_GUARDS)
    assert refusal is not None
    assert refusal.reason is Reason.RATE_LIMITED
