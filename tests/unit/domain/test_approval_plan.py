"""An approval renews the plan: done only if it is the same one, asked again if it is another."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.domain.approving import (
    ASKED_S,
    ASKING,
    EXPIRES_S,
    answer,
    approved,
    asked,
    heard,
    request_of,
    told,
    turn,
)
from tests.unit.domain.builders import (
    ACCEPTED,
    CRASH_LOOP,
    NOW_S,
    RESTART,
    SICK,
    WELL,
    crashing,
    facts,
    only,
    opened,
    pod,
    reasons,
    rollout,
)
from worker.domain.deciding.decision import decide
from worker.domain.deciding.outcome import Answer as Result
from worker.domain.deciding.outcome import Outcome, record
from worker.domain.document.incident import Phase
from worker.domain.document.subject import SubjectDocument
from worker.domain.observed.evidence import Unknown
from worker.domain.observed.facts import Facts
from worker.domain.playbooks.pack import Pack
from worker.domain.playbooks.playbook import Mode
from worker.domain.story.reason import Reason

YES_S = ASKED_S + 10.0
OTHER = facts(crashing("web-2"), pod("web-1"), pod("web-3"))
RECREATED = facts(crashing("web-1", uid="uid-new"), pod("web-2"), pod("web-3"))
STOPPED = replace(SICK, kill_switch_set=True)
RESTARTS = Pack(1, (replace(CRASH_LOOP, steps=(RESTART,)),))


@pytest.mark.parametrize("seen", [OTHER, RECREATED], ids=["another pod", "the same name, anew"])
def test_another_plan_is_another_question(seen: Facts) -> None:
    first = request_of(asked())
    decision = turn(approved(), YES_S + 1.0, seen)
    fresh = request_of(decision.document)
    assert (decision.perform, fresh.approved_by) == ((), "")
    assert (fresh.id[-3:], fresh.nonce != first.nonce) == ("-r2", True)
    assert reasons(decision.document)[-2:] == ["refused:plan_changed", "asked:awaiting_approval"]
    assert decision.document.notices[-1].id == fresh.id
    old = heard(decision.document, YES_S + 2.0, answer(first))
    assert told(old).reason is Reason.NOTHING_ASKED
    assert turn(old, YES_S + 3.0, seen).perform == ()
    new = heard(decision.document, YES_S + 2.0, answer(fresh))
    (intent,) = turn(new, YES_S + 3.0, seen).perform
    assert intent.target == fresh.target


def restart_turn(document: SubjectDocument, seen: Facts, after_s: float) -> SubjectDocument:
    now_s = NOW_S + after_s
    return decide(document, replace(seen, at_s=now_s), RESTARTS, ASKING, now_s).document


def test_the_same_action_on_a_template_that_was_changed_is_another_plan() -> None:
    document = restart_turn(opened(), SICK, ASKED_S)
    document = heard(document, YES_S, answer(request_of(document)))
    deployed = replace(SICK, rollout=rollout(generation=4, observed_generation=4, available=2))
    document = restart_turn(document, deployed, YES_S + 1.0)
    assert document.intents == ()
    assert only(document).asked == 2


def test_a_plan_that_keeps_changing_is_no_plan() -> None:
    document = asked()
    for number in range(2, ASKING.asked_max + 1):
        after_s = ASKED_S + 20.0 * number
        document = heard(document, after_s, answer(request_of(document)))
        seen = facts(crashing("web-1", uid=f"uid-{number}"), pod("web-2"), pod("web-3"))
        document = turn(document, after_s + 1.0, seen).document
        assert only(document).asked == number
    document = heard(document, 200.0, answer(request_of(document)))
    document = turn(document, 201.0, OTHER).document
    assert only(document).escalated_for is Reason.PLAN_CHANGED
    assert "asked 3 times already" in document.notices[-1].summary


def test_too_many_questions_about_what_was_done_are_not_called_a_changed_plan() -> None:
    document = opened()
    document = document.with_incident(replace(only(document), asked=ASKING.asked_max))
    document = turn(document, ASKED_S).document
    assert only(document).escalated_for is Reason.ATTEMPTS_USED


def test_what_got_well_after_the_yes_is_not_done() -> None:
    decision = turn(approved(), YES_S + 1.0, WELL)
    assert decision.perform == ()
    assert reasons(decision.document)[-1] == "refused:nothing_sick"


def test_the_kill_switch_between_yes_and_act_stops_it_until_the_yes_is_too_old() -> None:
    document = turn(approved(), YES_S + 1.0, STOPPED).document
    assert (document.intents, reasons(document)[-1]) == ((), "refused:kill_switch")
    assert len(turn(document, YES_S + 60.0, SICK).perform) == 1
    late = turn(document, EXPIRES_S, STOPPED).document
    assert only(late).escalated_for is Reason.APPROVAL_EXPIRED
    assert "was approved by ada, and not done in time" in late.notices[-1].summary


def test_a_yes_is_no_permission_beyond_its_guards() -> None:
    blind = replace(SICK, scopes=Unknown("HTTP 500"))
    assert turn(approved(), YES_S + 1.0, blind).perform == ()
    skewed = replace(SICK, clock_skew_s=Unknown("HTTP 500"))
    assert turn(approved(), YES_S + 1.0, skewed).perform == ()


def test_when_the_switch_was_found_set_before_sending_the_yes_is_used_up() -> None:
    document = turn(approved(), YES_S + 1.0).document
    stopped = Outcome(Result.REJECTED, Reason.KILL_SWITCH)
    document = record(document, document.intents[0].id, stopped, ASKING, NOW_S + YES_S + 2.0)
    decision = turn(document, YES_S + 60.0)
    assert decision.perform == ()
    assert (only(decision.document).asked, request_of(decision.document).approved_by) == (2, "")


def sent() -> SubjectDocument:
    """Approved, sent, and never answered."""
    document = turn(approved(), YES_S + 1.0).document
    lost = Outcome(Result.UNCLEAR, Reason.UNREACHABLE, "HTTP 504")
    return record(document, document.intents[0].id, lost, ASKING, NOW_S + YES_S + 2.0)


def test_sending_it_again_needs_no_second_yes() -> None:
    document = sent()
    decision = turn(document, YES_S + 30.0)
    assert [one.id for one in decision.perform] == [document.intents[0].id]
    assert only(decision.document).asked == 1


def test_sending_it_again_in_another_state_does() -> None:
    document = restart_turn(opened(), SICK, ASKED_S)
    document = heard(document, YES_S, answer(request_of(document)))
    document = restart_turn(document, SICK, YES_S + 1.0)
    (intent,) = document.intents
    lost = Outcome(Result.UNCLEAR, Reason.UNREACHABLE, "HTTP 504")
    document = record(document, intent.id, lost, ASKING, NOW_S + YES_S + 2.0)
    deployed = replace(SICK, rollout=rollout(generation=4, observed_generation=4, available=2))
    same = restart_turn(document, SICK, YES_S + 30.0)
    assert same.intents[0].resends == 1
    other = restart_turn(document, deployed, YES_S + ASKING.in_flight_max_s + 1.0)
    assert (other.intents, only(other).attempts[0].outcome) == ((), Reason.SUPERSEDED)
    asked_again = restart_turn(other, deployed, YES_S + 120.0)
    assert (asked_again.intents, only(asked_again).asked) == ((), 2)


def test_a_yes_is_used_once() -> None:
    document = turn(approved(), YES_S + 1.0).document
    request = request_of(asked())
    document = record(document, document.intents[0].id, ACCEPTED, ASKING, NOW_S + YES_S + 2.0)
    after = heard(document, YES_S + 5.0, answer(request))
    assert told(after).reason is Reason.NOTHING_ASKED
    assert after.incidents == document.incidents
    assert only(after).phase is Phase.VERIFYING


def test_a_mode_that_is_lowered_between_question_and_answer_counts() -> None:
    observing = replace(ASKING, mode=Mode.OBSERVE)
    decision = turn(approved(), YES_S + 1.0, SICK, observing)
    assert (decision.perform, reasons(decision.document)[-1]) == ((), "refused:observe_mode")
