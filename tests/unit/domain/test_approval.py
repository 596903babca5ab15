"""A question is asked once, and only the right answer does anything: all others are told."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

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
from tests.unit.domain.builders import NOW_S, RESOLVED, WELL, alert, only, reasons, steadily
from worker.domain.document.identity import Target
from worker.domain.document.incident import Phase
from worker.domain.document.subject import SubjectDocument
from worker.domain.incoming.absorb import absorb
from worker.domain.incoming.inbox import accept
from worker.domain.people.approval import Say, digest_of, inert, nonce_of
from worker.domain.story.reason import Reason

YES, NO = Say.YES, Say.NO


def test_it_is_asked_once_and_nothing_is_done() -> None:
    document = asked()
    request, incident = request_of(document), only(document)
    assert document.intents == ()
    assert (incident.phase, incident.asked) == (Phase.OPEN, 1)
    assert incident.hold is not None
    assert (incident.hold.reason, incident.hold.patient) == (Reason.AWAITING_APPROVAL, True)
    assert incident.hold.until_s == request.expires_at_s == NOW_S + EXPIRES_S
    assert (request.action, request.target.name) == ("evict_pod", "web-1")
    assert reasons(document)[-1] == "asked:awaiting_approval"
    (notice,) = document.notices
    assert (notice.kind, notice.id) == ("approval", request.id)
    assert "evict pod shop/Pod/web-1?" in notice.summary
    for after_s in (ASKED_S + 1.0, ASKED_S + 300.0, EXPIRES_S - 1.0):
        again = turn(document, after_s)
        assert (again.perform, again.document.journal) == ((), document.journal)
        assert request_of(again.document) == request


def test_a_yes_renews_the_plan_and_acts_once() -> None:
    document = approved()
    assert reasons(document)[-1] == "answered:approved"
    assert document.notices == ()
    decision = turn(document, ASKED_S + 11.0)
    (intent,) = decision.perform
    assert (intent.action, intent.target.name) == ("evict_pod", "web-1")
    attempt = only(decision.document).attempts[0]
    assert (attempt.approved_by, only(decision.document).request) == ("ada", None)
    assert decision.document.journal[-1].detail["approved"] == "ada"
    assert turn(decision.document, ASKED_S + 12.0).perform == (
        replace(intent, sent_at_s=NOW_S + ASKED_S + 12.0, resends=1),
    )


def test_a_yes_in_the_last_second_still_leaves_time_to_act() -> None:
    """What waited for a human until now was not our delay."""
    document = approved(EXPIRES_S - 1.0)
    assert only(document).decide_by_s < NOW_S + EXPIRES_S - 1.0
    assert len(turn(document, EXPIRES_S - 1.0).perform) == 1


INERT: list[tuple[str, dict[str, Any], Reason]] = [
    ("another question", {"request": "inc-other-r1"}, Reason.NOTHING_ASKED),
    ("no question", {"request": ""}, Reason.NOTHING_ASKED),
    ("another plan", {"digest": "0" * 64}, Reason.OTHER_QUESTION),
    ("an old nonce", {"nonce": "0" * 16}, Reason.OTHER_QUESTION),
    ("no nonce", {"nonce": ""}, Reason.OTHER_QUESTION),
    ("too late", {"at_s": NOW_S + EXPIRES_S}, Reason.APPROVAL_EXPIRED),
    ("a no that is too late", {"say": NO, "at_s": NOW_S + EXPIRES_S}, Reason.APPROVAL_EXPIRED),
    ("by a machine", {"bot": True}, Reason.APPROVED_BY_MACHINE),
    ("by nobody", {"by": ""}, Reason.APPROVED_BY_ASKER),
]


@pytest.mark.parametrize(("changes", "reason"), [x[1:] for x in INERT], ids=[x[0] for x in INERT])
def test_what_is_no_answer_does_nothing_and_is_told(
    changes: dict[str, Any], reason: Reason
) -> None:
    document = asked()
    after = heard(document, ASKED_S + 10.0, answer(request_of(document), **changes))
    assert (told(after).reason, told(after).detail["request"]) == (
        reason, changes.get("request", request_of(document).id),
    )  # fmt: skip
    assert (after.incidents, after.intents, after.notices) == (
        document.incidents, (), document.notices,
    )  # fmt: skip
    assert turn(after, ASKED_S + 11.0).perform == ()


def test_who_asked_cannot_say_yes() -> None:
    document = asked()
    mine = replace(request_of(document), asked_by="ada")
    document = document.with_incident(replace(only(document), request=mine))
    after = heard(document, ASKED_S + 10.0, answer(mine))
    assert told(after).reason is Reason.APPROVED_BY_ASKER
    assert request_of(after).approved_by == ""
    other = heard(document, ASKED_S + 10.0, answer(mine, by="grace"))
    assert request_of(other).approved_by == "grace"
    assert inert(mine, answer(mine, NO)) is None, "but may call it off"


def test_an_answer_counts_from_when_it_is_read_not_from_what_it_says() -> None:
    document = asked()
    after = heard(document, EXPIRES_S, answer(request_of(document), at_s=NOW_S))
    assert told(after).reason is Reason.APPROVAL_EXPIRED


def test_a_second_yes_changes_nothing() -> None:
    document = approved()
    again = heard(document, ASKED_S + 20.0, answer(request_of(document), by="grace"))
    assert told(again).reason is Reason.ANSWERED_BEFORE
    assert request_of(again).approved_by == "ada"


def test_two_answers_at_once_are_read_in_their_order() -> None:
    document = asked()
    request = request_of(document)
    after = heard(document, ASKED_S + 10.0, answer(request), answer(request, by="grace"))
    assert (request_of(after).approved_by, told(after).reason) == ("ada", Reason.ANSWERED_BEFORE)


@pytest.mark.parametrize("document", [asked(), approved()], ids=["open", "after a yes"])
@pytest.mark.parametrize("bot", [False, True], ids=["person", "machine"])
def test_a_no_is_a_humans_as_long_as_it_is_not_done(document: SubjectDocument, bot: bool) -> None:
    no = answer(request_of(document), NO, by="grace", bot=bot, words="wait for me")
    after = heard(document, ASKED_S + 11.0, no)
    assert only(after).escalated_for is Reason.REJECTED_BY_HUMAN
    assert only(after).request is None
    assert "grace said no" in after.notices[-1].summary
    assert "wait for me" in after.notices[-1].summary
    assert turn(after, ASKED_S + 12.0).perform == ()


def test_nobody_answers_for_a_human() -> None:
    document = turn(asked(), EXPIRES_S).document
    assert only(document).escalated_for is Reason.APPROVAL_EXPIRED
    (notice,) = document.notices
    assert (notice.kind, "nobody answered" in notice.summary) == ("escalated", True)


def test_a_yes_after_it_got_well_is_told_and_nothing_more() -> None:
    document = asked()
    request = request_of(document)
    well_s = ASKED_S + ASKING.close_after_healthy_s
    document = absorb(accept(document, (alert(status=RESOLVED),)), ASKING, NOW_S + ASKED_S)
    for after_s, seen in steadily(WELL, ASKED_S + 1.0, well_s + 1.0):
        document = turn(document, after_s, seen).document
    assert only(document).resolution is Reason.RESOLVED_BY_OTHERS
    assert (only(document).request, document.notices) == (None, ())
    after = heard(document, well_s + 2.0, answer(request))
    assert told(after).reason is Reason.NOTHING_ASKED
    assert after.incidents == document.incidents
    assert turn(after, well_s + 3.0).perform == ()


def test_an_answer_for_another_incident_of_the_subject_is_not_taken_for_this_one() -> None:
    document = asked()
    second = absorb(accept(document, (alert("KubePodNotReady"),)), ASKING, NOW_S + ASKED_S)
    request = request_of(document)
    wrong = replace(request, id=request.id.replace(request.id[:16], second.incidents[1].id))
    after = heard(second, ASKED_S + 10.0, answer(wrong))
    assert told(after).reason is Reason.NOTHING_ASKED
    assert after.incidents == second.incidents


def test_what_exactly_is_asked_is_in_the_digest_and_each_asking_has_its_nonce() -> None:
    target = Target("Deployment", "shop", "web", "uid-web")
    same = digest_of("scale", target, 3, {"from": 3, "replicas": 4})
    assert digest_of("scale", target, 3, {"replicas": 4, "from": 3}) == same
    others = {
        digest_of("rollout_restart", target, 3, {"from": 3, "replicas": 4}),
        digest_of("scale", replace(target, uid="uid-new"), 3, {"from": 3, "replicas": 4}),
        digest_of("scale", replace(target, name="cart"), 3, {"from": 3, "replicas": 4}),
        digest_of("scale", replace(target, namespace="bank"), 3, {"from": 3, "replicas": 4}),
        digest_of("scale", target, 4, {"from": 3, "replicas": 4}),
        digest_of("scale", target, 3, {"from": 3, "replicas": 5}),
        digest_of("scale", target, 3, {"from": 3, "replicas": "4"}),
    }
    assert len(others - {same}) == 7
    nonces = {nonce_of("r1", same, 1.0), nonce_of("r2", same, 1.0), nonce_of("r1", same, 2.0)}
    assert len(nonces) == 3
