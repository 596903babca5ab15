"""What an incident keeps of many alerts, how an overflow is told, and which time counts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.domain.builders import (
    ACCEPTED,
    FIRING,
    NOW_S,
    POLICY,
    RESOLVED,
    SOAKED_S,
    acting,
    alert,
    only,
    opened,
)
from worker.domain.deciding.outcome import Answer, Outcome, record
from worker.domain.document.incident import ALERTS_MAX, Hold
from worker.domain.document.subject import INCIDENTS_OPEN_MAX, SubjectDocument
from worker.domain.incoming.absorb import absorb
from worker.domain.incoming.alert import Alert
from worker.domain.incoming.inbox import INBOX_MAX, accept
from worker.domain.story.journal import sentence
from worker.domain.story.reason import Reason

LATER_S = NOW_S + 90.0


def more(document: SubjectDocument, *news: Alert) -> SubjectDocument:
    return absorb(accept(document, news), POLICY, LATER_S)


def full(*resolved: int) -> SubjectDocument:
    """An incident with as many alerts as it keeps; those of these numbers are over."""
    document = opened(*(alert(pod=f"web-{n}") for n in range(ALERTS_MAX)))
    return more(document, *(alert(pod=f"web-{n}", status=RESOLVED) for n in resolved))


def pods(document: SubjectDocument) -> set[str]:
    return {record.pod for record in only(document).alerts}


@pytest.mark.parametrize("over", range(0, ALERTS_MAX, 5))
def test_what_is_over_goes_before_what_fires(over: int) -> None:
    document = more(full(over), alert(pod="one-more"))
    assert pods(document) == {f"web-{n}" for n in range(ALERTS_MAX) if n != over} | {"one-more"}
    assert only(document).alerts_seen == ALERTS_MAX + 1
    assert not only(document).all_alerts_resolved


def test_of_several_that_are_over_the_oldest_goes() -> None:
    document = more(full(9, 4), alert(pod="one-more"))
    assert "web-9" not in pods(document)
    assert "web-4" in pods(document)
    assert "web-4" not in pods(more(document, alert(pod="and-one")))


def test_where_all_fire_the_oldest_goes() -> None:
    document = more(full(), alert(pod="one-more"))
    assert pods(document) == {f"web-{n}" for n in range(1, ALERTS_MAX)} | {"one-more"}


def test_a_resolve_that_is_one_too_many_pushes_nothing_out_that_fires() -> None:
    document = more(full(), alert(pod="one-more", status=RESOLVED))
    assert pods(document) == {f"web-{n}" for n in range(ALERTS_MAX)}
    assert {record.status for record in only(document).alerts} == {FIRING}


def test_news_of_one_that_is_kept_pushes_nothing_out() -> None:
    document = more(full(), alert(pod="web-0", starts_at_s=NOW_S + 1.0))
    assert pods(document) == {f"web-{n}" for n in range(ALERTS_MAX)}
    assert only(document).alerts[-1].pod == "web-0"
    assert only(document).alerts_seen == ALERTS_MAX


def test_every_further_overflow_is_told_with_its_count() -> None:
    document = opened(*(alert(pod=f"web-{n}") for n in range(INBOX_MAX + 2)))
    document = more(document, *(alert(pod=f"api-{n}") for n in range(INBOX_MAX + 5)))
    assert document.incidents[-1].alerts_seen == 7
    assert sentence(document.journal[-1]) == "5 more alerts than one subject can hold."
    assert document.journal[-1].incident == document.incidents[-1].id
    assert len(document.notices) == 1


def test_too_many_incidents_are_told_with_their_count() -> None:
    document = opened(*(alert(f"Alert{n}") for n in range(INCIDENTS_OPEN_MAX + 1)))
    document = more(document, alert("OneMore"))
    assert sentence(document.journal[-1]) == "1 more alerts than one subject can hold."


@pytest.mark.parametrize("now_s", [NOW_S, NOW_S - 3600.0, 0.0])
def test_an_incident_is_never_opened_before_what_was_decided_last(now_s: float) -> None:
    """Another host's clock is behind: time goes on from where the document is."""
    before = replace(SubjectDocument(opened().subject), last_now_s=SOAKED_S)
    document = absorb(accept(before, [alert()]), POLICY, now_s)
    incident = only(document)
    assert incident.opened_at_s == SOAKED_S
    assert incident.decide_by_s == SOAKED_S + POLICY.decide_within_s
    assert {entry.at_ms for entry in document.journal} == {round(SOAKED_S * 1000)}


def test_an_overflow_too() -> None:
    before = replace(SubjectDocument(opened().subject), last_now_s=SOAKED_S)
    flood = [alert(pod=f"web-{n}") for n in range(INBOX_MAX + 1)]
    document = absorb(accept(before, flood), POLICY, NOW_S - 60.0)
    assert document.notices[0].at_s == SOAKED_S


@pytest.mark.parametrize("now_s", [SOAKED_S - 1.0, 0.0])
def test_an_answer_is_never_put_before_its_decision(now_s: float) -> None:
    document = acting()
    assert document.last_now_s == SOAKED_S
    intent = document.intents[0].id
    after = record(document, intent, ACCEPTED, POLICY, now_s)
    assert only(after).attempts[0].outcome_at_s == SOAKED_S
    assert after.cool_downs[0].done_s == (SOAKED_S,)
    assert after.journal[-1].at_ms == round(SOAKED_S * 1000)
    unclear = Outcome(Answer.UNCLEAR, Reason.UNREACHABLE)
    held = only(record(document, intent, unclear, POLICY, now_s)).hold
    assert held == Hold(Reason.UNREACHABLE, SOAKED_S, SOAKED_S + POLICY.hold_s)
