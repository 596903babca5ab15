"""What only contains harm: credited with nothing, standing while it is needed, put back by us."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.domain.builders import ACCEPTED, NOW_S, POLICY, RESOLVED, only, reasons
from tests.unit.domain.containing import (
    CONTAINMENTS,
    CORDON,
    DEADLINE_S,
    SETTLED_S,
    SUSPEND,
    SUSPENDED,
    WATCH,
    Containment,
    facts_of,
)
from worker.domain.deciding.outcome import record
from worker.domain.document.incident import Phase
from worker.domain.document.subject import SubjectDocument
from worker.domain.incoming.absorb import absorb
from worker.domain.incoming.inbox import accept
from worker.domain.observed.evidence import Gone, Unknown
from worker.domain.observed.facts import Facts
from worker.domain.scopes.repair import ended
from worker.domain.story.reason import Reason

each = pytest.mark.parametrize("one", CONTAINMENTS, ids=lambda one: str(one.verb))


def undone(one: Containment, document: SubjectDocument, at_s: float) -> SubjectDocument:
    """The undo is answered, and looked at once more."""
    (intent,) = document.intents
    assert intent.action == one.undo
    answered = record(document, intent.id, ACCEPTED, POLICY, NOW_S + at_s)
    return one.looked(answered, one.let_go, at_s + WATCH.settle_s + 1.0)


@each
def test_it_is_decided_with_what_its_hand_needs(one: Containment) -> None:
    (intent,) = one.acting().intents
    own = one.sick.own
    assert not isinstance(own, Gone | Unknown)
    assert (intent.action, intent.target) == (one.verb, own.target)
    assert (intent.fence, intent.generation) == ("42", own.generation)
    assert intent.node_pool == ("workers" if one is CORDON else "")


@each
def test_it_mends_nothing_so_it_stands_and_a_human_gets_it(one: Containment) -> None:
    document = one.handed_over()
    incident = only(document)
    assert (incident.phase, incident.escalated_for) == (Phase.ESCALATED, Reason.LADDER_EXHAUSTED)
    assert incident.attempts[0].verdict is Reason.CONTAINED
    assert document.intents == ()
    assert "contained" in document.notices[0].summary


@each
def test_until_the_deadline_it_is_only_watched(one: Containment) -> None:
    document = one.looked(one.verifying(), one.contained, DEADLINE_S - 1.0)
    assert only(document).phase is Phase.VERIFYING


@each
def test_it_is_neither_a_success_nor_a_failure_of_its_playbook(one: Containment) -> None:
    assert one.handed_over().scope_notes == ()
    assert ended(one.verifying(), only(one.verifying()), Reason.REPAIRED).scope_notes == ()


def test_the_silence_of_its_alert_is_no_health() -> None:
    """KubeNodeNotReady wants schedulable nodes: the cordon itself resolves it."""
    over = replace(CORDON.news, status=RESOLVED)
    document = absorb(accept(CORDON.handed_over(), (over,)), POLICY, NOW_S + DEADLINE_S + 5.0)
    assert only(document).all_alerts_resolved
    document = CORDON.steadily(document, CORDON.contained, DEADLINE_S + 60.0, 3600.0)
    assert only(document).phase is Phase.ESCALATED


def test_a_job_that_was_deleted_is_no_success() -> None:
    over = replace(SUSPEND.news, status=RESOLVED)
    document = absorb(accept(SUSPEND.handed_over(), (over,)), POLICY, NOW_S + DEADLINE_S + 5.0)
    quiet = facts_of(replace(SUSPENDED, failed={}, succeeded_s=0.0))
    document = SUSPEND.steadily(document, quiet, DEADLINE_S + 60.0, 3600.0)
    assert only(document).phase is Phase.ESCALATED


@each
def test_well_again_while_it_is_verified_it_is_put_back_and_closed(one: Containment) -> None:
    document = one.steadily(one.verifying(), one.well, SETTLED_S)
    assert only(document).attempts[0].verdict is Reason.RESOLVED_BY_OTHERS, "no credit for it"
    at_s = SETTLED_S + 140.0
    document = one.looked(document, one.well, at_s)
    assert only(document).phase is Phase.ACTING
    document = undone(one, document, at_s)
    incident = only(document)
    assert (incident.phase, incident.resolution) == (Phase.RESOLVED, Reason.RESOLVED_BY_OTHERS)
    assert incident.attempts[0].undone
    assert document.notices == (), "nobody was told, so nobody is told of its end"


@each
def test_well_again_in_a_humans_hands_it_is_put_back_and_the_end_is_told(one: Containment) -> None:
    from_s = DEADLINE_S + 100.0
    document = one.steadily(one.handed_over(), one.well, from_s)
    assert only(document).phase is Phase.OPEN
    document = one.looked(document, one.well, from_s + 131.0)
    document = undone(one, document, from_s + 131.0)
    assert only(document).resolution is Reason.RESOLVED_BY_OTHERS
    assert [notice.kind for notice in document.notices] == ["resolved"]


@each
def test_what_somebody_else_undid_is_not_written_again(one: Containment) -> None:
    document = one.steadily(one.handed_over(), one.let_go, DEADLINE_S + 100.0)
    assert only(document).resolution is Reason.RESOLVED_BY_OTHERS
    assert [attempt.action for attempt in only(document).attempts] == [one.verb]


@each
def test_what_somebody_takes_over_in_the_last_moment_is_not_written(one: Containment) -> None:
    from_s = DEADLINE_S + 100.0
    document = one.steadily(one.handed_over(), one.well, from_s)
    document = one.looked(document, one.let_go, from_s + 131.0)
    assert document.intents == ()
    assert "refused:owned_by_others" in reasons(document)
    assert only(document).resolution is Reason.RESOLVED_BY_OTHERS


@each
def test_sick_again_before_it_was_put_back_it_stands(one: Containment) -> None:
    from_s = DEADLINE_S + 100.0
    document = one.steadily(one.handed_over(), one.well, from_s)
    for number in range(70):
        document = one.looked(document, one.contained, from_s + 140.0 + 15.0 * number)
        assert document.intents == ()
    assert only(document).escalated_for is Reason.HELD_TOO_LONG


@each
def test_what_may_not_be_put_back_in_time_is_told_and_left_to_the_human(one: Containment) -> None:
    from_s = DEADLINE_S + 100.0
    stopped = replace(one.well, kill_switch_set=True)
    document = one.steadily(one.handed_over(), one.well, from_s)
    for number in range(70):
        document = one.looked(document, stopped, from_s + 140.0 + 15.0 * number)
    assert only(document).escalated_for is Reason.NOT_UNDONE
    later_s = from_s + 1500.0
    document = one.steadily(document, one.well, later_s, 400.0)
    assert only(document).phase is Phase.ESCALATED, "it stands, so it isn't over"
    assert document.intents == ()
    document = one.steadily(document, one.let_go, later_s + 500.0)
    assert only(document).resolution is Reason.RESOLVED_BY_OTHERS


@each
@pytest.mark.parametrize("bears", [True, False])
def test_a_lost_answer_is_told_by_the_mark(one: Containment, bears: bool) -> None:
    document = one.acting()
    seen = one.contained if bears else one.sick
    document = one.looked(document, seen, 75.0)
    told = f"outcome:{Reason.FOUND_DONE}" in reasons(document)
    assert told is bears
    (attempt,) = only(document).attempts
    assert attempt.owed is not bears


@each
@pytest.mark.parametrize("why", [Unknown("HTTP 403"), Gone("it")], ids=["unknown", "gone"])
def test_what_is_not_seen_is_never_well(one: Containment, why: Unknown | Gone) -> None:
    own = "node" if one is CORDON else "cron_job"
    blind: Facts = replace(one.well, **{own: why})  # type: ignore[arg-type]
    document = one.steadily(one.verifying(), blind, SETTLED_S, WATCH.deadline_s + 1.0)
    assert only(document).phase is Phase.ESCALATED
    gone = isinstance(why, Gone)
    expected = Reason.TARGET_GONE if gone else Reason.VERIFICATION_UNKNOWN
    assert only(document).escalated_for is expected
