"""Guards of the history: was it tried too often already?"""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.domain.builders import SOAKED_S, rollout
from tests.unit.domain.guard_cases import (
    Changes,
    Row,
    case_of,
    cooled,
    never,
    skip,
    waiting,
)
from worker.domain.document.change import Recurrence
from worker.domain.document.subject import CoolDown
from worker.domain.guards.case import Guard
from worker.domain.guards.history import (
    attempts_left,
    cooled_down,
    not_flapping,
    not_looping,
    nothing_forgotten,
)
from worker.domain.planners.plan import Refusal
from worker.domain.story.reason import Reason

MINE = case_of().incident.id
SPENT = skip(Reason.ATTEMPTS_USED, "2 here")
HOUR_S = 3600.0


def acted(*cools: tuple[str, list[tuple[str, float]]], cause: str = "crash_loop") -> Changes:
    """What was done about this cause: for each verb the incidents, and how long ago."""
    made = tuple(
        CoolDown(
            cause, verb, acts[-1][0], tuple(SOAKED_S - ago_s for _, ago_s in acts),
            tuple(name for name, _ in acts[:-1]),
        )
        for verb, acts in cools
    )  # fmt: skip
    return {"document": {"cool_downs": made}}


def acts(*names: str, ago_s: float = HOUR_S) -> list[tuple[str, float]]:
    return [(name, ago_s) for name in names]


def opened_ago(*ago_s: float, cause: str = "crash_loop") -> Changes:
    return {
        "document": {"recurrences": (Recurrence(cause, tuple(SOAKED_S - one for one in ago_s)),)}
    }


def looping(count: int) -> Refusal:
    return never(Reason.LOOPING, f"{count} repairs of this within 6 h, and it came back")


def bearing(intent: str) -> Changes:
    """The workload bears this intent's id."""
    return {"rollout": rollout(last_intent=intent)}


SIX = opened_ago(3000.0, 2400.0, 1800.0, 1200.0, 600.0, 60.0)
SEVERAL: dict[str, Any] = {"loops_max": 3}

TABLE: list[Row] = [
    (nothing_forgotten, "nothing of this incident on it", {}, None),
    (nothing_forgotten, "another incident's", bearing("inc-other-s1-a1"), None),
    (nothing_forgotten, "the next one of its own, found done", bearing(f"{MINE}-s1-a1"), None),
    (nothing_forgotten, "one that it doesn't know", bearing(f"{MINE}-s1-a2"),
     never(Reason.MEMORY_LOST, f"{MINE}-s1-a2 is on shop/Deployment/web")),
    (attempts_left, "none yet", {}, None),
    (attempts_left, "one of two", {"done": 1}, None),
    (attempts_left, "all of them", {"done": 2}, SPENT),
    (attempts_left, "what was refused costs none", {"rejected": 9}, None),
    (attempts_left, "another rung's cost none here", {"done": 2, "incident": {"rung": 1}}, None),
    (attempts_left, "three within the hour", cooled(3000.0, 900.0, 60.0),
     never(Reason.ATTEMPTS_USED, "3 within 3600 s")),
    (attempts_left, "two within the hour", cooled(900.0, 60.0), None),
    (attempts_left, "three, one of them long ago", cooled(3600.0, 900.0, 60.0), None),
    (attempts_left, "three of another action", cooled(9, 8, 7, action="rollout_restart"), None),
    (attempts_left, "three of another cause", cooled(9, 8, 7, cause="not_ready"), None),
    (not_looping, "the first time", {}, None),
    (not_looping, "three repairs before", acted(("evict_pod", acts("i-1", "i-2", "i-3"))), None),
    (not_looping, "four", acted(("evict_pod", acts("i-1", "i-2", "i-3", "i-4"))), looping(4)),
    (not_looping, "four, by one verb and another",
     acted(("evict_pod", acts("i-1", "i-3")), ("rollout_restart", acts("i-2", "i-4"))), looping(4)),
    (not_looping, "three, each by two verbs", acted(
        ("evict_pod", acts("i-1", "i-2", "i-3")), ("rollout_restart", acts("i-1", "i-2", "i-3"))
     ), None),
    (not_looping, "three, and its own", acted(("evict_pod", acts("i-1", "i-2", "i-3", MINE))),
     None),
    (not_looping, "four, one of them long ago", acted(
        ("evict_pod", [("i-1", 6 * HOUR_S), *acts("i-2", "i-3", "i-4")])
     ), None),
    (not_looping, "four about another cause",
     acted(("evict_pod", acts("i-1", "i-2", "i-3", "i-4")), cause="not_ready"), None),
    (not_looping, "four, of which only the moments are known", cooled(9e3, 8e3, 7e3, 6e3),
     looping(4)),
    (not_looping, "as often as the policy bears", {**acted(("evict_pod", acts("i-1", "i-2"))),
     **SEVERAL}, None),
    (not_looping, "and once more", {**acted(("evict_pod", acts("i-1", "i-2", "i-3"))), **SEVERAL},
     looping(3)),
    (not_flapping, "the first time", {}, None),
    (not_flapping, "five times within the hour",
     opened_ago(2400.0, 1800.0, 1200.0, 600.0, 60.0), None),
    (not_flapping, "six times", SIX,
     never(Reason.FLAPPING, "it came 6 times within 3600 s")),
    (not_flapping, "six times, the first one long ago",
     opened_ago(3600.0, 2400.0, 1800.0, 1200.0, 600.0, 60.0), None),
    (not_flapping, "another cause",
     opened_ago(3000.0, 2400.0, 1800.0, 1200.0, 600.0, 60.0, cause="not_ready"), None),
    (cooled_down, "never done", {}, None),
    (cooled_down, "a short while ago", cooled(60.0), waiting(540.0)),
    (cooled_down, "just over", cooled(600.0), None),
    (cooled_down, "twice as long after a repeat", cooled(7200.0, 600.0), waiting(600.0)),
    (cooled_down, "and again", cooled(9000.0, 7200.0, 600.0), waiting(1800.0)),
    (cooled_down, "at most six hours", cooled(*[7200.0] * 7, 600.0), waiting(21_000.0)),
    (cooled_down, "a longer one of its step is not cut",
     {**cooled(60.0), "step": {"cool_down_s": 86_400.0}}, waiting(86_340.0)),
    (cooled_down, "nor doubled", {**cooled(7200.0, 60.0), "step": {"cool_down_s": 86_400.0}},
     waiting(86_340.0)),
    (cooled_down, "its own ladder", cooled(60.0, incident=MINE), None),
    (cooled_down, "its own after an earlier one's", cooled(300.0, 60.0, incident=MINE),
     waiting(300.0)),
    (cooled_down, "a repeat of more than a day ago begins anew", cooled(90_000.0, 600.0), None),
    (cooled_down, "a repeat of just a day ago too", cooled(86_400.0, 600.0), None),
    (cooled_down, "a repeat of almost a day ago", cooled(86_399.0, 600.0), waiting(600.0)),
    (cooled_down, "another action", cooled(60.0, action="rollout_restart"), None),
    (cooled_down, "another cause", cooled(60.0, cause="not_ready"), None),
]  # fmt: skip


@pytest.mark.parametrize(
    ("guard", "changes", "expected"),
    [
        pytest.param(guard, changes, expected, id=f"{guard.__name__}: {words}")
        for guard, words, changes, expected in TABLE
    ],
)
def test_guard_of_the_history(guard: Guard, changes: Changes, expected: Refusal | None) -> None:
    assert guard(case_of(**changes)) == expected
