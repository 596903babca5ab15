"""Which phase may follow which, and ids that are derived, so that twice is once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.domain.builders import WEB, acting, only, opened
from worker.domain.document.incident import (
    ATTEMPTS_MAX,
    MAY_FOLLOW,
    Attempt,
    Phase,
    incident_id,
    intent_id,
)
from worker.domain.story.reason import Reason

ALLOWED = {
    ("open", "acting"), ("open", "escalated"), ("open", "resolved"),
    ("acting", "open"), ("acting", "verifying"), ("acting", "escalated"),
    ("verifying", "open"), ("verifying", "resolved"), ("verifying", "escalated"),
    ("escalated", "resolved"), ("escalated", "open"),
}  # fmt: skip


@pytest.mark.parametrize("after", Phase)
@pytest.mark.parametrize("before", Phase)
def test_only_what_the_table_allows_may_follow(before: Phase, after: Phase) -> None:
    incident = replace(only(opened()), phase=before)
    if (before, after) in ALLOWED:
        assert incident.to(after, rung=7) == replace(incident, phase=after, rung=7)
    else:
        with pytest.raises(AssertionError, match=f"{before} → {after}"):
            incident.to(after)


def test_every_phase_has_its_row() -> None:
    assert set(MAY_FOLLOW) == set(Phase)
    assert [phase for phase in Phase if not replace(only(opened()), phase=phase).open] == [
        Phase.RESOLVED
    ]


def test_an_id_is_its_subject_its_cause_and_its_number() -> None:
    ids = {
        incident_id(subject, cause, number)
        for subject in (WEB, replace(WEB, scope="blog"), replace(WEB, name="Deployment/api"))
        for cause in ("crash_loop", "not_ready")
        for number in (1, 2)
    }
    assert len(ids) == 12
    assert incident_id(WEB, "crash_loop", 1) in ids


@pytest.mark.parametrize(("rung", "made", "suffix"), [(0, 0, "-s1-a1"), (2, 4, "-s3-a5")])
def test_an_intents_id_is_incident_step_and_attempt(rung: int, made: int, suffix: str) -> None:
    incident = replace(only(opened()), rung=rung, attempts_made=made)
    assert intent_id(incident) == incident.id + suffix


def test_an_attempt_is_replaced_by_its_later_self_and_old_ones_go() -> None:
    incident = only(acting())
    first = incident.attempts[0]
    later = replace(first, outcome=Reason.ACCEPTED)
    assert incident.with_attempt(later).attempts == (later,)
    for number in range(ATTEMPTS_MAX + 3):
        incident = incident.with_attempt(replace(first, intent_id=f"i-{number}"))
    assert [one.intent_id for one in incident.attempts] == [
        f"i-{n}" for n in range(3, ATTEMPTS_MAX + 3)
    ]


def test_what_never_happened_is_let_go_before_what_did() -> None:
    """What happened is counted, and what is to be undone has to be found again."""
    first = only(acting()).attempts[0]
    done = replace(first, intent_id="done", outcome=Reason.ACCEPTED)
    owed = replace(first, intent_id="owed")
    incident = replace(only(acting()), attempts=(done, owed))
    for number in range(2 * ATTEMPTS_MAX):
        refused = replace(first, intent_id=f"i-{number}", outcome=Reason.THROTTLED)
        incident = incident.with_attempt(refused)
    assert len(incident.attempts) == ATTEMPTS_MAX
    assert incident.attempts[:2] == (done, owed)
    assert incident.last_attempt == refused


def test_a_later_self_stands_in_the_place_of_the_earlier_one() -> None:
    first = only(acting()).attempts[0]
    second = replace(first, intent_id="i-2")
    later = replace(first, undone=True)
    incident = replace(only(acting()), attempts=(first, second)).with_attempt(later)
    assert incident.attempts == (later, second)


@pytest.mark.parametrize(
    ("outcome", "owed", "done"),
    [
        (None, True, False),
        (Reason.ACCEPTED, False, True),
        (Reason.FOUND_DONE, False, True),
        (Reason.SUPERSEDED, False, False),
        (Reason.FORBIDDEN, False, False),
    ],
)
def test_only_what_happened_uses_up_an_attempt(
    outcome: Reason | None, owed: bool, done: bool
) -> None:
    attempt: Attempt = replace(only(acting()).attempts[0], outcome=outcome)
    assert (attempt.owed, attempt.done) == (owed, done)
