"""What ops-events change: hands off while people are at work, until they or the clock say so."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.domain.announcements import DECIDED_S, acts, event, fresh, heard
from tests.unit.domain.builders import NOW_S, POLICY, SICK, decided, only, opened, reasons
from worker.domain.document.incident import Phase
from worker.domain.document.subject import SubjectDocument
from worker.domain.incoming.ops_event import OpsEvent, OpsEventKind
from worker.domain.people.person_hold import HOLD_MAX_S, HOLD_S, HOLDS_MAX, held

Kind = OpsEventKind


def held_until(document: SubjectDocument, after_s: float = 1.0) -> float | None:
    hold = held(document.holds, NOW_S + after_s)
    return None if hold is None else hold.until_s - NOW_S


@pytest.mark.parametrize(
    ("kind", "detail", "until_s"),
    [
        (Kind.ON_IT, {}, HOLD_S),
        (Kind.ON_IT, {"for": "90s"}, 90.0),
        (Kind.ON_IT, {"for": "20m"}, 1200.0),
        (Kind.ON_IT, {"for": "2h"}, 7200.0),
        (Kind.ON_IT, {"for": "999999h"}, HOLD_MAX_S),
        (Kind.ON_IT, {"for": "0s"}, None),
        (Kind.ON_IT, {"for": "-5m"}, HOLD_S),
        (Kind.ON_IT, {"for": "1.5h"}, HOLD_S),
        (Kind.ON_IT, {"for": "20"}, HOLD_S),
        (Kind.ON_IT, {"for": "٣m"}, HOLD_S),
        (Kind.ON_IT, {"for": "1m "}, HOLD_S),
        (Kind.ON_IT, {"for": ""}, HOLD_S),
        (Kind.PERSON_ACTED, {}, 1800.0),
        (Kind.MAINTENANCE_STARTED, {}, HOLD_MAX_S),
        (Kind.MAINTENANCE_STARTED, {"for": "30m"}, 1800.0),
    ],
)
def test_how_long_hands_stay_off(
    kind: OpsEventKind, detail: dict[str, str], until_s: float | None
) -> None:
    """What can't be read as a duration lasts as long as one that names none."""
    assert held_until(fresh(replace(event(kind), detail=detail))) == until_s


def test_a_person_at_work_holds_it_and_nobody_is_called_for_that() -> None:
    document = heard(opened(), 30.0, event(Kind.ON_IT, 30.0))
    for after_s in (DECIDED_S, 1000.0, 30.0 + HOLD_S - 1.0):
        decision = decided(document, SICK, NOW_S + after_s)
        document = decision.document
        assert (decision.perform, only(document).phase) == ((), Phase.OPEN)
    assert reasons(document).count("refused:person_at_work") == 1
    assert "on it on this subject by ada" in document.journal[-1].detail["detail"]
    assert acts(document, 30.0 + HOLD_S)


def test_who_is_done_says_so_and_it_goes_on_soon_not_at_the_end_of_the_hour() -> None:
    document = heard(opened(), 30.0, event(Kind.ON_IT, 30.0))
    document = decided(document, SICK, NOW_S + DECIDED_S).document
    document = heard(document, 100.0, event(Kind.RELEASED, 100.0))
    assert document.holds == ()
    assert acts(document, DECIDED_S + POLICY.observe_again_s)


LIFTED: list[tuple[str, OpsEvent, OpsEvent, bool]] = [
    ("by the same person", event(Kind.ON_IT), event(Kind.RELEASED, 5.0), True),
    ("by another", event(Kind.ON_IT), event(Kind.RELEASED, 5.0, "grace"), False),
    ("by nobody", event(Kind.ON_IT), event(Kind.RELEASED, 5.0, ""), False),
    ("what nobody said, by nobody", event(Kind.ON_IT, by=""), event(Kind.RELEASED, 5, ""), True),
    ("what nobody said, by a person", event(Kind.ON_IT, by=""), event(Kind.RELEASED, 5.0), False),
    ("what was done by hand", event(Kind.PERSON_ACTED), event(Kind.RELEASED, 5.0), True),
    ("not a maintenance", event(Kind.MAINTENANCE_STARTED), event(Kind.RELEASED, 5.0), False),
    ("maintenance", event(Kind.MAINTENANCE_STARTED), event(Kind.MAINTENANCE_ENDED, 5.0), True),
    ("another's maintenance", event(Kind.MAINTENANCE_STARTED, by="bot"),
     event(Kind.MAINTENANCE_ENDED, 5.0), False),
    ("not a person", event(Kind.ON_IT), event(Kind.MAINTENANCE_ENDED, 5.0), False),
    ("by an end that is older", event(Kind.ON_IT, 5.0), event(Kind.RELEASED, 4.0), False),
    ("by a deploy", event(Kind.ON_IT), event(Kind.DEPLOY_FINISHED, 5.0), False),
    ("by an experiment's end", event(Kind.ON_IT), event(Kind.CHAOS_ENDED, 5.0), False),
]  # fmt: skip


@pytest.mark.parametrize(
    ("begin", "end", "lifted"), [x[1:] for x in LIFTED], ids=[x[0] for x in LIFTED]
)
def test_what_lifts_a_hold(begin: OpsEvent, end: OpsEvent, lifted: bool) -> None:
    assert (held_until(fresh(begin, end, after_s=10.0), 10.0) is None) is lifted


def test_everybodys_hold_lasts_until_everybody_is_done() -> None:
    document = fresh(event(Kind.ON_IT, lasts="10m"), event(Kind.ON_IT, by="grace"))
    document = heard(document, 5.0, event(Kind.RELEASED, 5.0, "grace"))
    assert held_until(document, 5.0) == 600.0


def test_the_same_person_says_it_anew_and_an_older_word_that_comes_late_changes_nothing() -> None:
    again = fresh(event(Kind.ON_IT), event(Kind.ON_IT, 60.0, lasts="10m"), after_s=60.0)
    assert held_until(again, 61.0) == 660.0
    late = heard(again, 70.0, event(Kind.ON_IT, 30.0, lasts="1m"))
    assert held_until(late, 71.0) == 660.0


@pytest.mark.parametrize("ahead_s", [1.0, 200.0, 1e9], ids=["a little", "minutes", "for ever"])
def test_a_clock_that_is_ahead_holds_from_now_and_not_for_ever(ahead_s: float) -> None:
    assert held_until(fresh(event(Kind.ON_IT, ahead_s))) == HOLD_S


def test_what_was_over_before_we_heard_of_it_holds_nothing() -> None:
    assert fresh(event(Kind.ON_IT, -HOLD_S)).holds == ()
    assert held_until(fresh(event(Kind.ON_IT, -600.0))) == HOLD_S - 600.0


def test_a_flood_of_short_words_frees_nothing() -> None:
    document = fresh(event(Kind.MAINTENANCE_STARTED), event(Kind.ON_IT))
    flood = [event(Kind.ON_IT, 5.0, f"bot-{n}", lasts="1s") for n in range(HOLDS_MAX)]
    document = heard(document, 5.0, *flood)
    assert len(document.holds) == HOLDS_MAX
    assert held_until(document, 7.0) == HOLD_MAX_S
    document = heard(document, 8.0, event(Kind.MAINTENANCE_ENDED, 8.0))
    assert held_until(document, 9.0) == HOLD_S
