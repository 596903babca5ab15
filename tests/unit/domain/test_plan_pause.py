"""Pausing a rollout: only while it makes sick pods, and never what may be a repair."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.unit.domain.builders import NOW_S, SICK, crashing, facts, pod, rollout
from tests.unit.domain.plan_cases import Words, asked, planned, words
from worker.domain.catalogue import Verb
from worker.domain.observed.pods import Pod
from worker.domain.planners.plan import Then
from worker.domain.story.reason import Reason

CHANGED_S = NOW_S - 1800.0
NEW = crashing(created_at_s=CHANGED_S)
OLD = crashing(created_at_s=CHANGED_S - 1.0)
PAUSABLE = rollout(updated=2, changed_at_s=CHANGED_S)


def test_a_rollout_that_makes_sick_pods_is_paused() -> None:
    found = replace(facts(NEW, pod("web-2")), rollout=PAUSABLE)
    plan = planned(Verb.PAUSE_ROLLOUT, found)
    assert (plan.target, plan.fence, plan.generation) == (rollout().target, "42", 3)
    assert (plan.because, plan.during_rollout) == (Reason.SICK_WORKLOAD, True)
    assert plan.detail == "1 new pods sick while revision 5 is rolled out"


@pytest.mark.parametrize(
    ("changes", "pods", "expected"),
    [
        ({"paused": True}, (NEW,), (Reason.ROLLOUT_PAUSED, Then.NEXT_STEP, "it is paused already")),
        ({"updated": 3}, (NEW,), (Reason.NOT_ROLLING, Then.NEXT_STEP, "revision 5 is out")),
        ({}, (pod(),), (Reason.NOTHING_SICK, Then.HOLD, "no pod shows the symptom now")),
        ({}, (OLD, pod("web-2")),
         (Reason.NOTHING_SICK, Then.HOLD, "no pod shows the symptom now")),
    ],
    ids=["paused", "through", "nothing sick", "only older pods: it may be their repair"],
)  # fmt: skip
def test_what_is_not_paused(
    changes: dict[str, Any], pods: tuple[Pod, ...], expected: Words
) -> None:
    found = replace(SICK, rollout=replace(PAUSABLE, **changes), pods=facts(*pods).pods)
    assert words(asked(Verb.PAUSE_ROLLOUT, found)) == expected
