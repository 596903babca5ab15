"""After an action: credited after the whole window, the next rung, or a human."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.domain.builders import (
    NOW_S,
    SICK,
    SOAKED_S,
    WATCH,
    WELL,
    crashing,
    decided,
    facts,
    only,
    pod,
    rollout,
    steadily,
    verifying,
    watched,
)
from worker.domain.document.identity import Target
from worker.domain.document.incident import Phase
from worker.domain.document.subject import SubjectDocument
from worker.domain.observed.evidence import AlertStates, Gone, Unknown
from worker.domain.observed.facts import Facts
from worker.domain.story.journal import EntryKind
from worker.domain.story.reason import Reason

SETTLED_S = 60.0 + WATCH.settle_s  # seconds after NOW_S
DEADLINE_S = SETTLED_S + WATCH.deadline_s
WINDOW_S = WATCH.window_s
NO_PODS = replace(WELL, pods=Unknown("timed out"))
FIRING = facts(pod("web-1"), pod("web-2"), pod("web-3"), firing=["KubePodCrashLooping-web-1"])
NO_MONITOR = replace(FIRING, alerts=Unknown("timed out"))
SILENCED = replace(
    FIRING, alerts=AlertStates(frozenset(), frozenset({"KubePodCrashLooping-web-1"}))
)
MISSING = facts(pod("web-2"), pod("web-3"))  # as many available as before the action
MADE_S = SOAKED_S + 2.0
YOUNG_WELL = pod("web-4", created_at_s=MADE_S)


def verdicts(document: SubjectDocument) -> list[Reason]:
    return [entry.reason for entry in document.journal if entry.kind is EntryKind.VERDICT]


def restarted(count: int) -> Facts:
    return facts(pod("web-4", restarts=count), pod("web-2"), pod("web-3"))


def test_it_is_credited_after_the_whole_window_and_no_sooner() -> None:
    start_s = SETTLED_S + 20.0
    document = watched(verifying(), *steadily(WELL, start_s, start_s + WINDOW_S - 1.0))
    assert (only(document).phase, verdicts(document)) == (Phase.VERIFYING, [])
    document = watched(document, (start_s + WINDOW_S, WELL))
    incident = only(document)
    assert (incident.phase, incident.resolution) == (Phase.RESOLVED, Reason.REPAIRED)
    assert incident.closed_at_s == NOW_S + start_s + WINDOW_S
    assert incident.attempts[0].verdict is Reason.HEALTHY
    assert verdicts(document) == [Reason.HEALTHY]
    assert document.notices == ()


def test_what_somebody_elses_rollout_may_have_healed_is_not_credited_to_us() -> None:
    theirs = replace(WELL, rollout=rollout(revision="6"))
    document = watched(verifying(), *steadily(theirs, SETTLED_S, SETTLED_S + WINDOW_S))
    assert only(document).resolution is Reason.RESOLVED_BY_OTHERS
    assert verdicts(document) == [Reason.RESOLVED_BY_OTHERS]
    assert "revision 6" in document.journal[-1].detail["detail"]


@pytest.mark.parametrize("seen", [WELL, SICK, replace(WELL, rollout=Gone("web"))])
def test_nothing_is_judged_before_it_has_settled(seen: Facts) -> None:
    document = verifying()
    later = watched(document, (SETTLED_S - 1.0, seen))
    assert (later.incidents, later.journal) == (document.incidents, document.journal)


@pytest.mark.parametrize(
    "bad",
    [
        pytest.param(NO_PODS, id="pods unknown"),
        pytest.param(NO_MONITOR, id="monitor unknown"),
        pytest.param(SILENCED, id="alert silenced"),
        pytest.param(FIRING, id="alert fires"),
        pytest.param(MISSING, id="a pod is missing"),
    ],
)
def test_one_look_that_is_not_healthy_begins_the_window_anew(bad: Facts) -> None:
    bad_s = SETTLED_S + WINDOW_S - 1.0
    document = watched(verifying(), *steadily(WELL, SETTLED_S, bad_s - 1.0), (bad_s, bad))
    assert (only(document).phase, only(document).streak) == (Phase.VERIFYING, None)
    document = watched(document, *steadily(WELL, bad_s + 10.0, bad_s + WINDOW_S))
    assert only(document).phase is Phase.VERIFYING
    document = watched(document, (bad_s + 10.0 + WINDOW_S, WELL))
    assert only(document).resolution is Reason.REPAIRED


@pytest.mark.parametrize("again", [1, 6])
def test_a_restart_between_two_healthy_looks_begins_the_window_anew(again: int) -> None:
    before, late_s = restarted(again - 1), SETTLED_S + WINDOW_S
    document = watched(verifying(), *steadily(before, SETTLED_S, late_s - 2.0))
    document = watched(document, *steadily(restarted(again), late_s - 1.0, late_s + WINDOW_S - 2.0))
    assert only(document).phase is Phase.VERIFYING
    document = watched(document, (late_s + WINDOW_S - 1.0, restarted(again)))
    assert only(document).resolution is Reason.REPAIRED


def test_a_new_pod_that_has_crashed_already_begins_the_window_anew() -> None:
    other = facts(pod("web-9", restarts=2), pod("web-2"), pod("web-3"))
    late_s = SETTLED_S + WINDOW_S
    document = watched(verifying(), *steadily(WELL, SETTLED_S, late_s - 1.0), (late_s, other))
    assert only(document).phase is Phase.VERIFYING


def test_still_sick_climbs_to_the_next_rung() -> None:
    document = watched(verifying(), (SETTLED_S, SICK))
    incident = only(document)
    assert (incident.phase, incident.rung) == (Phase.OPEN, 1)
    assert incident.attempts[0].verdict is Reason.STILL_SICK
    assert decided(document, now_s=NOW_S + SETTLED_S + 1.0).perform[0].action == "rollout_restart"


def test_helped_in_part_does_the_same_again_within_its_limit() -> None:
    """The pod made since is well; the one that is sick is older than the action."""
    partly = facts(YOUNG_WELL, crashing("web-2"), pod("web-3"))
    document = watched(verifying(), (SETTLED_S, partly))
    incident = only(document)
    assert (incident.phase, incident.rung) == (Phase.OPEN, 0)
    assert incident.attempts[0].verdict is Reason.HELPED_IN_PART
    (intent,) = decided(document, partly, NOW_S + SETTLED_S + 1.0).perform
    assert (intent.action, intent.target.name) == ("evict_pod", "web-2")


@pytest.mark.parametrize(
    "pods",
    [
        (pod("web-3"), pod("web-5"), crashing("web-2")),
        (YOUNG_WELL, pod("web-3"), crashing("web-2", created_at_s=MADE_S)),
        (crashing("web-4", created_at_s=MADE_S), pod("web-2"), pod("web-3")),
    ],
    ids=["none was made since", "another young one is sick", "the young one is sick"],
)
def test_no_help_in_part(pods: tuple[object, ...]) -> None:
    document = watched(verifying(), (SETTLED_S, facts(*pods)))  # type: ignore[arg-type]
    assert (only(document).rung, verdicts(document)) == (1, [Reason.STILL_SICK])


@pytest.mark.parametrize(
    ("seen", "reason"),
    [
        (replace(WELL, rollout=Gone("Deployment/web")), Reason.TARGET_GONE),
        (replace(WELL, rollout=rollout(target=Target("Deployment", "shop", "web", "new"))),
         Reason.REPLACED),
        (replace(WELL, rollout=rollout(desired=2, updated=2, available=2)), Reason.SHRUNK),
    ],
)  # fmt: skip
def test_what_is_not_what_it_was_goes_to_a_human(seen: Facts, reason: Reason) -> None:
    document = watched(verifying(), (SETTLED_S, seen))
    assert (only(document).escalated_for, verdicts(document)) == (reason, [reason])


@pytest.mark.parametrize("seen", [NO_PODS, NO_MONITOR, SILENCED], ids=["pods", "monitor", "muted"])
def test_unknown_until_the_deadline_goes_to_a_human(seen: Facts) -> None:
    document = watched(verifying(), (SETTLED_S, seen), (DEADLINE_S - 1.0, seen))
    assert only(document).phase is Phase.VERIFYING
    document = watched(document, (DEADLINE_S, seen))
    assert only(document).escalated_for is Reason.VERIFICATION_UNKNOWN
    assert only(document).attempts[0].verdict in (Reason.EVIDENCE_UNKNOWN, Reason.ALERT_SUPPRESSED)


@pytest.mark.parametrize("seen", [FIRING, MISSING], ids=["fires", "not all there"])
def test_pending_until_the_deadline_is_no_help(seen: Facts) -> None:
    document = watched(verifying(), (SETTLED_S, seen), (DEADLINE_S - 1.0, seen))
    assert only(document).phase is Phase.VERIFYING
    document = watched(document, (DEADLINE_S, seen))
    assert (only(document).phase, only(document).rung) == (Phase.OPEN, 1)
