"""Until when it may be decided: then a human, whatever kept it from being decided until then."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.domain.builders import (
    NOW_S,
    POLICY,
    SICK,
    SOAKED_S,
    acting,
    decided,
    only,
    opened,
    reasons,
    watched,
)
from worker.domain.deciding.outcome import Answer, Outcome, record
from worker.domain.document.incident import Hold, Phase
from worker.domain.document.subject import UNPUBLISHED_MAX, SubjectDocument
from worker.domain.playbooks.playbook import Mode
from worker.domain.story.journal import EntryKind, sentence
from worker.domain.story.reason import Reason

DEADLINE_S = NOW_S + POLICY.decide_within_s
OBSERVE = replace(POLICY, mode=Mode.OBSERVE)
OWED = UNPUBLISHED_MAX + 1  # what is seen is still told, before it is considered
STOPPED = replace(SICK, kill_switch_set=True)


def refused_without_end(reason: Reason) -> tuple[SubjectDocument, float]:
    """Decided again and again, each time answered so; when it was given up."""
    document, now_s = opened(), SOAKED_S
    while only(document).phase is not Phase.ESCALATED and now_s < DEADLINE_S + 3600.0:
        decision = decided(document, SICK, now_s)
        document = decision.document
        for intent in decision.perform:
            outcome = Outcome(Answer.REJECTED, reason, "HTTP 429")
            document = record(document, intent.id, outcome, POLICY, now_s)
        now_s += POLICY.hold_s
    return document, now_s - POLICY.hold_s


@pytest.mark.parametrize(
    "reason", [Reason.THROTTLED, Reason.DISRUPTION_BUDGET, Reason.TERMINATING, Reason.CLAIMED]
)
def test_what_is_refused_again_and_again_ends_with_a_human(reason: Reason) -> None:
    document, ended_s = refused_without_end(reason)
    incident = only(document)
    assert incident.escalated_for is Reason.HELD_TOO_LONG
    assert ended_s == DEADLINE_S
    assert document.intents == ()
    assert max(one.decided_at_s for one in incident.attempts) < DEADLINE_S
    assert f"evict pod: {reason}".replace("_", " ") in document.notices[0].summary


def test_up_to_the_deadline_it_is_decided_and_from_then_on_it_is_not() -> None:
    document = watched(opened(), (60.0, STOPPED))
    assert len(decided(document, SICK, DEADLINE_S - 1.0).perform) == 1
    late = decided(document, SICK, DEADLINE_S)
    assert (late.perform, late.document.intents) == ((), ())
    assert only(late.document).escalated_for is Reason.HELD_TOO_LONG
    assert "no step was possible" in late.document.notices[0].summary


def test_what_was_only_observed_has_all_its_time_when_acting_is_allowed() -> None:
    late_s = NOW_S + 10 * POLICY.decide_within_s
    observed = decided(opened(), SICK, late_s, policy=OBSERVE).document
    assert only(observed).phase is Phase.OPEN
    allowed_s = late_s + POLICY.observe_again_s
    decision = decided(observed, SICK, allowed_s)
    assert len(decision.perform) == 1
    assert only(decision.document).decide_by_s == allowed_s + POLICY.decide_within_s


def test_the_time_after_observing_is_used_up_like_any_other() -> None:
    late_s = NOW_S + 10 * POLICY.decide_within_s
    observed = decided(opened(), SICK, late_s, policy=OBSERVE).document
    allowed_s = late_s + POLICY.observe_again_s
    decision = decided(observed, SICK, allowed_s)
    throttled = Outcome(Answer.REJECTED, Reason.THROTTLED)
    document = record(decision.document, decision.perform[0].id, throttled, POLICY, allowed_s)
    assert len(decided(document, SICK, allowed_s + POLICY.decide_within_s - 1.0).perform) == 1
    late = decided(document, SICK, allowed_s + POLICY.decide_within_s)
    assert only(late.document).escalated_for is Reason.HELD_TOO_LONG


def behind() -> SubjectDocument:
    return replace(opened(), pack_version=2)


def stuck() -> SubjectDocument:
    document = opened()
    while len(document.unpublished) < UNPUBLISHED_MAX:
        document = document.note(EntryKind.ALERT, Reason.ALERT_FIRING, NOW_S)
    return document


@pytest.mark.parametrize(
    ("document", "reason", "detail"),
    [
        (behind(), Reason.POLICY_BEHIND, "playbooks of version 1, version 2 was used last"),
        (stuck(), Reason.JOURNAL_STUCK, f"{OWED} journal entries are not published"),
    ],
    ids=["policy behind", "journal stuck"],
)
def test_what_keeps_us_from_beginning_is_a_hold_that_ends_with_a_human(
    document: SubjectDocument, reason: Reason, detail: str
) -> None:
    held = watched(document, (60.0, SICK))
    assert only(held).hold == Hold(reason, SOAKED_S, SOAKED_S + POLICY.hold_s)
    assert held.journal[-1].kind is EntryKind.HELD
    assert sentence(held.journal[-1]) == f"Not now: {reason.replace('_', ' ')} ({detail})."
    held = watched(held, (75.0, SICK), (POLICY.decide_within_s - 1.0, SICK))
    assert reasons(held).count(f"held:{reason}") == 1
    assert (only(held).phase, held.intents) == (Phase.OPEN, ())
    late = watched(held, (POLICY.decide_within_s + POLICY.hold_s, SICK))
    assert only(late).escalated_for is Reason.HELD_TOO_LONG
    words = f"held too long. {reason}. ".replace("_", " ")
    assert words in late.notices[0].summary
    assert late.notices[0].summary.endswith(detail.partition(" ")[2])


@pytest.mark.parametrize("how", ["pack", "journal"])
def test_an_owed_intent_is_not_sent_again_while_that_lasts(how: str) -> None:
    document = acting()
    if how == "pack":
        document = replace(document, pack_version=2)
    while how == "journal" and len(document.unpublished) < UNPUBLISHED_MAX:
        document = document.note(EntryKind.ALERT, Reason.ALERT_FIRING, NOW_S)
    early = decided(document, SICK, SOAKED_S + 16.0)
    assert (early.perform, len(early.document.intents)) == ((), 1)
    late = decided(document, SICK, SOAKED_S + POLICY.in_flight_max_s)
    assert only(late.document).attempts[0].outcome is Reason.SUPERSEDED
    assert late.perform == ()


def test_a_second_send_is_told() -> None:
    document = acting()
    after = decided(document, SICK, SOAKED_S + 16.0).document
    assert after.journal[:-1] == document.journal
    entry = after.journal[-1]
    assert (entry.kind, entry.reason) == (EntryKind.RESENT, Reason.SICK_POD)
    assert entry.incident == only(after).id
    assert sentence(entry) == (
        f"Sent {document.intents[0].id} again under the same id, because it was not done: sick pod."
    )
