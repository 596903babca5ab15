"""The window of health: unbroken only while somebody looks, and it may end after the deadline."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.unit.domain.builders import (
    NOW_S,
    POLICY,
    SICK,
    WATCH,
    WELL,
    crashing,
    decided,
    facts,
    only,
    opened,
    pod,
    rollout,
    steadily,
    verifying,
    watched,
)
from worker.domain.deciding.decision import abandon
from worker.domain.document.incident import Incident, Phase, Streak
from worker.domain.document.subject import SubjectDocument
from worker.domain.observed.evidence import Baseline, Unknown
from worker.domain.observed.facts import Facts
from worker.domain.story.reason import Reason

SETTLED_S = 60.0 + WATCH.settle_s  # seconds after NOW_S
DEADLINE_S = SETTLED_S + WATCH.deadline_s
WINDOW_S = WATCH.window_s
GAP_S = POLICY.look_gap_max_s
LATE_S = DEADLINE_S - 100.0  # a window that begins now ends 200 s after the deadline
NO_PODS = replace(WELL, pods=Unknown("timed out"))
NO_MONITOR = replace(
    facts(pod("web-1"), pod("web-2"), pod("web-3")), alerts=Unknown("timed out")
)  # fmt: skip
FIRING = facts(pod("web-1"), pod("web-2"), pod("web-3"), firing=["KubePodCrashLooping-web-1"])
ROLLING = replace(WELL, rollout=rollout(updated=2))


def late() -> SubjectDocument:
    """Its window has begun shortly before the deadline, and the deadline has passed."""
    pending = watched(verifying(), (SETTLED_S, FIRING))
    return watched(pending, *steadily(WELL, LATE_S, DEADLINE_S + 50.0))


def test_a_window_that_began_in_time_comes_to_its_end_after_the_deadline() -> None:
    document = watched(late(), *steadily(WELL, DEADLINE_S + 60.0, LATE_S + WINDOW_S - 1.0))
    incident = only(document)
    assert (incident.phase, incident.attempts[0].verdict) == (Phase.VERIFYING, None)
    document = watched(document, (LATE_S + WINDOW_S, WELL))
    assert only(document).resolution is Reason.REPAIRED
    assert only(document).attempts[0].verdict is Reason.HEALTHY


@pytest.mark.parametrize("after_s", [0.0, 0.5, 50.0])
def test_health_at_the_deadline_is_no_verdict(after_s: float) -> None:
    document = watched(verifying(), *steadily(WELL, LATE_S, DEADLINE_S - 1.0))
    document = watched(document, (DEADLINE_S + after_s, WELL))
    assert only(document).phase is Phase.VERIFYING
    assert only(document).streak == Streak(
        NOW_S + LATE_S, NOW_S + DEADLINE_S + after_s, {f"uid-web-{n}": 0 for n in (4, 2, 3)}
    )


@pytest.mark.parametrize(
    ("seen", "verdict"),
    [
        (SICK, Reason.STILL_SICK),
        (FIRING, Reason.STILL_FIRING),
        (ROLLING, Reason.NOT_YET),
    ],
    ids=["sick", "fires", "rolls"],
)
def test_a_window_that_breaks_after_the_deadline_is_no_credit(seen: Facts, verdict: Reason) -> None:
    incident = only(watched(late(), (DEADLINE_S + 60.0, seen)))
    assert (incident.phase, incident.rung) == (Phase.OPEN, 1)
    assert incident.attempts[0].verdict is verdict


@pytest.mark.parametrize("seen", [NO_PODS, NO_MONITOR], ids=["pods", "monitor"])
def test_a_window_that_nobody_can_see_any_more_after_the_deadline_is_a_humans(
    seen: Facts,
) -> None:
    incident = only(watched(late(), (DEADLINE_S + 60.0, seen)))
    assert incident.escalated_for is Reason.VERIFICATION_UNKNOWN
    assert incident.attempts[0].verdict is Reason.EVIDENCE_UNKNOWN


def test_a_look_as_late_as_is_borne_keeps_the_window() -> None:
    document = watched(verifying(), *steadily(WELL, SETTLED_S, SETTLED_S + WINDOW_S - GAP_S))
    document = watched(document, (SETTLED_S + WINDOW_S, WELL))
    assert only(document).resolution is Reason.REPAIRED


@pytest.mark.parametrize("gap_s", [GAP_S + 1.0, WINDOW_S])
def test_too_long_without_a_look_begins_the_window_anew(gap_s: float) -> None:
    """Two healthy looks say nothing about what was between them."""
    again_s = SETTLED_S + gap_s
    document = watched(verifying(), (SETTLED_S, WELL), *steadily(WELL, again_s, again_s + 60.0))
    document = watched(document, *steadily(WELL, again_s + 120.0, again_s + WINDOW_S - 1.0))
    assert only(document).phase is Phase.VERIFYING
    document = watched(document, (again_s + WINDOW_S, WELL))
    assert only(document).resolution is Reason.REPAIRED


def test_how_long_without_a_look_is_the_policys() -> None:
    policy = replace(POLICY, look_gap_max_s=WINDOW_S)
    document = watched(verifying(), (SETTLED_S, WELL))
    document = decided(document, WELL, NOW_S + SETTLED_S + WINDOW_S, policy=policy).document
    assert only(document).resolution is Reason.REPAIRED


@pytest.mark.parametrize(
    "document",
    [opened(), abandon(opened(), POLICY, NOW_S, "")],
    ids=["open", "in a human's hands"],
)
def test_nobody_closes_what_nobody_looked_at_for_long(document: SubjectDocument) -> None:
    quiet_s = POLICY.close_after_healthy_s
    document = watched(document, (0.0, WELL), (quiet_s, WELL), (quiet_s + 50.0, WELL))
    assert only(document).open
    document = watched(document, *steadily(WELL, quiet_s + 100.0, 2 * quiet_s))
    assert only(document).resolution is Reason.RESOLVED_BY_OTHERS


BIGGER = Baseline(NOW_S, "uid-web", desired=4, available=3, restarts=0, revision="5")
ANOTHER = replace(BIGGER, uid="uid-old", desired=3)


def at_onset(baseline: Baseline | None) -> Callable[[Incident], Incident]:
    return lambda incident: replace(incident, onset=baseline)


def before_acting(baseline: Baseline | None) -> Callable[[Incident], Incident]:
    return lambda one: one.with_attempt(replace(one.attempts[0], before=baseline))


@pytest.mark.parametrize("moment", [at_onset, before_acting], ids=["onset", "before acting"])
@pytest.mark.parametrize(
    ("reference", "reason"), [(BIGGER, Reason.SHRUNK), (ANOTHER, Reason.REPLACED)]
)
def test_both_baselines_count(
    moment: Callable[[Baseline | None], Callable[[Incident], Incident]],
    reference: Baseline,
    reason: Reason,
) -> None:
    document = verifying()
    document = document.with_incident(moment(reference)(only(document)))
    assert only(watched(document, (SETTLED_S, WELL))).escalated_for is reason


@pytest.mark.parametrize("moment", [at_onset, before_acting], ids=["onset", "before acting"])
def test_a_baseline_that_was_never_seen_is_none_to_compare(
    moment: Callable[[Baseline | None], Callable[[Incident], Incident]],
) -> None:
    document = verifying()
    document = document.with_incident(moment(None)(only(document)))
    assert only(watched(document, (SETTLED_S, WELL))).streak is not None


def test_what_is_open_and_shrank_since_its_onset_is_not_healed() -> None:
    document = watched(opened(), (0.0, SICK))
    fewer = facts(pod("web-2"), pod("web-3"))
    fewer = replace(fewer, rollout=rollout(desired=2, updated=2, ready=2, available=2))
    document = watched(document, *steadily(fewer, 1.0, 1.0 + 2 * POLICY.close_after_healthy_s))
    assert only(document).open


def test_a_verdict_that_reopens_gives_it_time_to_be_decided_again() -> None:
    document = watched(verifying(), (SETTLED_S, FIRING), (DEADLINE_S - 1.0, SICK))
    incident = only(document)
    assert (incident.phase, incident.rung) == (Phase.OPEN, 1)
    assert incident.decide_by_s == NOW_S + DEADLINE_S - 1.0 + POLICY.decide_within_s
    assert POLICY.decide_within_s < DEADLINE_S, "later than the first deadline"
    (intent,) = decided(document, SICK, NOW_S + DEADLINE_S).perform
    assert intent.action == "rollout_restart"


def test_helped_in_part_gives_it_time_too() -> None:
    partly = facts(pod("web-4", created_at_s=NOW_S + 62.0), crashing("web-2"), pod("web-3"))
    document = watched(verifying(), (SETTLED_S, FIRING), (DEADLINE_S - 1.0, partly))
    assert (only(document).phase, only(document).rung) == (Phase.OPEN, 0)
    (intent,) = decided(document, partly, NOW_S + DEADLINE_S).perform
    assert intent.target.name == "web-2"
