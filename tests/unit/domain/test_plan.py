"""What each verb would do to which object, from live facts only."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.unit.domain.builders import (
    SICK,
    WEB_TARGET,
    crashing,
    facts,
    pod,
    rollout,
)
from tests.unit.domain.plan_cases import (
    UNREADY,
    asked,
    planned,
    refused,
    words,
)
from worker.domain.catalogue import Verb
from worker.domain.observed.evidence import Gone, Unknown
from worker.domain.observed.pods import Container, Pod
from worker.domain.planners import PLANNED
from worker.domain.planners.plan import Plan, Refusal, Then
from worker.domain.story.reason import Reason

BY_SICK_PODS = (Verb.EVICT_POD, Verb.ROLLOUT_RESTART, Verb.ROLL_BACK)
UNDOES = (Verb.RESUME_ROLLOUT, Verb.RESUME_CRON_JOB, Verb.UNCORDON)


@pytest.mark.parametrize("verb", Verb)
@pytest.mark.parametrize(
    ("unseen", "reason", "then", "detail"),
    [
        ({"rollout": Unknown("HTTP 403")}, Reason.EVIDENCE_UNKNOWN, Then.HOLD, "HTTP 403"),
        ({"pods": Unknown("timed out")}, Reason.EVIDENCE_UNKNOWN, Then.HOLD, "timed out"),
        ({"rollout": Gone("no web")}, Reason.TARGET_GONE, Then.ESCALATE, "no web"),
    ],
)
def test_what_cannot_be_seen_is_not_planned(
    verb: Verb, unseen: dict[str, Any], reason: Reason, then: Then, detail: str
) -> None:
    assert refused(verb, replace(SICK, **unseen)) == Refusal(reason, then, detail)


@pytest.mark.parametrize("verb", BY_SICK_PODS)
@pytest.mark.parametrize(
    "pods",
    [
        [],
        [pod("web-1"), pod("web-2")],
        [crashing("web-1", terminating=True)],
        [crashing("web-1", phase="Failed")],
    ],
    ids=["no pods", "all well", "on its way out", "finished"],
)
def test_nothing_sick_is_nothing_to_do(verb: Verb, pods: list[Pod]) -> None:
    answer = refused(verb, facts(*pods))
    assert (answer.reason, answer.then) == (Reason.NOTHING_SICK, Then.HOLD)


@pytest.mark.parametrize("verb", UNDOES)
def test_what_is_only_ever_an_undo_is_never_planned_first(verb: Verb) -> None:
    expected = (Reason.UNSUPPORTED, Then.NEXT_STEP, "not for a Deployment")
    assert words(refused(verb, SICK)) == expected
    assert verb not in PLANNED


def test_every_other_verb_has_a_planner() -> None:
    assert set(PLANNED) == set(Verb) - set(UNDOES)


@pytest.mark.parametrize(
    ("verb", "kind", "supported"),
    [
        (Verb.ROLL_BACK, "StatefulSet", False),
        (Verb.PAUSE_ROLLOUT, "DaemonSet", False),
        (Verb.SCALE, "DaemonSet", False),
        (Verb.SCALE, "StatefulSet", True),
        (Verb.RAISE_MEMORY_LIMIT, "DaemonSet", True),
        (Verb.ROLLOUT_RESTART, "DaemonSet", True),
        (Verb.ROLLOUT_RESTART, "Pod", False),
        (Verb.EVICT_POD, "StatefulSet", True),
        (Verb.EVICT_POD, "Pod", True),
        (Verb.RAISE_HPA_MAX, "StatefulSet", True),
    ],
)
def test_a_verb_is_planned_only_for_the_kinds_that_it_is_made_for(
    verb: Verb, kind: str, supported: bool
) -> None:
    seen = replace(SICK, rollout=rollout(target=replace(WEB_TARGET, kind=kind)))
    answer = asked(verb, seen)
    unsupported = isinstance(answer, Refusal) and answer.reason is Reason.UNSUPPORTED
    assert unsupported is not supported
    if not supported:
        assert words(answer) == (Reason.UNSUPPORTED, Then.NEXT_STEP, f"not for a {kind}")


def test_evict_pod_names_the_pod_its_fence_and_why() -> None:
    answer = planned(Verb.EVICT_POD, SICK)
    assert answer == Plan(
        verb=Verb.EVICT_POD,
        target=crashing("web-1").target,
        fence="7",
        generation=0,
        because=Reason.SICK_POD,
        detail=(
            "1 of 3 pods sick; on node-1, container app CrashLoopBackOff, 5 restarts, "
            "last exit code 1"
        ),
        pod=crashing("web-1"),
    )


def test_evict_pod_tells_the_worst_container_and_what_is_missing() -> None:
    containers = (Container("proxy", True, 0), Container("app", False, 0))
    seen = facts(pod("web-1", containers=containers, node=""))
    assert planned(Verb.EVICT_POD, seen, UNREADY).detail == (
        "1 of 3 pods sick; on no node, container proxy not ready, 0 restarts"
    )


@pytest.mark.parametrize(
    ("pods", "chosen"),
    [
        ([crashing("web-0", restarts=50), crashing("web-1")], "web-1"),
        ([crashing("web-2", restarts=3), crashing("web-3", restarts=9)], "web-3"),
        ([crashing("web-3"), crashing("web-2")], "web-2"),
        ([pod("web-1"), crashing("web-2")], "web-2"),
    ],
    ids=["the alert's pod first", "then the most restarts", "then by name", "a well one never"],
)
def test_which_pod_is_evicted(pods: list[Pod], chosen: str) -> None:
    assert planned(Verb.EVICT_POD, facts(*pods)).target.name == chosen


def test_rollout_restart_names_the_workload_its_fence_and_why() -> None:
    assert planned(Verb.ROLLOUT_RESTART, SICK) == Plan(
        verb=Verb.ROLLOUT_RESTART,
        target=WEB_TARGET,
        fence="42",
        generation=3,
        because=Reason.SICK_WORKLOAD,
        detail="1 of 3 pods sick, 2 available",
    )


@pytest.mark.parametrize(
    ("state", "reason", "then"),
    [
        ({"paused": True}, Reason.ROLLOUT_PAUSED, Then.ESCALATE),
        ({"on_delete": True}, Reason.UPDATE_ON_DELETE, Then.ESCALATE),
        ({"updated": 2}, Reason.ROLLOUT_IN_PROGRESS, Then.HOLD),
        ({"observed_generation": 2}, Reason.ROLLOUT_IN_PROGRESS, Then.HOLD),
    ],
)
def test_a_rollout_that_cannot_be_restarted(
    state: dict[str, Any], reason: Reason, then: Then
) -> None:
    answer = refused(Verb.ROLLOUT_RESTART, replace(SICK, rollout=rollout(**state)))
    assert (answer.reason, answer.then) == (reason, then)
    assert isinstance(asked(Verb.EVICT_POD, replace(SICK, rollout=rollout(**state))), Plan)


def test_when_every_pod_crashes_another_restart_changes_nothing() -> None:
    everywhere = facts(crashing("web-1"), crashing("web-2"))
    answer = refused(Verb.ROLLOUT_RESTART, everywhere)
    assert (answer.reason, answer.then) == (Reason.SICK_EVERYWHERE, Then.NEXT_STEP)
    assert "all 2 pods crash" in answer.detail
    stuck = facts(pod("web-1", ready=False), pod("web-2", ready=False))
    assert planned(Verb.ROLLOUT_RESTART, stuck, UNREADY).verb is Verb.ROLLOUT_RESTART
