"""More notices than a document may owe, and to whom the end of an incident is owed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.domain.builders import NOW_S, POLICY, alert, only, opened
from worker.domain.deciding.handover import NOTICES_MAX, close, escalate, not_received, received
from worker.domain.document.incident import Incident
from worker.domain.document.outbox import Notice
from worker.domain.document.subject import SubjectDocument
from worker.domain.story.reason import Reason

AT_S = NOW_S + 60.0


def notice(incident: str, kind: str = "escalated") -> Notice:
    return Notice(f"{incident}-{kind}", incident, kind, "warning", "w", Reason.NO_PLAYBOOK, NOW_S)


def with_notices(*owed: Notice) -> SubjectDocument:
    """Two incidents are open, the second of them about to be handed over."""
    return replace(opened(alert(), alert("Odd")), notices=owed)


def kinds(document: SubjectDocument) -> list[tuple[str, str]]:
    return [(one.incident, one.kind) for one in document.notices]


def handed_over(document: SubjectDocument) -> SubjectDocument:
    return escalate(document, document.incidents[1], Reason.NO_PLAYBOOK, AT_S)


def test_ends_go_first_the_oldest_of_them() -> None:
    first, second = opened(alert(), alert("Odd")).incidents
    closed = [notice(f"inc-closed-{number}") for number in range(NOTICES_MAX - 3)]
    ends = [notice("inc-over-1", "resolved"), notice("inc-over-2", "resolved")]
    document = with_notices(closed[0], notice(first.id), *closed[1:], *ends)
    assert len(document.notices) == NOTICES_MAX
    after = handed_over(document)
    assert kinds(after) == [
        *kinds(replace(document, notices=(*document.notices[:-2], ends[1]))),
        (second.id, "escalated"),
    ]


def test_without_any_end_the_beginning_of_what_is_over_goes_the_oldest_of_them() -> None:
    first, second = opened(alert(), alert("Odd")).incidents
    closed = [notice(f"inc-closed-{number}") for number in range(NOTICES_MAX - 1)]
    after = handed_over(with_notices(notice(first.id), *closed))
    assert kinds(after) == [
        (first.id, "escalated"),
        *[(one.incident, "escalated") for one in closed[1:]],
        (second.id, "escalated"),
    ]


def test_where_all_of_them_are_open_nothing_raises_and_the_bound_holds() -> None:
    names = [f"Odd{number}" for number in range(NOTICES_MAX + 1)]
    document = opened()
    (template,) = document.incidents
    many = tuple(replace(template, id=f"inc-{name}", cause=name) for name in names)
    document = replace(document, incidents=many)
    for incident in document.incidents:
        document = escalate(document, incident, Reason.NO_PLAYBOOK, AT_S)
        assert len(document.notices) <= NOTICES_MAX
    assert kinds(document) == [(one.id, "escalated") for one in many[1:]]


def told_by(sink: str) -> tuple[SubjectDocument, Incident]:
    document = opened()
    document = escalate(document, only(document), Reason.NO_PLAYBOOK, AT_S)
    beginning = document.notices[0]
    assert beginning.sink == "", "whoever takes it"
    document = received(document, beginning.id, sink=sink, receipt="r", now_s=AT_S)
    return document, only(document)


@pytest.mark.parametrize("sink", ["pagerduty", "webhook"])
def test_the_end_is_owed_to_who_received_the_beginning(sink: str) -> None:
    document, incident = told_by(sink)
    assert incident.told_by == sink
    after = close(document, incident, Reason.RESOLVED_BY_OTHERS, AT_S)
    assert [(one.kind, one.sink) for one in after.notices] == [("resolved", sink)]
    later = not_received(after, after.notices[0].id, POLICY, AT_S)
    assert later.notices[0].sink == sink, "however often it is tried"


def test_the_end_of_what_nobody_was_told_of_is_owed_to_anyone() -> None:
    document = escalate(opened(), only(opened()), Reason.NO_PLAYBOOK, AT_S)
    after = close(document, only(document), Reason.RESOLVED_BY_OTHERS, AT_S)
    assert [(one.kind, one.sink) for one in after.notices] == [("resolved", "")]


def test_who_received_the_end_is_not_who_was_told_of_the_beginning() -> None:
    document, incident = told_by("pagerduty")
    document = close(document, incident, Reason.RESOLVED_BY_OTHERS, AT_S)
    end = document.notices[0]
    document = received(document, end.id, sink="webhook", receipt="r", now_s=AT_S)
    assert (document.notices, only(document).told_by) == ((), "pagerduty")


def test_a_receipt_for_an_incident_that_is_forgotten_is_taken() -> None:
    document = replace(opened(), notices=(notice("inc-forgotten"),))
    after = received(document, "inc-forgotten-escalated", sink="s", receipt="r", now_s=AT_S)
    assert (after.notices, after.incidents) == ((), document.incidents)
