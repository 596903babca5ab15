"""What one alert says, whose change it may have been, and whether an action helped in part."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.domain.builders import (
    NOW_S,
    SICK,
    SOAKED_S,
    WELL,
    alert,
    crashing,
    facts,
    only,
    opened,
    pod,
    rollout,
    verifying,
)
from worker.domain.document.incident import Attempt
from worker.domain.observed.evidence import AlertStates, Baseline, Gone, Unknown
from worker.domain.observed.facts import Facts
from worker.domain.observed.pods import Pod, PodHealth
from worker.domain.story.reason import Reason
from worker.domain.verify.attribution import changed_by_others, helped_in_part
from worker.domain.verify.verification import NO_MONITOR, alert_state

FINGERPRINT = "KubePodCrashLooping-web-2"
EVICTION = only(verifying()).attempts[0]
RESTART = replace(EVICTION, action="rollout_restart")


def states(firing: str = "", suppressed: str = "") -> AlertStates:
    return AlertStates(frozenset({firing}), frozenset({suppressed}))


@pytest.mark.parametrize(
    ("name", "alerts", "expected"),
    [
        ("web-2", states(FINGERPRINT), Reason.ALERT_FIRING),
        ("web-2", states(suppressed=FINGERPRINT), Reason.ALERT_SUPPRESSED),
        ("web-2", states(FINGERPRINT, FINGERPRINT), Reason.ALERT_SUPPRESSED),
        ("web-2", states(), None),
        ("web-2", Unknown("timed out"), Reason.EVIDENCE_UNKNOWN),
        ("web-2", Unknown(NO_MONITOR), Reason.ALERT_FIRING),
        ("web-1", states("KubePodCrashLooping-web-1"), None),
        ("web-1", states(suppressed="KubePodCrashLooping-web-1"), None),
        ("web-1", Unknown("timed out"), None),
        ("", states("KubePodCrashLooping-"), Reason.ALERT_FIRING),
        ("", Unknown("timed out"), Reason.EVIDENCE_UNKNOWN),
    ],
)
def test_what_one_alert_says(
    name: str, alerts: AlertStates | Unknown, expected: Reason | None
) -> None:
    """An alert about a pod that no longer exists (web-1) proves nothing either way."""
    record = only(opened(alert(pod=name))).alerts[0]
    assert isinstance(WELL.pods, PodHealth)
    assert alert_state(record, replace(WELL, alerts=alerts), WELL.pods) == expected


def before(attempt: Attempt, revision: str) -> Attempt:
    return replace(attempt, before=Baseline(NOW_S, "uid-web", 3, 2, 5, revision))


@pytest.mark.parametrize(
    ("attempt", "revision", "theirs"),
    [
        pytest.param(before(EVICTION, "5"), "5", "", id="an eviction makes no revision"),
        pytest.param(before(EVICTION, "5"), "6", "revision 6", id="so a new one is another's"),
        pytest.param(before(EVICTION, "5"), "4", "revision 4", id="a roll back too"),
        pytest.param(before(EVICTION, "web-7d"), "web-9f", "revision web-9f", id="a hash"),
        pytest.param(before(RESTART, "5"), "5", "", id="a restart not begun"),
        pytest.param(before(RESTART, "5"), "6", "", id="a restart makes one"),
        pytest.param(before(RESTART, "5"), "7", "revision 7", id="not two"),
        pytest.param(before(RESTART, "9"), "10", "", id="counted as numbers"),
        pytest.param(before(RESTART, "web-7d"), "web-9f", "", id="a hash can't be counted"),
        pytest.param(before(RESTART, ""), "6", "", id="nothing before to count from"),
        pytest.param(replace(EVICTION, before=None), "6", "", id="no baseline"),
    ],
)
def test_whose_revision_it_is(attempt: Attempt, revision: str, theirs: str) -> None:
    seen = replace(WELL, rollout=rollout(revision=revision))
    assert changed_by_others(attempt, seen) == theirs


@pytest.mark.parametrize("unseen", [Gone("web"), Unknown("timed out")], ids=["gone", "unknown"])
def test_an_unseen_revision_is_nobodys(unseen: Gone | Unknown) -> None:
    assert changed_by_others(EVICTION, replace(WELL, rollout=unseen)) == ""


def young(after_s: float, *, ready: bool = True) -> Pod:
    return pod("web-4", ready=ready, created_at_s=SOAKED_S + after_s)


@pytest.mark.parametrize(
    ("seen", "helped"),
    [
        pytest.param(facts(young(2.0), crashing("web-2")), True, id="the one made since is well"),
        pytest.param(facts(young(-1.0), crashing("web-2")), True, id="clocks tell whole seconds"),
        pytest.param(facts(young(-1.1), crashing("web-2")), False, id="made before"),
        pytest.param(facts(young(2.0, ready=False)), False, id="the one made since is not"),
        pytest.param(facts(young(2.0, ready=False), young(3.0)), False, id="one of them is not"),
        pytest.param(
            facts(replace(young(2.0), terminating=True), crashing("web-2")), False, id="on its way"
        ),
        pytest.param(SICK, False, id="none was made since"),
        pytest.param(replace(SICK, pods=Unknown("timed out")), False, id="unknown"),
    ],
)
def test_helped_in_part(seen: Facts, helped: bool) -> None:
    assert helped_in_part(EVICTION, seen) is helped
