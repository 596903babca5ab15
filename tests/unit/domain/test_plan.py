"""What each verb would do to which object, from live facts only."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.unit.domain.builders import (
    NOW_S,
    SICK,
    WEB_TARGET,
    alert,
    crashing,
    facts,
    only,
    opened,
    pod,
    rollout,
)
from worker.domain.evidence import Container, Facts, Gone, Pod, Unknown
from worker.domain.incident import Incident
from worker.domain.plan import Plan, Refusal, Then, plan, sick_pods
from worker.domain.playbook import Verb
from worker.domain.reason import Reason

INCIDENT = only(opened())
ODD = only(opened(alert("Odd", pod="")))
NEWBORN_S = 180.0
UNREADY = only(opened(alert("KubePodNotReady", pod="")))


def planned(verb: Verb, seen: Facts, incident: Incident = INCIDENT) -> Plan:
    answer = plan(verb, incident, seen, NEWBORN_S)
    assert isinstance(answer, Plan), answer
    return answer


def refused(verb: Verb, seen: Facts, incident: Incident = INCIDENT) -> Refusal:
    answer = plan(verb, incident, seen, NEWBORN_S)
    assert isinstance(answer, Refusal), answer
    return answer


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


@pytest.mark.parametrize("verb", Verb)
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
    assert isinstance(plan(Verb.EVICT_POD, INCIDENT, SICK, NEWBORN_S), Plan)


def test_when_every_pod_crashes_another_restart_changes_nothing() -> None:
    everywhere = facts(crashing("web-1"), crashing("web-2"))
    answer = refused(Verb.ROLLOUT_RESTART, everywhere)
    assert (answer.reason, answer.then) == (Reason.SICK_EVERYWHERE, Then.NEXT_STEP)
    assert "all 2 pods crash" in answer.detail
    stuck = facts(pod("web-1", ready=False), pod("web-2", ready=False))
    assert planned(Verb.ROLLOUT_RESTART, stuck, UNREADY).verb is Verb.ROLLOUT_RESTART


@pytest.mark.parametrize(
    ("shown", "crash_loop", "not_ready"),
    [
        pytest.param(pod(), False, False, id="well"),
        pytest.param(crashing(), True, True, id="crash loop"),
        pytest.param(pod(ready=False), False, True, id="runs, not ready"),
        pytest.param(pod(serving=False), False, True, id="its own Ready condition says no"),
        pytest.param(pod(ready=False, phase="Pending"), False, False, id="not started"),
        pytest.param(pod(ready=False, waiting="ImagePullBackOff"), False, True, id="no image"),
        pytest.param(
            pod(ready=False, waiting="CrashLoopBackOff"), False, True, id="waits, never restarted"
        ),
        pytest.param(
            pod(ready=False, created_at_s=NOW_S - 100.0), False, False, id="still starting"
        ),
        pytest.param(crashing(created_at_s=NOW_S - 100.0), True, False, id="young, and crashes"),
        pytest.param(pod(containers=()), False, True, id="no container"),
        pytest.param(
            pod(containers=(Container("proxy", True, 0), *crashing().containers)),
            True,
            True,
            id="a healthy sidecar hides no crash",
        ),
    ],
)
def test_symptom(shown: Pod, crash_loop: bool, not_ready: bool) -> None:
    seen = facts(shown)
    assert bool(sick_pods(INCIDENT, seen, NEWBORN_S)) == crash_loop
    assert bool(sick_pods(UNREADY, seen, NEWBORN_S)) == not_ready
    assert bool(sick_pods(ODD, seen, NEWBORN_S)) == not_ready


def test_sick_pods_are_those_of_the_incidents_own_symptom() -> None:
    seen = facts(crashing("web-1"), pod("web-2", ready=False), pod("web-3"))
    assert [one.target.name for one in sick_pods(INCIDENT, seen, NEWBORN_S)] == ["web-1"]
    assert {one.target.name for one in sick_pods(UNREADY, seen, NEWBORN_S)} == {"web-1", "web-2"}
