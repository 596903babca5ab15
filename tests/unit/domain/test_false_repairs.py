"""Each thing that makes an alert go away without a repair, by the name of what it is.

After an eviction of ours (or before one) somebody or something does that, and the alert falls
silent. Never is it credited; what only looks healthy is closed as somebody else's doing at most.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.domain.builders import (
    NOW_S,
    POLICY,
    RESOLVED,
    SOAKED_S,
    WATCH,
    WELL,
    alert,
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
from tests.unit.domain.remedies import DEADLINE_S, SETTLED_S
from worker.domain.document.identity import Target
from worker.domain.document.incident import Phase
from worker.domain.document.subject import SubjectDocument
from worker.domain.incoming.absorb import absorb
from worker.domain.incoming.inbox import accept
from worker.domain.observed.evidence import AlertStates, Gone, Unknown
from worker.domain.observed.facts import Facts
from worker.domain.observed.pods import Container, PodHealth
from worker.domain.story.reason import Reason

WINDOW_S = WATCH.window_s
LAST_S = DEADLINE_S + 2 * WINDOW_S
MINE = "KubePodCrashLooping-web-1"
OWNERS = "KubePodCrashLooping-"  # the same rule, of the workload as a whole
QUIET = AlertStates(frozenset(), frozenset())
SIDECAR = (Container("proxy", True, 0), *crashing().containers)


def resolved(document: SubjectDocument, after_s: float = SETTLED_S) -> SubjectDocument:
    """Its monitor says that it is over."""
    over = alert(status=RESOLVED, starts_at_s=NOW_S)
    return absorb(accept(document, (over,)), POLICY, NOW_S + after_s)


def after_acting(seen: Facts) -> SubjectDocument:
    """We have evicted, the alert is resolved, and this is seen from then on."""
    return watched(resolved(verifying()), *steadily(seen, SETTLED_S, LAST_S))


def before_acting(seen: Facts) -> SubjectDocument:
    """Nothing was done yet, the onset is known, the alert is resolved, and this is seen."""
    document = resolved(watched(opened(), (0.0, CRASHED)), 1.0)
    return watched(document, *steadily(seen, 1.0, 2 * POLICY.close_after_healthy_s))


CRASHED = facts(crashing("web-1"), pod("web-2"), pod("web-3"), firing=[MINE])
DELETED = replace(WELL, rollout=Gone("Deployment shop/web"), pods=PodHealth(()))
TO_ZERO = replace(
    facts(), rollout=rollout(desired=0, updated=0, ready=0, available=0), pods=PodHealth(())
)
FEWER = replace(
    facts(pod("web-2"), pod("web-3")),
    rollout=rollout(desired=2, updated=2, ready=2, available=2),
)
ANEW = replace(WELL, rollout=rollout(target=Target("Deployment", "shop", "web", "uid-new")))
BEHIND_A_SIDECAR = replace(WELL, pods=PodHealth(
    (pod("web-4", containers=SIDECAR), pod("web-2"), pod("web-3"))))  # fmt: skip
CRASH_ON = facts(crashing("web-4", restarts=1), pod("web-2"), pod("web-3"))
ONE_MISSING = facts(pod("web-2"), pod("web-3"))
ONLY_WHAT_IS_THERE = replace(ONE_MISSING, rollout=rollout(ready=2, available=2))

TRAPS: list[tuple[str, Facts, Reason]] = [
    ("the workload is deleted", DELETED, Reason.TARGET_GONE),
    ("it is scaled to 0", TO_ZERO, Reason.SHRUNK),
    ("it has fewer replicas", FEWER, Reason.SHRUNK),
    ("it was made anew under its name", ANEW, Reason.REPLACED),
    ("a healthy sidecar hides the crash", BEHIND_A_SIDECAR, Reason.STILL_SICK),
    ("the alert vanished and the pod crashes on", CRASH_ON, Reason.STILL_SICK),
    ("the alert vanished with its pod, and none came", ONE_MISSING, Reason.NOT_YET),
    ("all pods that there are are well", ONLY_WHAT_IS_THERE, Reason.NOT_YET),
]


@pytest.mark.parametrize(("seen", "verdict"), [x[1:] for x in TRAPS], ids=[x[0] for x in TRAPS])
def test_after_an_action_it_is_no_repair(seen: Facts, verdict: Reason) -> None:
    document = after_acting(seen)
    assert only(document).resolution is not Reason.REPAIRED
    assert only(document).attempts[0].verdict is verdict


@pytest.mark.parametrize("seen", [x[1] for x in TRAPS], ids=[x[0] for x in TRAPS])
def test_before_any_action_it_is_no_health_either(seen: Facts) -> None:
    """What is gone for good was handed to a human, who is told that nothing more can be asked."""
    incident = only(before_acting(seen))
    assert incident.open or incident.escalated_for is Reason.TARGET_GONE


UNKNOWN: list[tuple[str, Facts]] = [
    ("silenced", facts(pod("web-1"), pod("web-2"), pod("web-3"),
                       alerts=AlertStates(frozenset(), frozenset({MINE})))),
    ("silenced, and fires", facts(pod("web-1"), pod("web-2"), pod("web-3"),
                                  alerts=AlertStates(frozenset({MINE}), frozenset({MINE})))),
    ("the monitor is down", facts(pod("web-1"), pod("web-2"), pod("web-3"),
                                  alerts=Unknown("connection refused"))),
    ("the monitor was not asked", facts(pod("web-1"), pod("web-2"), pod("web-3"),
                                        alerts=Unknown("not asked"))),
    ("the pods can't be listed", replace(WELL, pods=Unknown("HTTP 403"))),
    ("the workload can't be read", replace(WELL, rollout=Unknown("HTTP 500"))),
]  # fmt: skip


@pytest.mark.parametrize("seen", [x[1] for x in UNKNOWN], ids=[x[0] for x in UNKNOWN])
def test_what_is_not_known_is_no_repair_however_long_it_lasts(seen: Facts) -> None:
    document = after_acting(seen)
    assert only(document).escalated_for is Reason.VERIFICATION_UNKNOWN
    assert only(document).resolution is None


@pytest.mark.parametrize("seen", [x[1] for x in UNKNOWN], ids=[x[0] for x in UNKNOWN])
def test_what_is_not_known_is_no_health(seen: Facts) -> None:
    assert only(before_acting(seen)).resolution is None


def test_still_firing_at_the_end_is_never_healthy() -> None:
    """Pods are ready and their metrics are gone: no decay of an alert that fires on."""
    fires = facts(pod("web-1"), pod("web-2"), pod("web-3"), firing=[MINE])
    document = watched(verifying(), *steadily(fires, SETTLED_S, LAST_S))
    assert only(document).attempts[0].verdict is Reason.STILL_FIRING
    assert only(document).open


def test_the_same_trouble_under_another_fingerprint_is_the_same_incident() -> None:
    """The new pod's alert is a new one for its monitor; here it keeps the old one from health."""
    document = watched(verifying(), *steadily(WELL, SETTLED_S, SETTLED_S + WINDOW_S - 60.0))
    assert only(document).streak is not None
    other = alert(pod="web-4", fingerprint="another", starts_at_s=NOW_S + 300.0)
    again = absorb(accept(document, (other,)), POLICY, NOW_S + SETTLED_S + WINDOW_S - 30.0)
    assert len(only(again).alerts) == 2
    fires = replace(WELL, alerts=AlertStates(frozenset({"another"}), frozenset()))
    again = watched(again, (SETTLED_S + WINDOW_S, fires))
    assert (only(again).phase, only(again).streak) == (Phase.VERIFYING, None)


