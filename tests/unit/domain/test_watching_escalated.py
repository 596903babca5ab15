"""In a human's hands: the workload is judged as it is now, whatever people made of it meanwhile."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.domain.builders import (
    BLANK,
    NOW_S,
    POLICY,
    RESOLVED,
    SICK,
    WEB,
    WEB_TARGET,
    WELL,
    alert,
    crashing,
    facts,
    only,
    opened,
    pod,
    reasons,
    rollout,
    steadily,
    watched,
)
from worker.domain.deciding.decision import abandon
from worker.domain.deciding.handover import received
from worker.domain.document.identity import STORM, Subject, SubjectKind
from worker.domain.document.incident import Phase
from worker.domain.document.subject import SubjectDocument
from worker.domain.incoming.absorb import absorb
from worker.domain.incoming.inbox import accept
from worker.domain.observed.evidence import AlertStates, Unknown
from worker.domain.observed.facts import Facts
from worker.domain.observed.pods import PodHealth
from worker.domain.scopes.scope import CLUSTER, ScopeDocument
from worker.domain.scopes.scopes_seen import ScopesSeen
from worker.domain.story.reason import Reason

QUIET_S = POLICY.close_after_healthy_s
LONG_S = 10 * POLICY.watch_for_s
JOB = Subject(SubjectKind.SERVICE, "shop", "Job/report")
NOT_UNDERSTOOD = Unknown("workloads of kind Job are not understood")
SMALLER = replace(
    facts(pod("web-2"), pod("web-3")),
    rollout=rollout(desired=2, updated=2, ready=2, available=2),
)
ANEW = replace(WELL, rollout=rollout(target=replace(WEB_TARGET, uid="uid-web-anew")))
OURS_BUT_WELL = pytest.mark.parametrize("seen", [SMALLER, ANEW], ids=["scaled down", "made anew"])


def in_a_humans_hands(subject: Subject = WEB, seen: Facts = SICK) -> SubjectDocument:
    """Seen sick and handed over; the pager has received the beginning."""
    news = (alert(), alert(pod="web-2"))
    document = watched(opened(*news, subject=subject), (0.0, seen))
    document = abandon(document, POLICY, NOW_S, "")
    for notice in document.notices:
        document = received(document, notice.id, sink="pager", receipt="r", now_s=NOW_S)
    return document


def resolved(document: SubjectDocument, after_s: float, *pods: str) -> SubjectDocument:
    news = [alert(pod=name, status=RESOLVED) for name in pods]
    return absorb(accept(document, news), POLICY, NOW_S + after_s)


@OURS_BUT_WELL
def test_what_people_made_of_it_since_is_their_repair_once_it_is_healthy(seen: Facts) -> None:
    document = in_a_humans_hands()
    onset = only(document).onset
    assert onset is not None
    assert (onset.desired, onset.uid) == (3, "uid-web")
    document = watched(document, *steadily(seen, 600.0, 600.0 + QUIET_S - 1.0))
    assert (only(document).phase, document.notices) == (Phase.ESCALATED, ())
    document = watched(document, (600.0 + QUIET_S, seen))
    assert only(document).resolution is Reason.RESOLVED_BY_OTHERS
    (end,) = document.notices
    assert (end.kind, end.reason) == ("resolved", Reason.RESOLVED_BY_OTHERS)
    assert reasons(document)[-1] == "closed:resolved_by_others"


@OURS_BUT_WELL
def test_nobody_is_credited_for_it_before_it_was_handed_over(seen: Facts) -> None:
    """While it is open, fewer replicas or another workload are no repair."""
    muted = replace(seen, kill_switch_set=True)
    document = watched(opened(), (0.0, SICK), *steadily(muted, 10.0, 20.0 + 2 * QUIET_S))
    assert only(document).phase is Phase.OPEN


@pytest.mark.parametrize(
    "seen",
    [
        replace(SMALLER, pods=PodHealth((crashing("web-2"), pod("web-3")))),
        replace(ANEW, rollout=rollout(target=replace(WEB_TARGET, uid="new"), available=2)),
        replace(SMALLER, pods=Unknown("timed out")),
        replace(SMALLER, alerts=Unknown("timed out")),
        replace(ANEW, alerts=AlertStates(frozenset({"KubePodCrashLooping-web-2"}), frozenset())),
    ],
    ids=["a sick pod", "not all available", "pods unknown", "alerts unknown", "still firing"],
)
def test_smaller_or_anew_is_no_health_by_itself(seen: Facts) -> None:
    document = watched(in_a_humans_hands(), *steadily(seen, 600.0, 600.0 + 3 * QUIET_S))
    assert only(document).phase is Phase.ESCALATED


@pytest.mark.parametrize(
    ("subject", "seen"),
    [
        (JOB, replace(WELL, rollout=NOT_UNDERSTOOD)),
        (JOB, replace(WELL, rollout=NOT_UNDERSTOOD, pods=NOT_UNDERSTOOD)),
        (JOB, BLANK),
    ],
    ids=["a Job", "a Job without pods", "a Job of which nothing is known"],
)
def test_where_nothing_can_be_judged_it_closes_when_all_its_alerts_are_over(
    subject: Subject, seen: Facts
) -> None:
    document = in_a_humans_hands(subject, replace(SICK, rollout=NOT_UNDERSTOOD))
    document = watched(document, (600.0, seen), (LONG_S, seen))
    document = watched(resolved(document, LONG_S, "web-1"), (LONG_S + 1.0, seen))
    document = watched(document, (2 * LONG_S, seen))
    assert only(document).phase is Phase.ESCALATED, "one of the two still fires"
    document = watched(resolved(document, 2 * LONG_S, "web-2"), (2 * LONG_S, seen))
    assert only(document).resolution is Reason.RESOLVED_BY_OTHERS
    assert [one.kind for one in document.notices] == ["resolved"]


@pytest.mark.parametrize("kind", ["Deployment", "StatefulSet", "DaemonSet", "Pod"])
@pytest.mark.parametrize(
    "unknown",
    [
        replace(WELL, rollout=Unknown("HTTP 500")),
        replace(WELL, pods=Unknown("HTTP 500")),
        Facts(NOW_S),
    ],
    ids=["rollout", "pods", "nothing at all"],
)
def test_an_understood_one_of_which_not_all_is_known_never_closes(
    kind: str, unknown: Facts
) -> None:
    subject = Subject(SubjectKind.SERVICE, "shop", f"{kind}/web")
    document = resolved(in_a_humans_hands(subject), 10.0, "web-1", "web-2")
    assert only(document).all_alerts_resolved
    document = watched(document, *steadily(unknown, 20.0, 20.0 + 5 * QUIET_S), (LONG_S, unknown))
    assert (only(document).phase, document.notices) == (Phase.ESCALATED, ())


CALM = ScopeDocument(CLUSTER.kind)
STORMY = replace(CALM, storm_since_s=NOW_S, storm_until_s=NOW_S + 1e6)


@pytest.mark.parametrize(
    ("scopes", "over"),
    [
        pytest.param(ScopesSeen((CALM,), known=10), True, id="calm"),
        pytest.param(ScopesSeen((STORMY,), known=10), False, id="on"),
        pytest.param(ScopesSeen((), known=10), False, id="its document was not read"),
        pytest.param(ScopesSeen((CALM,), Unknown("not read yet")), False, id="services unknown"),
        pytest.param(Unknown("HTTP 500"), False, id="nothing was read"),
    ],
)
def test_a_storm_is_over_when_it_is_seen_to_be(scopes: ScopesSeen | Unknown, over: bool) -> None:
    document = watched(opened(alert("aiops/storm"), subject=STORM), (1.0, Facts(NOW_S)))
    assert only(document).escalated_for is Reason.STORM
    seen = Facts(NOW_S, clock_skew_s=0.0, scopes=scopes)
    document = watched(document, (600.0, seen))
    assert (only(document).resolution is Reason.STORM_OVER) is over
