"""Is it healthy? The false successes first: what looks like a repair and is none."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.unit.domain.builders import (
    NOW_S,
    RESOLVED,
    WELL,
    alert,
    crashing,
    facts,
    only,
    opened,
    pod,
    rollout,
)
from worker.domain.document.identity import Target
from worker.domain.document.incident import Incident
from worker.domain.observed.evidence import AlertStates, Baseline, Gone, Unknown
from worker.domain.observed.facts import Facts, baseline
from worker.domain.observed.pods import Container, Pod, PodHealth
from worker.domain.story.reason import Reason
from worker.domain.verify.verification import NO_MONITOR, Judgement, Verdict, judge

INCIDENT = only(opened(alert(pod="web-2"), alert(pod="")))
BEFORE = Baseline(NOW_S, "uid-web", desired=3, available=2, restarts=5, revision="5")
REFERENCES = (BEFORE,)
NEWBORN_S = 180.0
HEALTHY, UNHEALTHY = Verdict.HEALTHY, Verdict.UNHEALTHY
UNKNOWN, PENDING = Verdict.UNKNOWN, Verdict.PENDING
FINGERPRINT = "KubePodCrashLooping-web-2"
NOTHING = {name: getattr(Facts(NOW_S), name) for name in ("rollout", "pods", "alerts")}
SIDECAR = (Container("proxy", True, 0), *crashing().containers)


def states(firing: str = "", suppressed: str = "") -> AlertStates:
    return AlertStates(frozenset({firing}), frozenset({suppressed}))


def pods(*some: Pod) -> PodHealth:
    return PodHealth(some)


NO_REPAIR: list[tuple[str, dict[str, Any], Verdict, Reason, str]] = [
    ("gone", {"rollout": Gone("Deployment/web")}, UNHEALTHY, Reason.TARGET_GONE, "Deployment/web"),
    (
        "replaced",
        {"rollout": rollout(target=Target("Deployment", "shop", "web", "uid-new"))},
        UNHEALTHY, Reason.REPLACED, "shop/Deployment/web is another object now",
    ),
    (
        "shrunk",
        {"rollout": rollout(desired=2, updated=2, available=2, ready=2)},
        UNHEALTHY, Reason.SHRUNK, "2 replicas wanted, 3 before",
    ),
    (
        "scaled to nothing",
        {"rollout": rollout(desired=0, updated=0, available=0, ready=0), "pods": pods()},
        UNHEALTHY, Reason.SHRUNK, "0 replicas wanted, 3 before",
    ),
    (
        "a pod crashes on",
        {"pods": pods(pod("web-2"), pod("web-3"), crashing("web-4", restarts=1))},
        UNHEALTHY, Reason.STILL_SICK, "1 of 3 pods sick, first web-4 with 1 restarts",
    ),
    (
        "a healthy sidecar hides a crash",
        {"pods": pods(pod("web-2"), pod("web-3"), pod("web-4", containers=SIDECAR))},
        UNHEALTHY, Reason.STILL_SICK, "first web-4 with 5 restarts",
    ),
    ("rolling", {"rollout": rollout(updated=2)}, PENDING, Reason.NOT_YET, "3 of 3 pods available"),
    ("not observed", {"rollout": rollout(observed_generation=2)}, PENDING, Reason.NOT_YET, "3 of"),
    ("not available", {"rollout": rollout(available=2)}, PENDING, Reason.NOT_YET, "2 of 3 pods"),
    (
        "its controller says ready, its pods don't",
        {"pods": pods(pod("web-2"), pod("web-3"), pod("web-4", ready=False))},
        PENDING, Reason.NOT_YET, "2 of 3 pods available",
    ),
    (
        "a ready pod on its way out doesn't count",
        {"pods": pods(pod("web-2"), pod("web-3"), pod("web-4", terminating=True))},
        PENDING, Reason.NOT_YET, "2 of 3 pods available",
    ),
    ("still firing", {"alerts": states(FINGERPRINT)}, PENDING, Reason.STILL_FIRING, "still fires"),
    (
        "silenced",
        {"alerts": states(suppressed=FINGERPRINT)},
        UNKNOWN, Reason.ALERT_SUPPRESSED, "an alert is muted",
    ),
    (
        "one is silenced, another fires",
        {"alerts": states("KubePodCrashLooping-", FINGERPRINT)},
        UNKNOWN, Reason.ALERT_SUPPRESSED, "an alert is muted",
    ),
    (
        "the monitor is out of reach",
        {"alerts": Unknown("timed out")},
        UNKNOWN, Reason.EVIDENCE_UNKNOWN, "the monitor doesn't answer",
    ),
    ("rollout unknown", {"rollout": Unknown("403")}, UNKNOWN, Reason.EVIDENCE_UNKNOWN, "403"),
    ("pods unknown", {"pods": Unknown("timed out")}, UNKNOWN, Reason.EVIDENCE_UNKNOWN, "timed out"),
    ("nothing was asked", NOTHING, UNKNOWN, Reason.EVIDENCE_UNKNOWN, "asked"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "verdict", "reason", "words"),
    [pytest.param(*row[1:], id=row[0]) for row in NO_REPAIR],
)
def test_what_is_no_repair(
    change: dict[str, Any], verdict: Verdict, reason: Reason, words: str
) -> None:
    judgement = judge(INCIDENT, REFERENCES, replace(WELL, **change), NEWBORN_S)
    assert (judgement.verdict, judgement.reason) == (verdict, reason)
    assert words in judgement.detail


@pytest.mark.parametrize(
    "seen",
    [
        pytest.param(WELL, id="all ready, all quiet"),
        pytest.param(replace(WELL, alerts=states("Odd-web-1")), id="an alert of another incident"),
        pytest.param(replace(WELL, rollout=rollout(desired=3, revision="6")), id="new revision"),
        pytest.param(
            replace(
                WELL,
                rollout=rollout(desired=4, updated=4, available=4, ready=4),
                pods=pods(*(pod(f"web-{n}") for n in (2, 3, 4, 5))),
            ),
            id="grown",
        ),
        pytest.param(replace(WELL, kill_switch_set=True), id="the kill switch judges nothing"),
    ],
)
def test_healthy(seen: Facts) -> None:
    assert judge(INCIDENT, REFERENCES, seen, NEWBORN_S).verdict is HEALTHY


def test_without_a_baseline_it_is_judged_by_itself() -> None:
    assert judge(INCIDENT, (), WELL, NEWBORN_S) == Judgement(
        HEALTHY, Reason.HEALTHY, "3 of 3 pods available, none sick"
    )


def test_without_a_monitor_only_its_own_word_ends_an_alert() -> None:
    alone = replace(WELL, alerts=Unknown(NO_MONITOR))
    assert judge(INCIDENT, REFERENCES, alone, NEWBORN_S).reason is Reason.STILL_FIRING
    assert judge(over(INCIDENT), REFERENCES, alone, NEWBORN_S).verdict is HEALTHY
    assert (
        judge(over(INCIDENT), REFERENCES, replace(alone, alerts=Unknown("x")), NEWBORN_S).verdict
        is UNKNOWN
    )


def over(incident: Incident) -> Incident:
    return replace(incident, alerts=tuple(replace(a, status=RESOLVED) for a in incident.alerts))


def test_a_baseline_is_taken_only_of_what_was_seen() -> None:
    assert baseline(WELL) == Baseline(NOW_S, "uid-web", 3, 3, 0, "5")
    assert baseline(facts(crashing("web-1", restarts=5))) == replace(BEFORE, available=0)
    for unseen in ({"rollout": Unknown("x")}, {"rollout": Gone("x")}, {"pods": Unknown("x")}):
        assert baseline(replace(WELL, **unseen)) is None


@pytest.mark.parametrize(
    "references",
    [
        pytest.param((BEFORE, replace(BEFORE, desired=4)), id="the second"),
        pytest.param((replace(BEFORE, desired=4), BEFORE), id="the first"),
        pytest.param((replace(BEFORE, desired=4), replace(BEFORE, desired=4)), id="both"),
    ],
)
def test_every_reference_is_compared(references: tuple[Baseline, ...]) -> None:
    assert judge(INCIDENT, references, WELL, NEWBORN_S) == Judgement(
        UNHEALTHY, Reason.SHRUNK, "3 replicas wanted, 4 before"
    )
    another = tuple(replace(one, desired=3, uid=f"uid-{one.desired}") for one in references)
    assert judge(INCIDENT, another, WELL, NEWBORN_S).reason is Reason.REPLACED
    assert judge(INCIDENT, (BEFORE, BEFORE), WELL, NEWBORN_S).verdict is HEALTHY
