"""How often a trouble came back: by its cause, the latest times, within bounds."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.domain.builders import NOW_S, POLICY, alert, decided, only, opened
from worker.domain.deciding.handover import close
from worker.domain.deciding.policy import Policy
from worker.domain.document.change import (
    RECURRENCES_MAX,
    TIMES_MAX,
    Recurrence,
    openings,
    with_opening,
)
from worker.domain.document.subject import SubjectDocument
from worker.domain.incoming.absorb import absorb
from worker.domain.incoming.inbox import accept
from worker.domain.story.reason import Reason


def flapped(times: int, every_s: float = 300.0) -> tuple[SubjectDocument, float]:
    """It came, and went by itself, again and again; the last one is still there."""
    document, now_s = opened(), NOW_S
    for _ in range(times - 1):
        document = close(document, document.open_incidents[0], Reason.RESOLVED_BY_OTHERS, now_s)
        now_s += every_s
        news = alert(starts_at_s=now_s)
        document = absorb(accept(document, [news]), POLICY, now_s)
    return document, now_s


def test_each_opening_is_remembered_by_its_cause() -> None:
    document, _ = flapped(3)
    assert document.recurrences == (
        Recurrence("crash_loop", (NOW_S, NOW_S + 300.0, NOW_S + 600.0)),
    )


def test_another_pod_and_another_alert_of_the_same_cause_are_the_same_trouble() -> None:
    document = opened(alert(pod="web-9"))
    document = close(document, only(document), Reason.RESOLVED_BY_OTHERS, NOW_S)
    document = absorb(accept(document, [alert("PodRestarting")]), POLICY, NOW_S + 9.0)
    assert openings(document.recurrences, "crash_loop", 0.0) == 2


@pytest.mark.parametrize(("times", "acts"), [(5, True), (6, False), (9, False)])
def test_what_comes_and_goes_is_not_repaired_in_between(times: int, acts: bool) -> None:
    document, now_s = flapped(times)
    decision = decided(document, now_s=now_s + 60.0)
    assert bool(decision.perform) is acts
    last = decision.document.incidents[-1]
    assert last.escalated_for is (None if acts else Reason.FLAPPING)


def test_it_may_come_as_often_over_a_longer_time() -> None:
    document, now_s = flapped(9, every_s=720.0)
    assert len(decided(document, now_s=now_s + 60.0).perform) == 1


def test_the_latest_times_and_causes_are_kept() -> None:
    known: tuple[Recurrence, ...] = ()
    for number in range(TIMES_MAX + 3):
        known = with_opening(known, "crash_loop", float(number))
    assert known[0].opened_s == tuple(float(n) for n in range(3, TIMES_MAX + 3))
    for number in range(RECURRENCES_MAX - 1):
        known = with_opening(known, f"alert_{number}", NOW_S)
    known = with_opening(known, "crash_loop", NOW_S)
    known = with_opening(known, "one more", NOW_S)
    assert len(known) == RECURRENCES_MAX
    assert openings(known, "alert_0", 0.0) == 0
    assert openings(known, "crash_loop", 0.0) == TIMES_MAX


def test_what_the_policy_counts_is_remembered() -> None:
    assert Policy().flaps_max <= TIMES_MAX
    assert openings((), "crash_loop", 0.0) == 0
    twice = (replace(Recurrence("a", (1.0, 2.0))),)
    assert openings(twice, "a", 1.0) == 1
