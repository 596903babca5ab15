"""Which time counts: the document's own goes on, but not by a clock that is known to be wrong."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.domain.builders import (
    NOW_S,
    POLICY,
    SICK,
    SOAKED_S,
    WEB,
    acting,
    alert,
    decided,
    only,
    opened,
    ops_event,
)
from worker.domain.deciding.decision import SOON_S, abandon, true_now_s, wake_at
from worker.domain.document.incident import Hold
from worker.domain.document.subject import SubjectDocument
from worker.domain.incoming.absorb import absorb
from worker.domain.incoming.inbox import accept
from worker.domain.observed.evidence import Unknown
from worker.domain.story.reason import Reason

AHEAD_S = SOAKED_S + 60.0


@pytest.mark.parametrize("skew_s", [0.0, 30.0, -30.0])
def test_a_clock_that_agrees_becomes_the_documents_time(skew_s: float) -> None:
    decision = decided(opened(), replace(SICK, clock_skew_s=skew_s))
    assert decision.document.last_now_s == SOAKED_S


def test_a_clock_that_may_not_agree_does_not() -> None:
    """Else every replica would hold its breath until that time has really come."""
    decision = decided(opened(), replace(SICK, clock_skew_s=Unknown("no answer")), AHEAD_S)
    assert decision.document != opened(), "something was decided"
    assert decision.document.last_now_s == 0.0


@pytest.mark.parametrize("skew_s", [30.1, -30.1, 90_000.0])
def test_a_clock_that_is_known_to_be_wrong_is_set_right(skew_s: float) -> None:
    """Nothing is done on it, and nothing is judged or handed over by it either."""
    seen = replace(SICK, at_s=SICK.at_s + skew_s, clock_skew_s=skew_s)
    decision = decided(opened(), seen, SOAKED_S + skew_s)
    assert decision.document.last_now_s == SOAKED_S
    hold = only(decision.document).hold
    assert hold is not None
    assert (hold.reason, hold.since_s) == (Reason.CLOCKS_DISAGREE, SOAKED_S)
    assert decision.perform == ()


def test_the_true_now() -> None:
    assert true_now_s(1000.0, 30.0, POLICY) == 1000.0
    assert true_now_s(1000.0, 31.0, POLICY) == 969.0
    assert true_now_s(1000.0, -31.0, POLICY) == 1031.0
    assert true_now_s(1000.0, Unknown("no answer"), POLICY) == 1000.0


def test_the_bound_is_the_policys() -> None:
    seen = replace(SICK, clock_skew_s=31.0)
    policy = replace(POLICY, clock_skew_max_s=31.0)
    assert decided(opened(), seen, policy=policy).document.last_now_s == SOAKED_S


def test_what_was_decided_by_a_wrong_clock_still_never_goes_back() -> None:
    document = replace(opened(), last_now_s=SOAKED_S)
    early = decided(document, replace(SICK, clock_skew_s=-99.0), NOW_S - 160.0)
    assert early.document.last_now_s == SOAKED_S
    hold = only(early.document).hold
    assert hold is not None
    assert (hold.reason, hold.since_s) == (Reason.CLOCKS_DISAGREE, SOAKED_S)


def held_until(until_s: float) -> SubjectDocument:
    document = opened()
    hold = Hold(Reason.KILL_SWITCH, NOW_S, until_s)
    document = document.with_incident(replace(only(document), hold=hold))
    return replace(document, published_seq=document.journal_seq)


@pytest.mark.parametrize(
    ("until_s", "wake_s"),
    [
        (NOW_S + 60.0, NOW_S + 60.0),
        (NOW_S + SOON_S, NOW_S + SOON_S),
        (NOW_S + SOON_S / 2, NOW_S + SOON_S),
        (NOW_S, NOW_S + SOON_S),
        (NOW_S - 3600.0, NOW_S + SOON_S),
        (0.0, NOW_S + SOON_S),
    ],
)
def test_the_next_look_is_never_at_once(until_s: float, wake_s: float) -> None:
    """A moment that has passed, or is now, would make a loop that never rests."""
    assert wake_at(held_until(until_s), POLICY, NOW_S) == wake_s


def test_what_our_bugs_leave_unread_is_told_once_and_again_when_that_is_over() -> None:
    unread = accept(SubjectDocument(WEB), [alert(), ops_event()])
    document = abandon(unread, POLICY, SOAKED_S, "KeyError in 3 turns")
    incident = only(document)
    assert (incident.cause, incident.severity) == ("worker_bug", "critical")
    assert incident.escalated_for is Reason.WORKER_BUG
    assert len(document.notices) == 1
    more = accept(document, [alert(pod="web-9"), alert("Odd")])
    assert abandon(more, POLICY, SOAKED_S + 60.0, "KeyError in 4 turns") == more


def test_incidents_and_what_waits_unread_are_both_handed_over() -> None:
    document = accept(acting(), [alert("Odd")])
    after = abandon(document, POLICY, SOAKED_S, "KeyError in 3 turns")
    assert [one.cause for one in after.incidents] == ["crash_loop", "worker_bug"]
    assert {one.escalated_for for one in after.incidents} == {Reason.WORKER_BUG}
    assert len(after.notices) == 2
    assert after.inbox == document.inbox
    assert "1 messages wait unread" in after.notices[1].summary


def test_what_was_only_counted_is_told_too() -> None:
    flood = [alert(pod=f"web-{number}") for number in range(66)]
    unread = accept(SubjectDocument(WEB), flood)
    document = abandon(unread, POLICY, SOAKED_S, "KeyError")
    assert "66 messages wait unread" in document.notices[0].summary
    assert document.overflowed == 2


def test_an_empty_inbox_makes_no_incident() -> None:
    read = absorb(accept(SubjectDocument(WEB), [ops_event()]), POLICY, NOW_S)
    assert abandon(read, POLICY, SOAKED_S, "KeyError") == read
