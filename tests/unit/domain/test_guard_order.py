"""The order of the guards is the policy: what is told when several would refuse."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.domain.builders import SOAKED_S, crashing, facts, pod, rollout
from tests.unit.domain.guard_cases import case_of
from worker.domain.guard import GUARDS, first_refusal
from worker.domain.incident import Phase
from worker.domain.playbook import Mode
from worker.domain.reason import Reason
from worker.domain.subject import CoolDown

LAST = pod("web-1", controlled=False)
MARK = "aiops-operator.io/enabled"
COOLED = CoolDown("crash_loop", "evict_pod", "inc-earlier", (SOAKED_S - 60.0,))

# All that is wrong with one case, each with what it takes to make its guard speak.
TROUBLES: list[tuple[Reason, dict[str, Any]]] = [
    (Reason.PROTECTED, {"protected_namespaces": frozenset({"shop"})}),
    (Reason.OPTED_OUT, {"rollout": rollout(annotations={MARK: "false"})}),
    (Reason.NO_CONTROLLER, {"pod": LAST}),
    (Reason.CLOCKS_DISAGREE, {"clock_skew_s": 99.0}),
    (Reason.BUSY, {"other": {"phase": Phase.ACTING}}),
    (Reason.ATTEMPTS_USED, {"done": 2}),
    (Reason.COOL_DOWN, {"cool_downs": (COOLED,)}),
    (Reason.LAST_HEALTHY_REPLICA, {"pod": pod("web-1"), "pods": facts(pod("web-1")).pods}),
    (Reason.OBSERVE_MODE, {"mode": Mode.OBSERVE}),
    (Reason.KILL_SWITCH, {"kill_switch_set": True}),
]


def from_on(index: int) -> dict[str, Any]:
    """The troubles from this one on; an earlier one's change of the same thing goes first."""
    changes: dict[str, Any] = {}
    for _, trouble in reversed(TROUBLES[index:]):
        changes.update(trouble)
    return changes


@pytest.mark.parametrize("index", range(len(TROUBLES)), ids=[str(r) for r, _ in TROUBLES])
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


def test_without_trouble_no_guard_speaks() -> None:
    assert first_refusal(case_of()) is None
    assert first_refusal(case_of(pod=crashing("web-1"))) is None


def test_the_kill_switch_is_told_only_where_we_would_act() -> None:
    """In observe mode nothing is written anyway, and what would be done is worth more."""
    refusal = first_refusal(case_of(mode=Mode.OBSERVE, kill_switch_set=True))
    assert refusal is not None
    assert refusal.reason is Reason.OBSERVE_MODE
