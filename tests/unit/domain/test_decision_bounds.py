"""What bounds a decision: packs, the journal, the clock; what is asked, and when to look again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.domain.builders import (
    NOW_S,
    PACK,
    POLICY,
    SICK,
    SOAKED_S,
    WEB,
    WELL,
    acting,
    alert,
    decided,
    only,
    opened,
    ops_event,
    verifying,
    watched,
)
from worker.domain.deciding.decision import SOON_S, abandon, wake_at
from worker.domain.deciding.handover import close, not_received
from worker.domain.document.identity import Subject, SubjectKind
from worker.domain.document.incident import Phase
from worker.domain.document.outbox import HeldLease
from worker.domain.document.subject import UNPUBLISHED_MAX, SubjectDocument
from worker.domain.incoming.inbox import accept
from worker.domain.observed.question import ProbeName, questions
from worker.domain.story.reason import Reason

HEALTH = [ProbeName.ROLLOUT_HEALTH, ProbeName.POD_HEALTH, ProbeName.ALERT_STATE]
TO_ACT = [ProbeName.KILL_SWITCH, ProbeName.ROLLOUT_HISTORY, ProbeName.OWNERSHIP]


def held_for(document: SubjectDocument) -> Reason | None:
    hold = only(document).hold
    return hold.reason if hold else None


def published(document: SubjectDocument) -> SubjectDocument:
    return replace(document, published_seq=document.journal_seq)


def leasing(*, ended: bool) -> SubjectDocument:
    """Nothing is open any more, and a lease is still to be given back."""
    lease = HeldLease("inc-1-s1-a1", NOW_S, NOW_S + 900.0, ended=ended)
    return replace(SubjectDocument(WEB), leases=(lease,))


@pytest.mark.parametrize("pack_version", [2, 7])
def test_an_older_pack_begins_nothing(pack_version: int) -> None:
    document = replace(opened(), pack_version=pack_version)
    decision = decided(document)
    assert (decision.perform, held_for(decision.document)) == ((), Reason.POLICY_BEHIND)
    assert decided(document, pack=replace(PACK, version=pack_version)).perform != ()


def test_a_newer_pack_is_remembered() -> None:
    assert decided(opened(), pack=replace(PACK, version=3)).document.pack_version == 3


def test_while_the_journal_is_stuck_nothing_new_is_begun() -> None:
    stuck = opened()
    while len(stuck.unpublished) < UNPUBLISHED_MAX:
        stuck = stuck.note(stuck.journal[0].kind, Reason.ALERT_FIRING, NOW_S)
    decision = decided(stuck)
    assert (decision.perform, held_for(decision.document)) == ((), Reason.JOURNAL_STUCK)
    assert decided(replace(stuck, published_seq=stuck.journal_seq)).perform != ()


def test_now_never_runs_backwards() -> None:
    document = acting()
    assert document.last_now_s == SOAKED_S
    early = decided(replace(opened(), last_now_s=SOAKED_S), now_s=NOW_S - 3600.0)
    assert early.document.last_now_s == SOAKED_S
    assert early.perform[0].decided_at_s == SOAKED_S


def test_a_subject_that_our_bugs_hold_up_goes_to_a_human_once() -> None:
    document = abandon(opened(alert(), alert("Odd")), POLICY, SOAKED_S, "KeyError in 3 turns")
    assert {one.escalated_for for one in document.incidents} == {Reason.WORKER_BUG}
    assert len(document.notices) == 2
    assert abandon(document, POLICY, SOAKED_S + 1.0, "again") == document
    assert abandon(acting(), POLICY, SOAKED_S, "KeyError").intents == ()


def test_what_our_bugs_leave_unread_goes_to_a_human_and_stays() -> None:
    unread = accept(SubjectDocument(WEB), [alert(), ops_event()])
    document = abandon(unread, POLICY, SOAKED_S, "KeyError in 3 turns")
    assert only(document).escalated_for is Reason.WORKER_BUG
    assert "2 messages wait unread" in document.notices[0].summary
    assert (document.inbox, document.ops_events) == (unread.inbox, unread.ops_events)
    assert abandon(document, POLICY, SOAKED_S + 1.0, "again") == document


@pytest.mark.parametrize(
    ("document", "probes"),
    [
        pytest.param(SubjectDocument(WEB), [], id="nothing open"),
        pytest.param(opened(), [*HEALTH, *TO_ACT], id="open"),
        pytest.param(acting(), [*HEALTH, *TO_ACT], id="acting"),
        pytest.param(verifying(), [*HEALTH, ProbeName.RULES], id="verifying writes nothing"),
        pytest.param(abandon(opened(), POLICY, NOW_S, ""), HEALTH, id="in a human's hands"),
        pytest.param(leasing(ended=False), HEALTH, id="a lease is held"),
        pytest.param(leasing(ended=True), [], id="it has ended"),
        pytest.param(
            opened(subject=Subject(SubjectKind.NODE, "", "node-1")),
            [ProbeName.NODE_HEALTH, ProbeName.ALERT_STATE, ProbeName.KILL_SWITCH],
            id="a node",
        ),
        pytest.param(
            opened(subject=Subject(SubjectKind.SERVICE, "shop", "CronJob/nightly")),
            [
                ProbeName.CRON_JOB_HEALTH,
                ProbeName.ALERT_STATE,
                ProbeName.KILL_SWITCH,
                ProbeName.OWNERSHIP,
            ],
            id="a CronJob",
        ),
        pytest.param(
            opened(subject=Subject(SubjectKind.UNRESOLVED, "shop", "")),
            [ProbeName.RULE_DATA],
            id="only its alert's rule can be asked",
        ),
    ],
)
def test_only_what_an_incident_waits_for_is_asked(
    document: SubjectDocument, probes: list[ProbeName]
) -> None:
    assert [one.probe for one in questions(document)] == probes


def test_every_alert_of_the_open_incidents_is_asked_about() -> None:
    document = opened(alert(), alert("Odd"), alert("Over"))
    document = close(document, document.incidents[2], Reason.RESOLVED_BY_OTHERS, NOW_S)
    asked = {one.probe: one.fingerprints for one in questions(document)}
    assert asked[ProbeName.ALERT_STATE] == ("KubePodCrashLooping-web-1", "Odd-web-1")


@pytest.mark.parametrize(
    ("document", "after_s"),
    [
        pytest.param(SubjectDocument(WEB), None, id="settled"),
        pytest.param(accept(SubjectDocument(WEB), [ops_event()]), POLICY.notice_retry_s, id="news"),
        pytest.param(SubjectDocument(WEB, overflowed=1), POLICY.notice_retry_s, id="lost news"),
        pytest.param(published(opened()), SOON_S, id="open, not looked at"),
        pytest.param(
            published(decided(opened(), now_s=NOW_S).document), 60.0, id="held until it is soaked"
        ),
        pytest.param(published(acting()), SOON_S, id="owed"),
        pytest.param(published(verifying()), POLICY.verify_every_s, id="verifying"),
        pytest.param(
            published(watched(opened(), (0.0, WELL))), POLICY.verify_every_s, id="seems healed"
        ),
        pytest.param(
            published(replace(abandon(opened(), POLICY, NOW_S, ""), notices=())),
            POLICY.watch_every_s,
            id="in a human's hands",
        ),
        pytest.param(
            published(abandon(opened(), POLICY, NOW_S, "")), SOON_S, id="a notice is owed"
        ),
        pytest.param(
            published(
                not_received(
                    abandon(opened(), POLICY, NOW_S, ""),
                    f"{only(opened()).id}-escalated",
                    replace(POLICY, notice_retry_s=40.0),
                    NOW_S,
                )
            ),
            40.0,
            id="a notice is tried again later",
        ),
        pytest.param(abandon(opened(), POLICY, NOW_S, ""), SOON_S, id="the soonest of all counts"),
    ],
)
def test_when_to_look_again(document: SubjectDocument, after_s: float | None) -> None:
    expected = None if after_s is None else NOW_S + after_s
    assert wake_at(document, POLICY, NOW_S) == expected


@pytest.mark.parametrize("phase", [Phase.OPEN, Phase.ACTING, Phase.VERIFYING, Phase.ESCALATED])
def test_an_open_incident_is_never_without_a_next_look(phase: Phase) -> None:
    documents = {
        Phase.OPEN: opened(),
        Phase.ACTING: acting(),
        Phase.VERIFYING: watched(verifying(), (120.0, SICK)),
        Phase.ESCALATED: abandon(opened(), POLICY, NOW_S, ""),
    }
    wake_s = wake_at(published(documents[phase]), POLICY, SOAKED_S)
    assert wake_s is not None
    assert SOAKED_S <= wake_s <= SOAKED_S + POLICY.watch_every_s
