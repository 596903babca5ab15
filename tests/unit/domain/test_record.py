"""What a playbook has earned or lost: each thing counted once, and never more than it may."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.domain.builders import CRASH_LOOP, NOW_S, WEB
from worker.domain.playbooks.playbook import MODES, Mode, Promotion
from worker.domain.scopes.record import (
    COUNTED_MAX,
    DEMOTED_FOR_S,
    DEMOTIONS_MAX,
    Demotion,
    Record,
    lifted,
    mode_of,
    record_of,
    repair_ended,
    shadow_was_right,
    with_record,
)
from worker.domain.story.reason import Reason

OBSERVE, SUGGEST, APPROVE, AUTO = MODES
EMPTY = Record("crash-loop")
ELSEWHERE = "another-subject"


def mode(
    record: Record = EMPTY,
    *,
    own: Mode | None = None,
    installed: Mode = OBSERVE,
    up_to: Mode | None = None,
    subject: str = WEB.key,
    at_s: float = NOW_S,
) -> Mode:
    promotion = Promotion(up_to) if up_to else None
    playbook = replace(CRASH_LOOP, mode=own, promotion=promotion)
    return mode_of(playbook, installed, record, subject, at_s)[0]


def right(count: int, promotion: Promotion | None = None, record: Record = EMPTY) -> Record:
    for number in range(count):
        record = shadow_was_right(record, f"shadow-{number}", promotion)
    return record


@pytest.mark.parametrize("installed", MODES)
@pytest.mark.parametrize("own", [None, *MODES])
def test_its_own_mode_comes_before_the_installations(own: Mode | None, installed: Mode) -> None:
    assert mode(own=own, installed=installed) is (own or installed)


@pytest.mark.parametrize(
    ("start", "steps", "up_to", "expected"),
    [
        (OBSERVE, 0, AUTO, OBSERVE),
        (OBSERVE, 1, AUTO, SUGGEST),
        (OBSERVE, 2, AUTO, APPROVE),
        (OBSERVE, 3, AUTO, AUTO),
        (OBSERVE, 99, AUTO, AUTO),
        (OBSERVE, 99, APPROVE, APPROVE),
        (OBSERVE, 99, OBSERVE, OBSERVE),
        (APPROVE, 1, AUTO, AUTO),
        (APPROVE, 99, SUGGEST, APPROVE),
        (AUTO, 1, SUGGEST, AUTO),
        (OBSERVE, 99, None, OBSERVE),
        (OBSERVE, -1, AUTO, OBSERVE),
    ],
)
def test_it_rises_as_far_as_it_earned_and_as_its_playbook_lets_it(
    start: Mode, steps: int, up_to: Mode | None, expected: Mode
) -> None:
    record = replace(EMPTY, promoted_by=steps)
    assert mode(record, own=start, up_to=up_to) is expected
    assert mode(record, installed=start, up_to=up_to) is expected


@pytest.mark.parametrize(
    ("count", "after", "steps"), [(0, 5, 0), (4, 5, 0), (5, 5, 1), (9, 5, 1), (10, 5, 2), (3, 1, 3)]
)
def test_so_many_right_shadows_earn_a_step(count: int, after: int, steps: int) -> None:
    record = right(count, Promotion(AUTO, after))
    assert (record.shadows_right, record.promoted_by) == (count, steps)


def test_a_shadow_is_counted_once_and_without_a_promotion_it_earns_nothing() -> None:
    promotion = Promotion(AUTO, 1)
    once = shadow_was_right(EMPTY, "shadow-1", promotion)
    assert shadow_was_right(once, "shadow-1", promotion) is once
    assert right(99).promoted_by == 0
    assert right(99).shadows_right == 99


def test_nothing_but_a_right_shadow_earns_a_step() -> None:
    record = repair_ended(EMPTY, "i-1", WEB.key, Reason.REPAIRED, NOW_S)
    assert (record.repaired, record.promoted_by, record.demotions) == (1, 0, ())


def test_of_what_was_counted_the_latest_are_remembered() -> None:
    record = right(COUNTED_MAX + 5, Promotion(AUTO, 1))
    assert len(record.counted) == COUNTED_MAX
    assert shadow_was_right(record, f"shadow-{COUNTED_MAX + 4}", None) is record


FAILED = repair_ended(EMPTY, "i-1", WEB.key, Reason.LADDER_EXHAUSTED, NOW_S)
HARMED = repair_ended(EMPTY, "i-1", WEB.key, Reason.WORSE, NOW_S)


def test_what_failed_only_suggests_for_its_subject_for_a_day() -> None:
    reason = Reason.LADDER_EXHAUSTED
    demotion = Demotion(WEB.key, SUGGEST, NOW_S, NOW_S + DEMOTED_FOR_S, reason, "i-1")
    assert (FAILED.failed, FAILED.harmed, FAILED.demotions) == (1, 0, (demotion,))
    assert mode(FAILED, installed=AUTO) is SUGGEST
    assert mode(FAILED, installed=AUTO, subject=ELSEWHERE) is AUTO
    assert mode(FAILED, installed=AUTO, at_s=NOW_S + DEMOTED_FOR_S - 1.0) is SUGGEST
    assert mode(FAILED, installed=AUTO, at_s=NOW_S + DEMOTED_FOR_S) is AUTO
    assert mode(FAILED, installed=OBSERVE) is OBSERVE
    assert DEMOTED_FOR_S == 24 * 3600.0


def test_what_did_harm_only_suggests_everywhere_until_a_person_lifts_it() -> None:
    demotion = Demotion("", SUGGEST, NOW_S, None, Reason.WORSE, "i-1")
    assert (HARMED.failed, HARMED.harmed, HARMED.demotions) == (0, 1, (demotion,))
    for subject in (WEB.key, ELSEWHERE):
        assert mode(HARMED, installed=AUTO, subject=subject, at_s=NOW_S + 1e9) is SUGGEST
    assert lifted(HARMED, WEB.key) == HARMED
    assert lifted(HARMED, "").demotions == ()
    assert mode(lifted(HARMED, ""), installed=AUTO) is AUTO


def test_what_it_earned_is_lowered_too_and_whatever_lowers_it_most_is_told() -> None:
    record = replace(HARMED, promoted_by=3)
    assert mode(record, own=OBSERVE, up_to=AUTO) is SUGGEST
    lowest = Demotion(WEB.key, OBSERVE, NOW_S, None, Reason.WORSE, "i-2")
    both = replace(HARMED, demotions=(*HARMED.demotions, lowest))
    assert mode_of(CRASH_LOOP, AUTO, both, WEB.key, NOW_S) == (OBSERVE, lowest)
    assert mode_of(CRASH_LOOP, AUTO, both, ELSEWHERE, NOW_S) == (SUGGEST, HARMED.demotions[0])
    assert mode_of(CRASH_LOOP, SUGGEST, HARMED, WEB.key, NOW_S) == (SUGGEST, None)


@pytest.mark.parametrize("record", [FAILED, HARMED])
def test_an_end_is_counted_once(record: Record) -> None:
    for reason in (Reason.REPAIRED, Reason.WORSE, Reason.LADDER_EXHAUSTED):
        assert repair_ended(record, "i-1", WEB.key, reason, NOW_S + 9.0) is record


def test_a_later_failure_of_the_same_takes_the_place_of_the_earlier_one() -> None:
    again = repair_ended(FAILED, "i-2", WEB.key, Reason.LADDER_EXHAUSTED, NOW_S + 60.0)
    assert [one.what for one in again.demotions] == ["i-2"]
    both = repair_ended(again, "i-3", WEB.key, Reason.WORSE, NOW_S + 60.0)
    assert [one.what for one in both.demotions] == ["i-2", "i-3"]


def test_of_many_the_one_that_only_a_person_lifts_stays() -> None:
    record = HARMED
    for number in range(DEMOTIONS_MAX + 5):
        record = repair_ended(
            record, f"f-{number}", f"subject-{number}", Reason.LADDER_EXHAUSTED, NOW_S
        )
    assert len(record.demotions) == DEMOTIONS_MAX
    assert record.demotions[0] == HARMED.demotions[0]
    assert record.demotions[1].what == "f-6"
    later = repair_ended(record, "f-x", WEB.key, Reason.WORSE, NOW_S + 2 * DEMOTED_FOR_S)
    assert [one.what for one in later.demotions] == ["f-x"], "what is over is let go"


def test_when_only_a_person_lifts_any_of_them_the_earliest_goes() -> None:
    lasting = tuple(
        Demotion(f"subject-{n}", SUGGEST, NOW_S, None, Reason.WORSE, f"f-{n}")
        for n in range(DEMOTIONS_MAX)
    )
    record = repair_ended(replace(EMPTY, demotions=lasting), "i-1", WEB.key, Reason.WORSE, NOW_S)
    assert [one.what for one in record.demotions] == [
        *(f"f-{n}" for n in range(1, DEMOTIONS_MAX)), "i-1",
    ]  # fmt: skip


def test_each_playbook_has_its_own() -> None:
    other = Record("not-ready", repaired=3)
    records = with_record(with_record((), other), FAILED)
    assert record_of(records, "crash-loop") == FAILED
    assert record_of(records, "not-ready") == other
    assert record_of(records, "third") == Record("third")
    assert with_record(records, EMPTY) == (other, EMPTY)
    assert with_record(records, other) == records, "each in its old place"