def test_under_another_fingerprint_it_is_under_the_same_cool_down() -> None:
    document = watched(verifying(), *steadily(WELL, SETTLED_S, SETTLED_S + WINDOW_S))
    assert only(document).resolution is Reason.REPAIRED
    other = alert(pod="web-4", fingerprint="another", starts_at_s=NOW_S + 400.0)
    document = absorb(accept(document, (other,)), POLICY, NOW_S + 400.0)
    seen = facts(crashing("web-4"), pod("web-2"), pod("web-3"), firing=["another"])
    decision = decided(document, seen, NOW_S + 500.0)
    hold = decision.document.incidents[1].hold
    assert decision.perform == ()
    assert hold is not None
    assert (hold.reason, hold.until_s) == (Reason.COOL_DOWN, SOAKED_S + 600.0)


def test_an_alert_of_its_workload_outlives_the_pod_that_was_evicted() -> None:
    """KubePodCrashLooping of web-1 falls silent with it; what speaks of the workload does not."""
    document = absorb(accept(verifying(), (alert(pod=""),)), POLICY, NOW_S + SETTLED_S)
    fires = replace(WELL, alerts=AlertStates(frozenset({OWNERS}), frozenset()))
    document = watched(document, *steadily(fires, SETTLED_S, SETTLED_S + WINDOW_S))
    assert only(document).phase is Phase.VERIFYING
