"""What was accepted becomes part of an incident: one for each cause, within bounds, told."""

from __future__ import annotations

from dataclasses import replace

from tests.unit.domain.builders import (
    FIRING,
    NOW_S,
    POLICY,
    RESOLVED,
    WEB,
    alert,
    only,
    opened,
    ops_event,
    reasons,
)
from worker.domain.deciding.handover import close
from worker.domain.document.incident import ALERTS_MAX, Phase
from worker.domain.document.subject import (
    INCIDENTS_CLOSED_KEPT,
    INCIDENTS_OPEN_MAX,
    UNPUBLISHED_MAX,
    SubjectDocument,
)
from worker.domain.incoming.absorb import absorb
from worker.domain.incoming.alert import Alert
from worker.domain.incoming.inbox import accept
from worker.domain.incoming.ops_event import OpsEvent
from worker.domain.story.journal import EntryKind, sentence
from worker.domain.story.reason import Reason

LATER_S = NOW_S + 90.0


def more(document: SubjectDocument, *news: Alert | OpsEvent) -> SubjectDocument:
    return absorb(accept(document, news), POLICY, LATER_S)


def closed(document: SubjectDocument) -> SubjectDocument:
    return close(document, document.open_incidents[0], Reason.RESOLVED_BY_OTHERS, LATER_S)


def test_no_news_changes_nothing() -> None:
    document = opened()
    assert absorb(document, POLICY, LATER_S) is document


def test_an_alert_opens_an_incident() -> None:
    document = opened(alert(severity="critical"))
    incident = only(document)
    assert (incident.cause, incident.phase, incident.severity) == (
        "crash_loop", Phase.OPEN, "critical",
    )  # fmt: skip
    assert incident.opened_at_s == NOW_S
    assert incident.decide_by_s == NOW_S + POLICY.decide_within_s
    assert [record.pod for record in incident.alerts] == ["web-1"]
    assert (document.inbox, document.overflowed) == ((), 0)
    assert reasons(document) == ["opened:alert_firing", "alert:alert_firing"]


def test_alerts_of_one_cause_share_an_incident_and_others_do_not() -> None:
    document = opened(
        alert(), alert(pod="web-2"), alert("PodRestarting"), alert("KubePodNotReady"), alert("Odd")
    )
    assert [(one.cause, one.alerts_seen) for one in document.incidents] == [
        ("crash_loop", 3), ("not_ready", 1), ("alert_Odd", 1),
    ]  # fmt: skip
    assert len({one.id for one in document.incidents}) == 3


def test_a_later_alert_joins_the_open_incident() -> None:
    document = more(opened(), alert(pod="web-2"), alert(status=RESOLVED))
    incident = only(document)
    assert {(one.pod, one.status) for one in incident.alerts} == {
        ("web-1", RESOLVED), ("web-2", FIRING),
    }  # fmt: skip
    assert incident.alerts_seen == 2
    assert (incident.phase, incident.opened_at_s) == (Phase.OPEN, NOW_S)


def test_the_same_news_gives_the_same_incident_on_any_host() -> None:
    assert only(opened()).id == only(opened(at_s=NOW_S + 7.0)).id
    other = replace(WEB, scope="blog")
    assert only(opened()).id != only(opened(subject=other)).id


def test_a_resolve_alone_opens_nothing_and_is_told() -> None:
    document = opened(alert(status=RESOLVED))
    assert document.incidents == ()
    assert reasons(document) == ["alert:alert_resolved"]


def test_a_late_firing_does_not_reopen_what_its_resolve_closed() -> None:
    document = closed(more(opened(), alert(status=RESOLVED)))
    assert more(document, alert(), alert(status=RESOLVED)) is document
    again = more(document, alert(starts_at_s=NOW_S + 1.0))
    assert [one.phase for one in again.incidents] == [Phase.RESOLVED, Phase.OPEN]
    assert again.incidents[0].id != again.incidents[1].id


def test_news_is_absorbed_in_the_order_of_its_times() -> None:
    document = opened(alert("Second", starts_at_s=NOW_S + 1.0), alert("First"))
    assert [one.cause for one in document.incidents] == ["alert_First", "alert_Second"]


def test_an_ops_event_is_told_and_opens_nothing() -> None:
    document = opened(ops_event(image="web:1.4", commit="ab12"))
    assert document.incidents == ()
    assert [sentence(one) for one in document.journal] == [
        "ci finished a deploy (commit ab12, image web:1.4)."
    ]
    assert document.ops_events == ()


def test_an_incident_keeps_so_many_alerts_and_counts_the_rest() -> None:
    document = opened()
    for batch in range(3):
        document = more(document, *(alert(pod=f"pod-{batch}-{n}") for n in range(40)))
    incident = only(document)
    assert (len(incident.alerts), incident.alerts_seen) == (ALERTS_MAX, 121)


def test_while_the_journal_is_stuck_alerts_are_counted_and_not_told() -> None:
    document = opened()
    while len(document.unpublished) < UNPUBLISHED_MAX:
        document = document.note(EntryKind.ALERT, Reason.ALERT_FIRING, NOW_S)
    after = more(document, alert(pod="web-2"))
    assert after.journal == document.journal
    assert only(after).alerts_seen == 2
    assert reasons(more(after, alert("Odd")))[-1] == "opened:alert_firing"


def test_an_overflowing_inbox_is_told_to_a_human() -> None:
    document = opened(*(alert(pod=f"web-{n}") for n in range(70)))
    flood = document.incidents[-1]
    assert (flood.cause, flood.phase, flood.severity) == (
        "inbox_full", Phase.ESCALATED, "critical",
    )  # fmt: skip
    assert flood.alerts_seen == 6
    assert [notice.incident for notice in document.notices] == [flood.id]
    assert "6 alerts beyond the bounds" in document.notices[0].summary


def test_too_many_incidents_are_told_to_a_human_once_and_counted() -> None:
    document = opened(*(alert(f"Alert{n}") for n in range(INCIDENTS_OPEN_MAX)))
    assert document.notices == ()
    document = more(document, alert("OneMore"), alert("AndAnother"))
    flood = document.incidents[-1]
    assert (flood.cause, flood.phase) == ("incidents_full", Phase.ESCALATED)
    assert flood.alerts_seen == 2
    assert len(document.notices) == 1
    assert len(document.open_incidents) == INCIDENTS_OPEN_MAX + 1
    assert reasons(document)[-1] == "alert:incidents_full"


def test_a_full_subject_still_takes_alerts_of_its_incidents() -> None:
    document = opened(*(alert(f"Alert{n}") for n in range(INCIDENTS_OPEN_MAX)))
    document = more(document, alert("Alert3", pod="web-2"))
    assert len(document.open_incidents) == INCIDENTS_OPEN_MAX
    assert document.incidents[3].alerts_seen == 2


def test_only_the_last_closed_incidents_stay_and_open_ones_always() -> None:
    document = opened(alert("Stays", pod=""))
    for number in range(INCIDENTS_CLOSED_KEPT + 4):
        document = more(document, alert(f"Alert{number}"))
        document = close(document, document.incidents[-1], Reason.RESOLVED_BY_OTHERS, LATER_S)
    document = more(document, alert("Last"))
    kept = [one for one in document.incidents if not one.open]
    assert [one.cause for one in kept] == [f"alert_Alert{n}" for n in range(4, 20)]
    assert [one.cause for one in document.open_incidents] == ["alert_Stays", "alert_Last"]
    assert document.incidents_opened == INCIDENTS_CLOSED_KEPT + 6
