"""Handing over to a human: owed until a sink gives its receipt, and told when it is over."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.domain.builders import (
    NOW_S,
    POLICY,
    acting,
    alert,
    only,
    opened,
    reasons,
    verifying,
)
from worker.domain.deciding.handover import (
    SUMMARY_LENGTH_MAX,
    close,
    escalate,
    not_received,
    received,
)
from worker.domain.document.incident import Phase
from worker.domain.document.outbox import Notice
from worker.domain.document.subject import SubjectDocument
from worker.domain.story.journal import sentence
from worker.domain.story.reason import Reason

AT_S = NOW_S + 60.0


def escalated(document: SubjectDocument, detail: str = "budget web") -> SubjectDocument:
    return escalate(document, document.incidents[0], Reason.HELD_TOO_LONG, AT_S, detail)


def told(document: SubjectDocument, notice: Notice) -> SubjectDocument:
    return received(document, notice.id, sink="pagerduty", receipt="r-1", now_s=AT_S)


def test_an_escalation_owes_a_notice_that_says_what_where_and_why() -> None:
    document = escalated(opened(alert(severity="critical")))
    incident = only(document)
    assert (incident.phase, incident.escalated_for) == (Phase.ESCALATED, Reason.HELD_TOO_LONG)
    assert document.notices == (
        Notice(
            id=f"{incident.id}-escalated",
            incident=incident.id,
            kind="escalated",
            severity="critical",
            summary="crash loop on service/shop/Deployment/web: held too long. budget web",
            reason=Reason.HELD_TOO_LONG,
            at_s=AT_S,
        ),
    )
    assert sentence(document.journal[-1]) == "Handed over to a human: held too long. budget web."


@pytest.mark.parametrize("document", [opened(), acting(), verifying()])
def test_whatever_is_handed_over_sends_nothing_any_more(document: SubjectDocument) -> None:
    after = escalated(document)
    incident = only(after)
    assert (after.intents, incident.hold, incident.streak) == ((), None, None)


def test_the_intents_of_others_stay() -> None:
    document = acting(alert(), alert("KubePodNotReady"))
    after = escalate(document, document.incidents[1], Reason.WORKER_BUG, AT_S)
    assert after.intents == document.intents


def test_a_summary_is_cut_to_what_a_sink_takes() -> None:
    assert len(escalated(opened(), "x" * 5000).notices[0].summary) == SUMMARY_LENGTH_MAX


def test_a_notice_is_owed_until_its_receipt() -> None:
    document = escalated(opened())
    after = told(document, document.notices[0])
    assert after.notices == ()
    assert sentence(after.journal[-1]) == "pagerduty received the escalated notice (r-1)."
    assert after.journal[-1].incident == only(document).id


def test_told_twice_changes_nothing_the_second_time() -> None:
    document = escalated(opened())
    after = told(document, document.notices[0])
    assert told(after, document.notices[0]) is after


def test_who_was_told_of_the_trouble_is_told_of_its_end() -> None:
    document = escalated(opened())
    document = told(document, document.notices[0])
    after = close(document, only(document), Reason.RESOLVED_BY_OTHERS, AT_S + 60.0, detail="well")
    assert [one.kind for one in after.notices] == ["resolved"]
    assert after.notices[0].id == f"{only(document).id}-resolved"
    assert after.notices[0].summary == (
        "crash loop on service/shop/Deployment/web: over (resolved by others)"
    )
    assert only(after).closed_at_s == AT_S + 60.0


def test_who_was_told_nothing_is_told_of_no_end() -> None:
    after = close(opened(), only(opened()), Reason.RESOLVED_BY_OTHERS, AT_S, detail="well")
    assert (after.notices, reasons(after)[-1]) == ((), "closed:resolved_by_others")


@pytest.mark.parametrize(
    ("tries", "pause_s"), [(0, 5.0), (1, 10.0), (2, 20.0), (5, 160.0), (6, 300.0), (5000, 300.0)]
)
def test_a_silent_sink_is_tried_ever_more_slowly(tries: int, pause_s: float) -> None:
    document = escalated(opened())
    notice = replace(document.notices[0], tries=tries)
    document = replace(document, notices=(notice,))
    (after,) = not_received(document, notice.id, POLICY, AT_S).notices
    assert after == replace(notice, tries=tries + 1, next_try_s=AT_S + pause_s)


def test_only_the_notice_that_failed_waits() -> None:
    document = escalated(opened(alert(), alert("Odd")))
    document = escalate(document, document.incidents[1], Reason.NO_PLAYBOOK, AT_S)
    failed, other = document.notices
    after = not_received(document, failed.id, POLICY, AT_S)
    assert after.notices[0].tries == 1
    assert after.notices[1] == other
    assert not_received(after, "unknown", POLICY, AT_S).notices == after.notices
