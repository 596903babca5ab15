"""An intent is owed and nobody knows whether it happened: read, then resend, supersede or wait."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.domain.builders import (
    CRASH_LOOP,
    NOW_S,
    POLICY,
    SICK,
    SOAKED_S,
    acting,
    alert,
    crashing,
    decided,
    facts,
    only,
    opened,
    pod,
    reasons,
    rollout,
)
from worker.domain.deciding.outcome import Answer, Outcome, record
from worker.domain.deciding.policy import Policy
from worker.domain.document.incident import Phase
from worker.domain.document.subject import SubjectDocument
from worker.domain.observed.evidence import Gone, Unknown
from worker.domain.observed.facts import Facts
from worker.domain.playbooks.pack import Pack
from worker.domain.playbooks.playbook import Mode
from worker.domain.story.reason import Reason

SOON_S = SOAKED_S + 16.0
AFTER_FLIGHT_S = SOAKED_S + POLICY.in_flight_max_s
DEADLINE_S = NOW_S + POLICY.decide_within_s
RESTART_ONLY = Pack(1, (replace(CRASH_LOOP, steps=CRASH_LOOP.steps[1:]),))
UNREACHABLE = Outcome(Answer.UNCLEAR, Reason.UNREACHABLE, "no answer")
OTHERS_CRASH = facts(crashing("web-2"), pod("web-1"), pod("web-3"))
BLIND = replace(SICK, pods=Unknown("timed out"))
STOPPED = replace(SICK, kill_switch_set=True)


def restarting() -> SubjectDocument:
    return decided(opened(), pack=RESTART_ONLY).document


def carrying(intent_id: str) -> Facts:
    return replace(SICK, rollout=rollout(last_intent=intent_id, ready=2, available=2))


@pytest.mark.parametrize(
    ("seen", "detail"),
    [
        (facts(pod("web-9"), pod("web-2")), "pod web-1 is gone"),
        (facts(crashing("web-1", uid="another"), pod("web-2")), "pod web-1 is gone"),
        (facts(crashing("web-1", terminating=True), pod("web-2")), "pod web-1 is terminating"),
        (replace(SICK, rollout=Gone("Deployment/web")), "its workload is gone"),
    ],
)
def test_an_eviction_that_is_found_done_is_recorded_as_done(seen: Facts, detail: str) -> None:
    decision = decided(acting(), seen, SOON_S)
    incident = only(decision.document)
    assert (incident.phase, decision.document.intents) == (Phase.VERIFYING, ())
    assert incident.attempts[0].outcome is Reason.FOUND_DONE
    assert decision.document.journal[-1].detail["detail"] == detail
    assert decision.perform == ()


def test_a_restart_is_found_done_by_its_own_intent_id_only() -> None:
    document = restarting()
    intent = document.intents[0]
    done = decided(document, carrying(intent.id), SOON_S, pack=RESTART_ONLY).document
    assert only(done).attempts[0].outcome is Reason.FOUND_DONE
    assert reasons(done)[-1] == "outcome:found_done"
    for other in ("", "inc-other-s1-a1"):
        again = decided(document, carrying(other), SOON_S, pack=RESTART_ONLY)
        assert [one.id for one in again.perform] == [intent.id]


def test_not_done_and_still_right_is_sent_again_with_the_same_id_and_a_fresh_fence() -> None:
    document = acting()
    (intent,) = document.intents
    moved = facts(crashing("web-1", restarts=6, resource_version="9"), pod("web-2"), pod("web-3"))
    decision = decided(document, moved, SOON_S)
    renewed = replace(intent, fence="9", sent_at_s=SOON_S, resends=1)
    assert decision.perform == decision.document.intents == (renewed,)
    assert renewed.decided_at_s == SOAKED_S
    assert only(decision.document).attempts_made == 1
    again = decided(decision.document, moved, SOON_S + 16.0)
    assert again.perform == (replace(renewed, sent_at_s=SOON_S + 16.0, resends=2),)


@pytest.mark.parametrize(
    ("seen", "policy"),
    [
        pytest.param(STOPPED, POLICY, id="kill switch"),
        pytest.param(replace(SICK, kill_switch_set=Unknown("HTTP 500")), POLICY, id="unreadable"),
        pytest.param(SICK, replace(POLICY, mode=Mode.OBSERVE), id="mode"),
        pytest.param(OTHERS_CRASH, POLICY, id="another pod is the sick one"),
        pytest.param(
            facts(pod("web-1"), pod("web-2"), pod("web-3"), firing=["KubePodCrashLooping-web-1"]),
            POLICY,
            id="nothing is sick any more",
        ),
    ],
)
def test_not_done_and_no_longer_right_waits_for_the_flight_then_is_superseded(
    seen: Facts, policy: Policy
) -> None:
    document = acting()
    waiting = decided(document, seen, AFTER_FLIGHT_S - 1.0, policy=policy)
    assert (waiting.perform, waiting.document.intents) == ((), document.intents)
    assert only(waiting.document).phase is Phase.ACTING
    later_s = AFTER_FLIGHT_S + policy.hold_s
    done = decided(waiting.document, seen, later_s, policy=policy)
    incident = only(done.document)
    assert (incident.phase, done.document.intents, done.perform) == (Phase.OPEN, (), ())
    assert incident.attempts[0].outcome is Reason.SUPERSEDED
    assert incident.rung == 0
    assert done.document.cool_downs == ()


def test_nothing_is_sent_again_while_the_clocks_disagree() -> None:
    """Neither is it given up: how long it has been under way is told by the true clock."""
    document, seen = acting(), replace(SICK, clock_skew_s=31.0)
    for now_s in (AFTER_FLIGHT_S - 1.0, AFTER_FLIGHT_S + 30.0):
        waiting = decided(document, seen, now_s)
        assert (waiting.perform, waiting.document.intents) == ((), document.intents)
    done = decided(document, seen, AFTER_FLIGHT_S + 31.0)
    assert only(done.document).attempts[0].outcome is Reason.SUPERSEDED


def test_a_superseded_intent_is_followed_by_one_with_another_id() -> None:
    document = decided(acting(), OTHERS_CRASH, AFTER_FLIGHT_S).document
    decision = decided(document, OTHERS_CRASH, AFTER_FLIGHT_S + POLICY.hold_s)
    (intent,) = decision.perform
    assert intent.target.name == "web-2"
    assert intent.id.endswith("-s1-a2")


@pytest.mark.parametrize(
    "seen",
    [BLIND, replace(SICK, rollout=Unknown("HTTP 403")), Facts(NOW_S)],
    ids=["pods", "rollout", "nothing"],
)
def test_what_cannot_be_read_is_not_sent_again(seen: Facts) -> None:
    document = acting()
    for now_s in (SOON_S, AFTER_FLIGHT_S + 100.0, DEADLINE_S - 1.0):
        decision = decided(document, seen, now_s)
        document = decision.document
        assert (decision.perform, len(document.intents)) == ((), 1)
        assert only(document).phase is Phase.ACTING


@pytest.mark.parametrize("seen", [BLIND, SICK, STOPPED], ids=["unreadable", "not done", "stopped"])
def test_at_the_deadline_a_human_is_told_that_nobody_knows(seen: Facts) -> None:
    decision = decided(acting(), seen, DEADLINE_S)
    incident = only(decision.document)
    assert incident.escalated_for is Reason.HELD_TOO_LONG
    assert (decision.perform, decision.document.intents) == ((), ())
    assert "it is not known whether it happened" in decision.document.notices[0].summary


def test_found_done_counts_even_after_the_deadline() -> None:
    done = decided(acting(), facts(pod("web-2"), pod("web-9")), DEADLINE_S + 60.0)
    assert only(done.document).phase is Phase.VERIFYING


def test_an_unclear_answer_is_read_after_a_pause_not_at_once() -> None:
    document = acting()
    document = record(document, document.intents[0].id, UNREACHABLE, POLICY, SOAKED_S)
    early = decided(document, SICK, SOAKED_S + POLICY.hold_s - 1.0)
    assert (early.perform, early.document) == ((), document)
    decision = decided(document, SICK, SOAKED_S + POLICY.hold_s)
    assert [one.id for one in decision.perform] == [document.intents[0].id]


def test_when_its_playbook_is_gone_it_is_not_sent_again() -> None:
    empty = Pack(1, ())
    decision = decided(acting(), SICK, AFTER_FLIGHT_S, pack=empty)
    assert decision.perform == ()
    assert only(decision.document).attempts[0].outcome is Reason.SUPERSEDED


def test_each_incident_reconsiders_its_own_intent() -> None:
    news = (alert(), alert("KubePodNotReady", pod="web-2"))
    document = decided(opened(*news)).document
    assert [one.incident for one in document.intents] == [document.incidents[0].id]
    done = decided(document, facts(crashing("web-2"), pod("web-3")), SOON_S).document
    assert [one.phase for one in done.incidents] == [Phase.VERIFYING, Phase.OPEN]
    hold = done.incidents[1].hold
    assert hold is not None
    assert hold.reason is Reason.BUSY
