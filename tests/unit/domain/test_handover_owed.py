"""Handed over while an action was owed, the answer that comes later, and what a human is owed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.domain.builders import (
    ACCEPTED,
    NOW_S,
    POLICY,
    SICK,
    SOAKED_S,
    WELL,
    acting,
    alert,
    decided,
    only,
    opened,
    reasons,
    verifying,
)
from worker.domain.deciding.handover import NOTICES_MAX, close, escalate, received
from worker.domain.deciding.outcome import Answer, Outcome, record
from worker.domain.document.incident import Phase
from worker.domain.document.outbox import Notice
from worker.domain.document.subject import CoolDown, SubjectDocument
from worker.domain.incoming.absorb import absorb
from worker.domain.incoming.inbox import accept
from worker.domain.story.reason import Reason

AT_S = SOAKED_S + 60.0
LATER_S = AT_S + 60.0
UNCLEAR = Outcome(Answer.UNCLEAR, Reason.UNREACHABLE, "no answer")
REFUSED = Outcome(Answer.REJECTED, Reason.FORBIDDEN, "HTTP 403")


def handed_over(document: SubjectDocument) -> SubjectDocument:
    return escalate(document, document.incidents[0], Reason.HELD_TOO_LONG, AT_S)


def answered(document: SubjectDocument, outcome: Outcome) -> SubjectDocument:
    return record(document, f"{document.incidents[0].id}-s1-a1", outcome, POLICY, LATER_S)


def test_what_was_sent_and_never_answered_counts_as_done() -> None:
    document = handed_over(acting())
    incident = only(document)
    attempt = incident.attempts[0]
    assert (attempt.outcome, attempt.outcome_at_s) == (Reason.UNREACHABLE, AT_S)
    assert (attempt.owed, document.intents) == (False, ())
    assert document.cool_downs == (CoolDown("crash_loop", "evict_pod", incident.id, (AT_S,)),)


def test_so_the_next_incident_of_its_cause_waits() -> None:
    document = handed_over(acting())
    document = close(document, only(document), Reason.RESOLVED_BY_OTHERS, AT_S)
    again = absorb(accept(document, [alert(starts_at_s=AT_S)]), POLICY, AT_S)
    held = decided(again, SICK, AT_S + 60.0).document.incidents[1].hold
    assert held is not None
    assert (held.reason, held.until_s) == (Reason.COOL_DOWN, AT_S + 600.0)


def test_what_was_answered_keeps_its_answer_and_cools_down_once() -> None:
    before = verifying()
    after = handed_over(before)
    assert only(after).attempts == only(before).attempts
    assert after.cool_downs == before.cool_downs


@pytest.mark.parametrize("outcome", [ACCEPTED, REFUSED], ids=["accepted", "refused"])
def test_an_answer_after_the_hand_over_is_told_and_changes_nothing_else(outcome: Outcome) -> None:
    before = handed_over(acting())
    after = answered(before, outcome)
    attempt = only(before).attempts[0]
    known = replace(attempt, outcome=outcome.reason, outcome_at_s=LATER_S)
    assert only(after) == replace(only(before), attempts=(known,))
    assert after.journal[:-1] == before.journal
    assert reasons(after)[-1] == f"outcome:{outcome.reason}"
    assert after.journal[-1].detail == {"intent": known.intent_id, "detail": outcome.detail}
    assert after.journal[-1].incident == only(after).id
    journal = {"journal": (), "journal_seq": 0, "journal_head": "", "incidents": ()}
    assert replace(after, **journal) == replace(before, **journal)  # type: ignore[arg-type]


def test_it_is_told_once() -> None:
    after = answered(handed_over(acting()), ACCEPTED)
    for again in (ACCEPTED, REFUSED, UNCLEAR):
        assert answered(after, again) is after


def test_another_doubt_after_the_hand_over_says_nothing_new() -> None:
    before = handed_over(acting())
    assert answered(before, UNCLEAR) is before


def test_the_answer_comes_even_after_its_incident_was_closed() -> None:
    before = handed_over(acting())
    before = close(before, only(before), Reason.RESOLVED_BY_OTHERS, AT_S)
    after = answered(before, ACCEPTED)
    assert only(after).attempts[0].outcome is Reason.ACCEPTED
    assert only(after).phase is Phase.RESOLVED


def test_an_answer_that_was_clear_is_not_changed_by_a_later_one() -> None:
    after = handed_over(verifying())
    assert answered(after, REFUSED) is after


def kinds(document: SubjectDocument) -> list[tuple[str, str]]:
    return [(one.incident, one.kind) for one in document.notices]


def test_an_end_takes_the_place_of_a_beginning_that_nobody_received() -> None:
    document = handed_over(opened())
    incident = only(document)
    closed = close(document, incident, Reason.RESOLVED_BY_OTHERS, LATER_S)
    assert kinds(closed) == [(incident.id, "resolved")]


def test_the_notices_of_others_stay_in_their_order() -> None:
    document = opened(alert(), alert("Odd"), alert("Over"))
    for incident in document.incidents:
        document = escalate(document, incident, Reason.NO_PLAYBOOK, AT_S)
    first, second, third = (one.id for one in document.incidents)
    closed = close(document, document.incidents[1], Reason.RESOLVED_BY_OTHERS, LATER_S)
    assert kinds(closed) == [(first, "escalated"), (third, "escalated"), (second, "resolved")]


def full_of(*notices: tuple[str, str]) -> SubjectDocument:
    made = tuple(
        Notice(f"{who}-{kind}", who, kind, "warning", "words", Reason.HELD_TOO_LONG, NOW_S)
        for who, kind in notices
    )
    return replace(opened(), notices=made)


ENDS = [(f"inc-{number}", "resolved") for number in range(NOTICES_MAX)]


def test_over_the_bound_the_oldest_end_goes_and_no_beginning() -> None:
    begun = ("inc-begun", "escalated")
    document = full_of(begun, *ENDS[1:])
    after = handed_over(document)
    assert kinds(after) == [begun, *ENDS[2:], (only(document).id, "escalated")]
    assert len(after.notices) == NOTICES_MAX


def test_up_to_the_bound_none_goes() -> None:
    after = handed_over(full_of(*ENDS[1:]))
    assert kinds(after) == [*ENDS[1:], (only(after).id, "escalated")]


def test_a_human_who_is_never_reached_is_owed_no_more_than_so_much() -> None:
    """Incident after incident comes, is handed over and is over, and no sink ever answers."""
    document = opened(alert("Stays"))
    document = escalate(document, only(document), Reason.NO_PLAYBOOK, NOW_S)
    for number in range(2 * NOTICES_MAX):
        document = absorb(accept(document, [alert(f"Odd{number}")]), POLICY, NOW_S)
        document = escalate(document, document.incidents[-1], Reason.NO_PLAYBOOK, NOW_S)
        document = close(document, document.incidents[-1], Reason.RESOLVED_BY_OTHERS, NOW_S)
        assert len(document.notices) <= NOTICES_MAX
    assert document.notices[0].kind == "escalated", "what still lasts is still owed"
    assert len(document.notices) == NOTICES_MAX


def test_who_has_received_the_beginning_is_told_nothing_when_it_is_left_to_them() -> None:
    document = handed_over(opened())
    document = received(document, document.notices[0].id, sink="s", receipt="r", now_s=AT_S)
    left = close(document, only(document), Reason.LEFT_TO_HUMAN, LATER_S)
    assert (left.notices, only(left).resolution) == ((), Reason.LEFT_TO_HUMAN)


def test_a_beginning_that_nobody_received_is_owed_though_it_is_left_to_them() -> None:
    document = handed_over(opened())
    left = close(document, only(document), Reason.LEFT_TO_HUMAN, LATER_S)
    assert left.notices == document.notices


def test_another_incident_may_be_worked_on_after_an_owed_one_was_handed_over() -> None:
    document = decided(opened(alert(), alert("KubePodNotReady", pod="web-2"))).document
    document = handed_over(document)
    (intent,) = decided(document, SICK, AT_S + 20.0).perform
    assert intent.incident == document.incidents[1].id
    assert decided(document, WELL, AT_S + 20.0).perform == ()
