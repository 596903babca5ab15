"""A storm: too much is sick at once, or falls sick at once; and when it is over."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.unit.domain.builders import NOW_S
from worker.domain.scopes.scope import (
    OPENED_MAX,
    SICK_MAX,
    Hour,
    Opened,
    ScopeDocument,
    ScopeKind,
    Sick,
)
from worker.domain.scopes.storm import HOUR_S, StormLimits, gathering, reported, storm

LIMITS = StormLimits()
EMPTY = ScopeDocument(ScopeKind.CLUSTER)
THIS_HOUR = int(NOW_S // HOUR_S)
CALM_S = LIMITS.calm_s


def sick(number: int, since_s: float = NOW_S, **changes: Any) -> Sick:
    return replace(Sick(f"s-{number}", since_s, "crash_loop"), **changes)


def tell(
    document: ScopeDocument,
    number: int,
    *,
    at_s: float = NOW_S,
    well: bool = False,
    opened: dict[str, float] | None = None,
    known: int = 10,
    **changes: Any,
) -> ScopeDocument:
    """One service says that it is sick, or well."""
    return reported(
        document, subject=f"s-{number}", sick=None if well else sick(number, at_s, **changes),
        opened=opened or {}, known=known, limits=LIMITS, now_s=at_s,
    )  # fmt: skip


def told(count: int, **how: Any) -> ScopeDocument:
    document = EMPTY
    for number in range(count):
        document = tell(document, number, **how)
    return document


def on(document: ScopeDocument, at_s: float = NOW_S, known: int = 10) -> bool:
    return storm(document, known, LIMITS, at_s) is not None


@pytest.mark.parametrize(
    ("count", "known", "stormy"),
    [
        (0, 0, False), (2, 0, False), (3, 0, True), (2, 3, False), (3, 3, True), (3, 9, True),
        (3, 10, False), (4, 10, True), (30, 100, False), (31, 100, True),
    ],
)  # fmt: skip
def test_more_than_a_share_and_never_fewer_than_three(count: int, known: int, stormy: bool) -> None:
    document = replace(EMPTY, sick=tuple(sick(n) for n in range(count)))
    assert on(document, known=known) is stormy


def test_so_many_that_they_cannot_all_be_listed_are_a_storm_by_any_measure() -> None:
    document = replace(EMPTY, sick=tuple(sick(n) for n in range(SICK_MAX - 1)))
    assert not on(document, known=1_000_000)
    full = tell(document, SICK_MAX, known=1_000_000)
    assert on(full, known=1_000_000)
    more = tell(full, SICK_MAX + 1, known=1_000_000)
    assert (len(more.sick), more.sick[-1].subject) == (SICK_MAX, f"s-{SICK_MAX + 1}")


def test_the_words_say_how_many_of_how_many_and_since_when() -> None:
    found = storm(told(4), 10, LIMITS, NOW_S + 60.0)
    assert found is not None
    assert (found.words, found.since_s, found.sick) == ("4 of 10 services are sick", NOW_S, 4)


def inflow(count: int, at_s: float = NOW_S) -> dict[str, float]:
    return {f"inc-{n}": at_s for n in range(count)}


@pytest.mark.parametrize(
    ("count", "usual", "stormy"),
    [(9, 0, False), (10, 0, True), (10, 1439, True), (10, 1440, False), (30, 4319, True),
     (30, 4320, False)],
)  # fmt: skip
def test_ten_times_the_usual_inflow_and_never_fewer_than_ten(
    count: int, usual: int, stormy: bool
) -> None:
    """`usual` is how many incidents opened in the day before."""
    document = replace(EMPTY, hours=(Hour(THIS_HOUR - 1, usual),))
    document = tell(document, 1, opened=inflow(count))
    assert (gathering(document, 10, LIMITS, NOW_S) is not None) is stormy
    assert on(document) is stormy


def test_the_usual_is_that_of_the_day_before_this_hour() -> None:
    hours = tuple(Hour(THIS_HOUR - n, 60) for n in range(24, -1, -1))
    words = gathering(tell(replace(EMPTY, hours=hours), 1, opened=inflow(11)), 10, LIMITS, NOW_S)
    assert words == "11 incidents within 60 s, 1.0 are usual"
    older = replace(EMPTY, hours=(Hour(THIS_HOUR - 25, 9999),))
    assert on(tell(older, 1, opened=inflow(10)))


def test_an_incident_is_counted_once_and_only_for_a_minute() -> None:
    document = tell(EMPTY, 1, opened=inflow(9))
    again = tell(document, 1, opened=inflow(9), at_s=NOW_S)
    assert again is document
    assert document.hours == (Hour(THIS_HOUR, 9),)
    tenth = tell(document, 2, opened={"inc-9": NOW_S + 59.0}, at_s=NOW_S + 59.0)
    assert gathering(tenth, 10, LIMITS, NOW_S + 59.0) is not None
    late = tell(document, 2, opened={"inc-9": NOW_S + 60.0}, at_s=NOW_S + 60.0)
    assert gathering(late, 10, LIMITS, NOW_S + 60.0) is None


def test_what_is_counted_is_bounded() -> None:
    document = EMPTY
    for hour in range(40):
        at_s = NOW_S + hour * HOUR_S
        document = tell(document, 1, opened={f"{hour}-{n}": at_s for n in range(9)}, at_s=at_s)
    assert len(document.opened) == OPENED_MAX
    assert [one.number for one in document.hours] == list(range(THIS_HOUR + 15, THIS_HOUR + 40))


@pytest.mark.parametrize(
    ("after_s", "stormy"), [(0.0, True), (CALM_S - 1.0, True), (CALM_S, False), (9e9, False)]
)
def test_it_ends_a_while_after_its_last_sign(after_s: float, stormy: bool) -> None:
    calm_from_s = NOW_S + 500.0
    document = tell(told(4), 3, well=True, at_s=calm_from_s)
    assert len(document.sick) == 3
    assert on(document, calm_from_s + after_s) is stormy
    if stormy:
        found = storm(document, 10, LIMITS, calm_from_s + after_s)
        assert found is not None
        assert found.words == "it has been calm for a moment only"


def test_while_enough_are_sick_it_is_not_over_however_long_nobody_says_so() -> None:
    assert on(told(4), NOW_S + 9e9)


def test_what_comes_back_in_waves_is_no_calm() -> None:
    document = tell(told(4), 3, well=True, at_s=NOW_S + 10.0)
    wave = tell(document, 3, at_s=NOW_S + 60.0)
    assert wave.storm_since_s == NOW_S, "the same storm"
    calm = tell(wave, 3, well=True, at_s=NOW_S + 70.0)
    assert on(calm, NOW_S + 70.0 + CALM_S - 1.0)
    anew = tell(calm, 3, at_s=NOW_S + 70.0 + CALM_S)
    assert anew.storm_since_s == NOW_S + 70.0 + CALM_S, "another one"


def test_below_the_share_nobody_that_gets_well_begins_a_calm() -> None:
    document = tell(told(3), 2, well=True, at_s=NOW_S + 9.0)
    assert document.storm_until_s == 0.0
    assert not on(document)


def test_a_service_that_says_it_twice_is_as_sick_as_before_and_since_as_long() -> None:
    once = told(2)
    assert tell(once, 0) is once
    again = tell(once, 0, at_s=NOW_S + 300.0)
    assert again is once, "else it would seem to have fallen sick after what was done meanwhile"
    other = tell(once, 0, at_s=NOW_S + 300.0, cause="not_ready")
    assert other.sick == (sick(0, NOW_S, cause="not_ready"), sick(1))


def test_a_service_that_was_never_sick_is_well() -> None:
    assert tell(EMPTY, 1, well=True) is EMPTY
    document = told(2)
    assert tell(document, 7, well=True) is document


def test_a_report_moves_nobodys_clock() -> None:
    """It may come from a replica whose clock is wrong, and that is known to nobody then."""
    ahead = tell(told(2), 2, at_s=NOW_S + 9e5)
    assert ahead.last_now_s == 0.0
    document = replace(told(4), last_now_s=NOW_S + 50.0)
    early = tell(document, 5, at_s=NOW_S)
    assert early.storm_until_s == NOW_S + 50.0 + CALM_S


def test_old_incidents_make_no_storm() -> None:
    document = replace(EMPTY, opened=tuple(Opened(f"inc-{n}", NOW_S - 61.0) for n in range(99)))
    assert not on(document)
