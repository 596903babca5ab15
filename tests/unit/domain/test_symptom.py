"""Which pods show what an incident is about: by its cause, and not while they are newborn."""

from __future__ import annotations

import pytest

from tests.unit.domain.builders import NOW_S, crashing, facts, pod
from tests.unit.domain.plan_cases import INCIDENT, ODD, UNREADY
from worker.domain.observed.pods import Container, Pod
from worker.domain.planners.symptom import sick_pods

NEWBORN_S = 180.0


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
