"""What becomes of an open question when its step is passed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.domain.builders import (
    CRASH_LOOP,
    EVICT,
    POLICY,
    RESTART,
    SICK,
    SOAKED_S,
    decided,
    only,
    opened,
)
from worker.domain.deciding.weighing import without_its_question
from worker.domain.document.incident import Incident, Phase
from worker.domain.document.subject import SubjectDocument
from worker.domain.observed.facts import Facts
from worker.domain.people.approval import digest_of
from worker.domain.playbooks.pack import Pack
from worker.domain.playbooks.playbook import Condition, Mode, Playbook, Step
from worker.domain.story.reason import Reason

APPROVE = replace(POLICY, mode=Mode.APPROVE)
UNLESS = Condition("c", "busy()")
LADDER = Playbook(
    "crash-loop", CRASH_LOOP.match, (replace(EVICT, never=(UNLESS,)), RESTART), soak_s=60.0
)
LATER_S = SOAKED_S + 30.0


def seen(busy: bool) -> Facts:
    return replace(SICK, conditions={"c": busy})


def looked(document: SubjectDocument, facts: Facts, now_s: float = SOAKED_S) -> SubjectDocument:
    return decided(document, facts, now_s, pack=Pack(1, (LADDER,)), policy=APPROVE).document


def asked() -> Incident:
    """A human was asked about the eviction."""
    return only(looked(opened(), seen(False)))


@pytest.mark.parametrize(("step", "stays"), [(EVICT, False), (RESTART, True)])
def test_only_the_question_about_the_passed_step_is_taken_back(step: Step, stays: bool) -> None:
    incident = asked()
    assert incident.request is not None
    after = without_its_question(incident, step)
    assert after == (incident if stays else replace(incident, request=None))


def test_without_a_question_there_is_nothing_to_take_back() -> None:
    incident = only(opened())
    assert without_its_question(incident, EVICT) is incident


def test_the_next_step_is_asked_about_when_the_first_is_not_for_this_moment() -> None:
    document = looked(opened(), seen(False)).with_incident(replace(asked(), hold=None))
    request = only(looked(document, seen(True), LATER_S)).request
    assert request is not None
    assert (request.action, request.id[-3:]) == (RESTART.verb, "-r2")


def test_while_the_next_step_waits_the_first_one_is_weighed_again() -> None:
    """A step that isn't for this moment is passed for this moment only."""
    stopped = replace(seen(True), kill_switch_set=True)
    held = decided(opened(), stopped, pack=Pack(1, (LADDER,))).document
    assert (only(held).rung, only(held).phase) == (0, Phase.OPEN)
    after = decided(held, seen(False), SOAKED_S + POLICY.hold_s, pack=Pack(1, (LADDER,)))
    assert [one.action for one in after.perform] == [EVICT.verb]


def test_while_the_next_step_is_asked_about_too() -> None:
    asked_next = looked(opened(), seen(True))
    request = only(asked_next).request
    assert request is not None
    assert (request.action, only(asked_next).rung) == (RESTART.verb, 0)


def test_a_yes_to_another_state_is_asked_about_anew_and_waits_for_that_answer() -> None:
    incident = asked()
    assert incident.request is not None
    old = digest_of(EVICT.verb, incident.request.target, 9, {})
    yes = replace(incident.request, approved_by="ada", digest=old)
    document = looked(opened(), seen(False)).with_incident(
        replace(incident, request=yes, hold=None)
    )
    after = only(looked(document, seen(False), LATER_S))
    assert after.hold is not None
    assert after.request is not None
    assert (after.hold.reason, after.request.approved_by) == (Reason.AWAITING_APPROVAL, "")
    assert after.hold.until_s == after.request.expires_at_s == LATER_S + POLICY.approval_s


def test_who_was_asked_often_enough_gets_it_and_nothing_is_asked_any_more() -> None:
    incident = asked()
    assert incident.request is not None
    document = looked(opened(), seen(False)).with_incident(
        replace(
            incident,
            hold=None,
            asked=POLICY.asked_max,
            request=replace(incident.request, digest="another plan"),
        )
    )
    after = only(looked(document, seen(False), LATER_S))
    assert (after.phase, after.escalated_for) == (Phase.ESCALATED, Reason.PLAN_CHANGED)
    assert (after.hold, after.request) == (None, None)
