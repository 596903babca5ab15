"""All guards: each is seen to pass and to refuse, and none says yes to what it can't know."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.unit.domain import (
    test_guard_capacity,
    test_guard_history,
    test_guard_moment,
    test_guard_permission,
    test_guard_target,
)
from tests.unit.domain.builders import SOAKED_S
from tests.unit.domain.guard_cases import case_of
from worker.domain.guards import GUARDS, answers, first_refusal
from worker.domain.guards.capacity import (
    availability_floor,
    no_common_cause,
    no_storm,
    one_disruption,
    room_in_scopes,
)
from worker.domain.guards.case import Guard
from worker.domain.guards.history import nothing_forgotten
from worker.domain.guards.moment import clocks_agree, nobody_at_work, not_silenced
from worker.domain.guards.permission import conditions, kill_switch
from worker.domain.guards.target import opted_out, owned_by_others
from worker.domain.observed.evidence import Unknown
from worker.domain.observed.facts import Facts
from worker.domain.planners.plan import Then
from worker.domain.playbooks.playbook import Condition

UNKNOWN = Unknown("timed out")
TABLE = [
    *test_guard_target.TABLE,
    *test_guard_permission.TABLE,
    *test_guard_moment.TABLE,
    *test_guard_capacity.TABLE,
    *test_guard_history.TABLE,
]
NEEDS: Mapping[Guard, tuple[str, ...]] = {
    opted_out: ("rollout",),
    owned_by_others: ("ownership",),
    conditions: ("conditions",),
    clocks_agree: ("clock_skew_s",),
    no_storm: ("scopes",),
    no_common_cause: ("root",),
    nobody_at_work: ("scopes",),
    not_silenced: ("alerts",),
    one_disruption: ("rollout",),
    nothing_forgotten: ("rollout",),
    availability_floor: ("rollout", "pods"),
    room_in_scopes: ("scopes",),
    kill_switch: ("kill_switch_set",),
}
"""The facts without which a guard can't say yes. The others judge the plan and the document."""
ASKING: dict[str, Any] = {"step": {"when": (Condition("c", "c()"),)}}


def test_every_guard_is_seen_to_pass_and_to_refuse() -> None:
    assert {guard for guard, _, _, expected in TABLE if expected is None} == set(GUARDS)
    assert {guard for guard, _, _, expected in TABLE if expected is not None} == set(GUARDS)


def test_each_case_is_told_apart_by_its_words() -> None:
    told = [(guard.__name__, words) for guard, words, _, _ in TABLE]
    assert len(set(told)) == len(told)


@pytest.mark.parametrize(
    ("guard", "fact"),
    [(guard, fact) for guard, facts in NEEDS.items() for fact in facts],
    ids=lambda value: value if isinstance(value, str) else value.__name__,
)
def test_what_a_guard_needs_and_cannot_know_it_refuses_for_now(guard: Guard, fact: str) -> None:
    unknown: dict[str, Any] = {fact: {} if fact == "conditions" else UNKNOWN}
    refusal = guard(case_of(**ASKING, **unknown))
    assert refusal is not None
    assert refusal.then is Then.HOLD


def test_no_other_guard_minds() -> None:
    """So the list above is whole: a guard beside it says of nothing known what it said before."""
    blind: dict[str, Any] = {
        name: UNKNOWN for name in Facts.__dataclass_fields__ if name not in ("at_s", "conditions")
    }
    case = case_of(**ASKING, **blind)
    assert {guard for guard in GUARDS if guard(case) is not None} == set(NEEDS)


def test_every_answer_is_told_in_the_order_of_the_guards() -> None:
    case = case_of(kill_switch_set=True, at_s=SOAKED_S - 99.0)
    told = answers(case)
    assert [name for name, _ in told] == [guard.__name__ for guard in GUARDS]
    refusals = [refusal for _, refusal in told if refusal is not None]
    assert [str(one.reason) for one in refusals] == ["stale_facts", "kill_switch"]
    assert first_refusal(case) == refusals[0]
