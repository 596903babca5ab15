"""What each answer of the API server means for the intent, and for its incident."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.domain.builders import (
    ACCEPTED,
    POLICY,
    SICK,
    SOAKED_S,
    acting,
    alert,
    decided,
    only,
    opened,
    reasons,
    watched,
)
from worker.domain.deciding.outcome import ASK_AGAIN, NEXT_STEP, Answer, Outcome, record
from worker.domain.document.incident import Hold, Phase
from worker.domain.document.subject import COOL_DOWNS_MAX, CoolDown, SubjectDocument
from worker.domain.story.reason import Reason

AT_S = SOAKED_S + 2.0
HARD = [
    Reason.FORBIDDEN, Reason.DENIED_BY_POLICY, Reason.UNAUTHENTICATED, Reason.BAD_REQUEST,
]  # fmt: skip
UNCLEAR = Outcome(Answer.UNCLEAR, Reason.UNREACHABLE, "no answer")


def rejected(reason: Reason, retry_after_s: float | None = None) -> Outcome:
    return Outcome(Answer.REJECTED, reason, "HTTP 4xx", retry_after_s)


def recorded(
    outcome: Outcome, document: SubjectDocument | None = None, at_s: float = AT_S
) -> SubjectDocument:
    document = document or acting()
    return record(document, document.intents[0].id, outcome, POLICY, at_s)


def resent() -> SubjectDocument:
    """The first send is in doubt, and the intent was sent once more."""
    return decided(acting(), SICK, SOAKED_S + 20.0).document


@pytest.mark.parametrize("reason", [Reason.ACCEPTED, Reason.FOUND_DONE])
def test_accepted_is_verified_from_here_on(reason: Reason) -> None:
    document = recorded(Outcome(Answer.ACCEPTED, reason, "HTTP 201"))
    incident = only(document)
    assert (incident.phase, incident.hold, document.intents) == (Phase.VERIFYING, None, ())
    attempt = incident.attempts[0]
    assert (attempt.outcome, attempt.outcome_at_s, attempt.done) == (reason, AT_S, True)
    assert document.cool_downs == (CoolDown("crash_loop", "evict_pod", incident.id, (AT_S,)),)
    assert reasons(document)[-1] == f"outcome:{reason}"


@pytest.mark.parametrize("reason", sorted(ASK_AGAIN))
@pytest.mark.parametrize(
    ("retry_after_s", "held_s"), [(None, POLICY.hold_s), (7.0, 7.0), (0.0, POLICY.hold_s)]
)
def test_not_now_is_decided_anew_after_a_pause(
    reason: Reason, retry_after_s: float | None, held_s: float
) -> None:
    document = recorded(rejected(reason, retry_after_s))
    incident = only(document)
    assert (incident.phase, incident.rung, document.intents) == (Phase.OPEN, 0, ())
    assert incident.hold == Hold(reason, AT_S, AT_S + held_s)
    assert not incident.attempts[0].done
    assert document.cool_downs == ()


@pytest.mark.parametrize("reason", sorted(NEXT_STEP))
def test_not_to_be_had_here_climbs_to_the_next_step(reason: Reason) -> None:
    incident = only(recorded(rejected(reason)))
    assert (incident.phase, incident.rung, incident.hold) == (Phase.OPEN, 1, None)


@pytest.mark.parametrize("reason", HARD)
@pytest.mark.parametrize("again", [False, True], ids=["first send", "resend"])
def test_a_hard_no_goes_to_a_human(reason: Reason, again: bool) -> None:
    document = recorded(rejected(reason), resent() if again else None)
    assert (only(document).phase, only(document).escalated_for) == (Phase.ESCALATED, reason)
    assert (document.intents, len(document.notices)) == ((), 1)
    assert reasons(document)[-2:] == [f"outcome:{reason}", f"escalated:{reason}"]


@pytest.mark.parametrize(("retry_after_s", "held_s"), [(None, POLICY.hold_s), (2.0, 2.0)])
def test_unclear_stays_owed(retry_after_s: float | None, held_s: float) -> None:
    before = acting()
    document = recorded(replace(UNCLEAR, retry_after_s=retry_after_s), before)
    incident = only(document)
    assert (incident.phase, document.intents) == (Phase.ACTING, before.intents)
    assert incident.attempts[0].owed
    assert incident.hold == Hold(Reason.UNREACHABLE, AT_S, AT_S + held_s)
    assert document.cool_downs == ()


def test_the_same_doubt_is_told_once() -> None:
    document = recorded(UNCLEAR, recorded(UNCLEAR), AT_S + 20.0)
    assert reasons(document).count("outcome:unreachable") == 1
    hold = only(document).hold
    assert hold is not None
    assert hold.until_s == AT_S + 20.0 + POLICY.hold_s
    stale = recorded(Outcome(Answer.UNCLEAR, Reason.STALE), document)
    assert reasons(stale)[-1] == "outcome:stale"


@pytest.mark.parametrize("reason", sorted((ASK_AGAIN | NEXT_STEP) - {Reason.SUPERSEDED}))
def test_a_soft_no_to_the_second_send_leaves_the_first_in_doubt(reason: Reason) -> None:
    document = recorded(rejected(reason), resent())
    assert (only(document).phase, len(document.intents)) == (Phase.ACTING, 1)
    assert only(document).attempts[0].owed


def test_superseded_is_our_own_word_and_settles_even_a_second_send() -> None:
    document = recorded(rejected(Reason.SUPERSEDED), resent())
    assert (only(document).phase, document.intents) == (Phase.OPEN, ())


@pytest.mark.parametrize(
    "outcome",
    [
        ACCEPTED,
        *(rejected(reason) for reason in (Reason.THROTTLED, Reason.QUOTA, Reason.FORBIDDEN)),
    ],
    ids=lambda one: str(one.reason),
)
def test_recorded_twice_changes_nothing_the_second_time(outcome: Outcome) -> None:
    before = acting()
    intent = before.intents[0].id
    document = record(before, intent, outcome, POLICY, AT_S)
    for late in (outcome, UNCLEAR, ACCEPTED, rejected(Reason.FORBIDDEN)):
        assert record(document, intent, late, POLICY, AT_S + 60.0) is document


def test_an_intent_that_nobody_owes_changes_nothing() -> None:
    document = acting()
    assert record(document, "inc-0-s1-a1", ACCEPTED, POLICY, AT_S) is document


def test_a_cool_down_counts_incidents_not_writes() -> None:
    document = recorded(ACCEPTED)
    once = document.cool_downs[0]
    again = replace(acting(), cool_downs=(once,))
    assert recorded(ACCEPTED, again, AT_S + 9.0).cool_downs == (
        replace(once, done_s=(AT_S + 9.0,)),
    )
    other = replace(acting(), cool_downs=(replace(once, incident="inc-earlier"),))
    (cool,) = recorded(ACCEPTED, other).cool_downs
    assert (cool.incident, cool.done_s) == (only(document).id, (AT_S, AT_S))


def test_cool_downs_are_bounded_and_the_longest_untouched_goes() -> None:
    full = tuple(
        CoolDown(f"alert_{n}", "evict_pod", "inc-earlier", (SOAKED_S,))
        for n in range(COOL_DOWNS_MAX)
    )
    document = recorded(ACCEPTED, replace(acting(), cool_downs=full))
    assert len(document.cool_downs) == COOL_DOWNS_MAX
    assert [one.cause for one in document.cool_downs] == [
        *(f"alert_{n}" for n in range(1, COOL_DOWNS_MAX)), "crash_loop",
    ]  # fmt: skip


def test_only_its_own_incident_is_changed() -> None:
    document = decided(opened(alert(), alert("KubePodNotReady"))).document
    after = recorded(ACCEPTED, document)
    assert after.incidents[1] == document.incidents[1]
    assert after.incidents[0].phase is Phase.VERIFYING


def test_a_refused_write_is_tried_again_under_another_id() -> None:
    document = recorded(rejected(Reason.THROTTLED))
    document = watched(document, (62.0 + POLICY.hold_s, SICK))
    assert document.intents[0].id == f"{only(document).id}-s1-a2"
