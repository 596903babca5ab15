"""What holds at every moment of every life: phases, bounds, the chain, and nothing told twice."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from tests.property.lives import QUICK, Move, Step, live, lives, moves, policies, subjects
from tests.property.worlds import examples
from tests.unit.domain.builders import NOW_S, WEB, alert
from worker.domain.deciding.policy import Policy
from worker.domain.document.identity import Subject
from worker.domain.document.incident import ALERTS_MAX, ATTEMPTS_MAX, MAY_FOLLOW, Phase
from worker.domain.document.subject import (
    COOL_DOWNS_MAX,
    INCIDENTS_CLOSED_KEPT,
    INCIDENTS_OPEN_MAX,
    TAIL_MAX,
    SubjectDocument,
)
from worker.domain.incoming.alert import Alert
from worker.domain.incoming.inbox import INBOX_MAX, SEEN_MAX
from worker.domain.observed.evidence import Unknown
from worker.domain.observed.pods import PodHealth
from worker.domain.story.journal import DETAIL_LENGTH_MAX, Entry, broken_at, story
from worker.domain.story.reason import Reason

OVERFLOW_INCIDENTS = 2  # inbox_full and incidents_full come on top, in a human's hands at once


@examples(120)
@given(subjects, lives, policies)
def test_phases_follow_the_table_and_the_end_is_the_end(
    subject: Subject, life: list[Move], policy: Policy
) -> None:
    for step in live(subject, life, policy):
        for before in step.before.incidents:
            after = step.after.incident(before.id)
            if after is None:
                assert before.phase is Phase.RESOLVED
            elif after.phase is not before.phase:
                assert after.phase in MAY_FOLLOW[before.phase]
            elif before.phase is Phase.RESOLVED:
                assert after == before
            if after is not None:
                assert after.rung >= before.rung
                assert after.attempts_made >= before.attempts_made


@examples(120)
@given(subjects, lives, policies)
def test_an_incident_owes_an_intent_exactly_while_it_acts(
    subject: Subject, life: list[Move], policy: Policy
) -> None:
    for step in live(subject, life, policy):
        owed = Counter(one.incident for one in step.after.intents)
        for incident in step.after.incidents:
            assert owed.pop(incident.id, 0) == (incident.phase is Phase.ACTING)
            verified = incident.phase is Phase.VERIFYING
            assert not verified or (incident.last_attempt is not None)
            assert (incident.resolution is not None) == (incident.phase is Phase.RESOLVED)
        assert not owed


@examples(120)
@given(subjects, lives, policies)
def test_the_chain_is_whole_only_grows_and_can_be_told(
    subject: Subject, life: list[Move], policy: Policy
) -> None:
    for step in live(subject, life, policy):
        entries = step.after.journal
        assert broken_at(entries) is None
        assert broken_at([*step.before.journal, *fresh(step)]) is None
        assert step.after.journal_head == (entries[-1].hash if entries else "")
        assert step.after.journal_seq == (entries[-1].seq if entries else 0)
        assert all(len(text) <= DETAIL_LENGTH_MAX for e in entries for text in e.detail.values())
        assert len(story(entries).splitlines()) == len(entries)


def fresh(step: Step) -> list[Entry]:
    return [one for one in step.after.journal if one.seq > step.before.journal_seq]


@examples(120)
@given(lives)
def test_a_repair_is_credited_only_to_what_happened_and_was_healthy_to_the_end(
    life: list[Move],
) -> None:
    for step in live(WEB, life):
        for incident in step.after.incidents:
            before = step.before.incident(incident.id)
            if incident.resolution is not Reason.REPAIRED or incident == before:
                continue
            attempt = incident.last_attempt
            assert attempt is not None
            assert attempt.done
            assert before is not None
            assert before.streak is not None
            seen = step.move.seen
            assert isinstance(seen.pods, PodHealth)
            assert not any(pod.crash_looping for pod in seen.pods.live)
            assert not isinstance(seen.rollout, Unknown)


@examples(120)
@given(lives)
def test_a_repair_is_credited_after_a_whole_window_without_a_crash(life: list[Move]) -> None:
    since_s: float | None = None
    latest_s = 0.0
    for step in live(WEB, life):
        latest_s = max(latest_s, step.now_s)
        if step.stage != "decide":
            continue
        pods = step.move.seen.pods
        crashes = not isinstance(pods, PodHealth) or any(one.crash_looping for one in pods.live)
        since_s = None if crashes else latest_s if since_s is None else since_s
        for before, after in zip(step.before.incidents, step.after.incidents, strict=False):
            if before != after and after.resolution is Reason.REPAIRED:
                assert since_s is not None
                assert latest_s - since_s >= QUICK.window_s


floods = st.builds(
    lambda move, count, name, first: replace(
        move,
        came=tuple(
            alert(f"{name}{number}", pod=f"web-{number % 5}", starts_at_s=NOW_S + first)
            for number in range(count)
        ),
    ),
    moves,
    st.sampled_from((1, 15, 30, 64, 100)),
    st.sampled_from(("Odd", "Rare", "Strange")),
    st.integers(0, 9),
)


@examples(80)
@given(st.lists(st.one_of(floods, moves), min_size=3, max_size=8))
def test_every_bound_of_the_document_holds_in_a_flood(life: list[Move]) -> None:
    for step in live(WEB, life):
        document = step.after
        assert len(document.inbox) + len(document.ops_events) <= INBOX_MAX
        assert len(document.seen) <= SEEN_MAX
        assert len(document.cool_downs) <= COOL_DOWNS_MAX
        assert len(document.open_incidents) <= INCIDENTS_OPEN_MAX + OVERFLOW_INCIDENTS
        if step.stage == "absorb" and step.before.inbox:
            closed = len(document.incidents) - len(document.open_incidents)
            assert closed <= INCIDENTS_CLOSED_KEPT
        if document.journal_seq > step.before.journal_seq:
            assert len(document.journal) <= max(TAIL_MAX, len(document.unpublished))
        assert len({one.id for one in document.notices}) == len(document.notices)
        for incident in document.incidents:
            assert len(incident.alerts) <= ALERTS_MAX
            assert len(incident.attempts) <= ATTEMPTS_MAX


@examples(80)
@given(st.lists(floods, min_size=1, max_size=4))
def test_a_flood_is_never_silent(life: list[Move]) -> None:
    """Every alert is in an incident, or counted by one that a human was handed."""
    came: set[str] = set()
    document = SubjectDocument(WEB)
    for step in live(WEB, [replace(move, published=False) for move in life]):
        document = step.after
        if step.stage == "accept":
            fresh_names = {one.fingerprint for one in step.move.came if isinstance(one, Alert)}
            known = {one.fingerprint for one in step.before.seen}
            came |= fresh_names - known
            assert step.after.overflowed + len(step.after.inbox) >= len(fresh_names - known)
        if step.stage == "absorb" and step.before.overflowed:
            assert any(one.cause == "inbox_full" for one in step.after.incidents)
    assert came
    assert document.incidents_opened >= 1


@examples(100)
@given(lives)
def test_every_notice_is_of_an_incident_that_was_handed_over(
    life: list[Move],
) -> None:
    for step in live(WEB, life):
        told = {one.id for one in step.after.notices} - {one.id for one in step.before.notices}
        for notice in (one for one in step.after.notices if one.id in told):
            incident = step.after.incident(notice.incident)
            assert incident is not None
            assert incident.escalated_for is not None
            expected = Phase.ESCALATED if notice.kind == "escalated" else Phase.RESOLVED
            assert incident.phase is expected
