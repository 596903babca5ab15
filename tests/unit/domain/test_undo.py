"""What didn't help is put back, what did harm too, and what is somebody else's by now is left."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.domain.builders import NOW_S, POLICY, only, reasons, rollout
from tests.unit.domain.remedies import (
    MEMORY,
    PAUSE,
    SETTLED_S,
    STOPPED,
    Remedy,
)
from tests.unit.domain.undoing import HARMFUL, changed, each, undoing, worse
from worker.domain.deciding.outcome import Answer, Outcome, record
from worker.domain.document.incident import Phase
from worker.domain.observed.evidence import Gone, RolloutHealth, Unknown
from worker.domain.playbooks.playbook import Mode
from worker.domain.story.reason import Reason
from worker.domain.verify.verifying import UNDO_ROLLS_MAX_S


@each()
def test_the_remedy_says_what_it_sets_and_what_it_found(remedy: Remedy) -> None:
    attempt = only(remedy.acting()).attempts[0]
    assert (attempt.intent_id, attempt.action) == (remedy.intent_id, remedy.verb)
    assert (attempt.parameters, attempt.found) == (remedy.set_to, remedy.set_back)


@each()
def test_what_did_not_help_is_put_back_by_an_intent_of_its_own(remedy: Remedy) -> None:
    failed = remedy.failed()
    assert (only(failed).phase, only(failed).undoing) == (Phase.OPEN, remedy.intent_id)
    decision = remedy.looked(failed, remedy.in_vain, remedy.judged_s + 1.0)
    (intent,) = decision.perform
    assert (intent.action, intent.parameters) == (remedy.undo, remedy.set_back)
    assert intent.id == remedy.intent_id.replace("-a1", "-a2")
    assert intent.target == only(failed).attempts[0].target
    undo = only(decision.document).last_attempt
    assert undo is not None
    assert (undo.undoes, undo.found) == (remedy.intent_id, remedy.set_to)
    assert reasons(decision.document)[-1] == "decided:undone"


@each()
def test_once_put_back_the_next_rung_is_climbed(remedy: Remedy) -> None:
    settled_s = remedy.judged_s + 1.0 + 30.0  # Watch.settle_s of the step
    document = remedy.looked(undoing(remedy), remedy.before, settled_s - 1.0).document
    assert only(document).phase is Phase.VERIFYING
    seen = changed(remedy.before, updated=3)
    document = remedy.looked(document, seen, settled_s).document
    incident = only(document)
    assert (incident.phase, incident.rung, incident.undoing) == (Phase.OPEN, 1, "")
    assert [one.undone for one in incident.attempts] == [True, False]
    assert reasons(document)[-1] == "verdict:undone"
    assert incident.decide_by_s == NOW_S + settled_s + POLICY.decide_within_s


@each(HARMFUL)
def test_what_did_harm_is_put_back_and_then_a_humans_and_its_playbook_loses_its_mode(
    remedy: Remedy,
) -> None:
    failed = remedy.failed(worse(remedy))
    assert only(failed).attempts[0].verdict is Reason.WORSE
    (note,) = failed.scope_notes
    assert (note.kind, note.scope) == ("repair", "shop")
    assert note.detail == {
        "playbook": "try", "intent": remedy.intent_id, "subject": failed.subject.key,
        "reason": "worse",
    }  # fmt: skip
    document = undoing(remedy, worse(remedy))
    seen = changed(remedy.before, updated=3)
    document = remedy.looked(document, seen, remedy.judged_s + 60.0).document
    assert only(document).escalated_for is Reason.WORSE
    assert only(document).attempts[0].undone
    assert "made it worse, and was undone" in document.notices[-1].summary


@each()
def test_what_did_not_help_but_did_no_harm_costs_no_mode_yet(remedy: Remedy) -> None:
    assert remedy.failed().scope_notes == ()


@each()
@pytest.mark.parametrize("mode", [Mode.SUGGEST, Mode.APPROVE])
def test_no_mode_keeps_our_own_deed_from_being_undone(remedy: Remedy, mode: Mode) -> None:
    policy = replace(POLICY, mode=mode)
    at_s = remedy.judged_s + 1.0
    decision = remedy.looked(remedy.failed(), remedy.in_vain, at_s, policy=policy)
    assert [one.action for one in decision.perform] == [remedy.undo]


@each()
def test_in_observe_mode_nothing_is_written_not_even_to_put_it_back(remedy: Remedy) -> None:
    policy = replace(POLICY, mode=Mode.OBSERVE)
    decision = remedy.looked(remedy.failed(), remedy.in_vain, remedy.judged_s + 1.0, policy=policy)
    assert decision.perform == ()
    hold = only(decision.document).hold
    assert hold is not None
    assert (hold.reason, hold.patient) == (Reason.OBSERVE_MODE, True)


def test_a_rollout_that_is_going_bad_is_not_resumed_but_a_humans() -> None:
    """Going on would replace more good pods by sick ones: it stays paused."""
    sick = replace(PAUSE.before, rollout=STOPPED.rollout)
    document = PAUSE.looked(PAUSE.failed(sick), sick, SETTLED_S + 1.0).document
    assert only(document).escalated_for is Reason.NOT_UNDONE
    assert "pause rollout of shop/Deployment/web stays as it is: still sick" in (
        document.notices[-1].summary
    )


@pytest.mark.parametrize(
    "unseen",
    [rollout(updated=1), Unknown("timed out")],
    ids=["rolls on", "can't be seen"],
)
def test_an_undo_whose_end_nobody_sees_is_a_humans(unseen: RolloutHealth | Unknown) -> None:
    hangs = replace(MEMORY.before, rollout=unseen)
    latest_s = SETTLED_S + 1.0 + 30.0 + UNDO_ROLLS_MAX_S
    document = MEMORY.looked(undoing(MEMORY), hangs, latest_s - 1.0).document
    assert only(document).phase is Phase.VERIFYING
    document = MEMORY.looked(document, hangs, latest_s).document
    assert only(document).escalated_for is Reason.NOT_UNDONE


def test_an_undo_of_what_was_deleted_meanwhile_is_a_humans_at_once() -> None:
    gone = replace(MEMORY.before, rollout=Gone("Deployment web"))
    document = MEMORY.looked(undoing(MEMORY), gone, SETTLED_S + 1.0 + 30.0).document
    assert only(document).escalated_for is Reason.TARGET_GONE


@each()
def test_what_cannot_be_undone_here_is_a_humans(remedy: Remedy) -> None:
    document = remedy.looked(remedy.failed(), remedy.in_vain, remedy.judged_s + 1.0).document
    for reason in (Reason.FORBIDDEN, Reason.QUOTA, Reason.UNSUPPORTED, Reason.BAD_REQUEST):
        outcome = Outcome(Answer.REJECTED, reason, "HTTP 4xx")
        at_s = NOW_S + remedy.judged_s + 2.0
        refused = record(document, document.intents[0].id, outcome, POLICY, at_s)
        assert (only(refused).escalated_for, refused.intents) == (Reason.NOT_UNDONE, ())
        assert str(reason).replace("_", " ") in refused.notices[-1].summary


@each()
def test_a_refusal_for_now_is_followed_by_another_try(remedy: Remedy) -> None:
    document = remedy.looked(remedy.failed(), remedy.in_vain, remedy.judged_s + 1.0).document
    outcome = Outcome(Answer.REJECTED, Reason.THROTTLED, "HTTP 429")
    at_s = remedy.judged_s + 2.0
    document = record(document, document.intents[0].id, outcome, POLICY, NOW_S + at_s)
    (intent,) = remedy.looked(document, remedy.in_vain, at_s + POLICY.hold_s).perform
    assert (intent.action, intent.id[-3:]) == (remedy.undo, "-a3")
