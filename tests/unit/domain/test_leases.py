"""Giving a lease back: availability is as before, its time is over, or nothing was sent."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.unit.domain.builders import (
    NOW_S,
    POLICY,
    SICK,
    SOAKED_S,
    WEB,
    acting,
    crashing,
    decided,
    facts,
    only,
    pod,
    rollout,
    verifying,
)
from tests.unit.domain.remedies import MEMORY
from worker.domain.deciding.outcome import Answer, Outcome, record
from worker.domain.deciding.situation import Situation
from worker.domain.document.incident import Phase
from worker.domain.document.outbox import HeldLease
from worker.domain.document.subject import SubjectDocument
from worker.domain.observed.evidence import Gone, Unknown
from worker.domain.observed.facts import Facts
from worker.domain.playbooks.pack import Pack
from worker.domain.scopes.leases import HANGS_AFTER_S, give_back, handed_on, nothing_sent
from worker.domain.scopes.scope import Act, Lease, ScopeDocument, ScopeKind
from worker.domain.scopes.scopes_seen import ScopesSeen
from worker.domain.story.reason import Reason

UNKNOWN = Unknown("timed out")
LATER_S = SOAKED_S + 60.0
REPLACED = facts(pod("web-4"), pod("web-2"), pod("web-3"))
FEWER = facts(crashing("web-4"), crashing("web-2"), pod("web-3"))


def looked(document: SubjectDocument, seen: Facts, at_s: float = LATER_S) -> HeldLease:
    (lease,) = give_back(document, Situation(seen, Pack(1, ()), POLICY, at_s)).leases
    return lease


def test_what_is_decided_holds_a_lease_and_counts_as_an_act() -> None:
    document = acting()
    (intent,) = document.intents
    assert document.leases == (HeldLease(intent.id, SOAKED_S, SOAKED_S + POLICY.lease_s),)
    assert document.acts == (Act(intent.id, SOAKED_S),)


@pytest.mark.parametrize(
    ("seen", "ended"),
    [
        (REPLACED, True),
        (facts(crashing("web-4"), pod("web-2"), pod("web-3")), True),
        (FEWER, False),
        (replace(REPLACED, rollout=rollout(updated=2)), False),
        (SICK, False),
        (facts(crashing("web-1", terminating=True), pod("web-2"), pod("web-3")), False),
        (replace(REPLACED, rollout=UNKNOWN), False),
        (replace(REPLACED, pods=UNKNOWN), False),
        (replace(REPLACED, rollout=Gone("no web"), pods=UNKNOWN), True),
    ],
    ids=["well again", "as many as before", "fewer", "it still rolls", "its pod is still there",
         "on its way out", "unknown", "pods unknown", "gone"],
)  # fmt: skip
def test_it_ends_when_availability_is_as_before(seen: Facts, ended: bool) -> None:
    lease = looked(verifying(), seen)
    assert (lease.ended, lease.sent) == (ended, True)


@pytest.mark.parametrize(
    ("seen", "at_s", "ended"),
    [
        (FEWER, SOAKED_S + POLICY.lease_s - 1.0, False),
        (FEWER, SOAKED_S + POLICY.lease_s, True),
        (replace(REPLACED, rollout=rollout(updated=2)), SOAKED_S + HANGS_AFTER_S - 1.0, False),
        (replace(REPLACED, rollout=rollout(updated=2)), SOAKED_S + HANGS_AFTER_S, True),
        (replace(FEWER, rollout=UNKNOWN), SOAKED_S + 9e9, False),
        (replace(FEWER, pods=UNKNOWN), SOAKED_S + 9e9, False),
    ],
    ids=["not yet", "its time is over", "it rolls", "it hangs", "what can't be read", "nor here"],
)
def test_or_when_its_time_is_over_and_the_target_was_read(
    seen: Facts, at_s: float, ended: bool
) -> None:
    assert looked(verifying(), seen, at_s).ended is ended


def test_what_is_still_owed_is_held() -> None:
    assert not looked(acting(), REPLACED, SOAKED_S + 9e9).ended


def test_what_may_still_be_applied_is_held_until_its_time_is_over() -> None:
    """It was handed over while nobody knew whether it had happened."""
    document = decided(acting(), replace(SICK, pods=UNKNOWN), NOW_S + 901.0).document
    assert only(document).phase is Phase.ESCALATED
    assert not looked(document, REPLACED, SOAKED_S + POLICY.lease_s - 1.0).ended
    assert looked(document, REPLACED, SOAKED_S + POLICY.lease_s).ended


def test_of_what_is_remembered_no_more_nothing_is_waited_for() -> None:
    document = SubjectDocument(WEB, leases=(HeldLease("i-1", NOW_S, NOW_S + 900.0),))
    assert looked(document, FEWER).ended


@pytest.mark.parametrize("reason", [Reason.THROTTLED, Reason.NO_LEASE, Reason.FORBIDDEN])
def test_what_was_refused_is_withdrawn_and_no_act(reason: Reason) -> None:
    document = acting()
    refusal = Outcome(Answer.REJECTED, reason)
    refused = record(document, document.intents[0].id, refusal, POLICY, SOAKED_S)
    assert [(one.ended, one.sent) for one in refused.leases] == [(True, False)]
    assert refused.acts == ()


def test_the_claims_of_other_intents_are_left_alone() -> None:
    other = HeldLease("inc-other-s1-a1", NOW_S, NOW_S + 900.0)
    document = acting()
    mine = document.intents[0].id
    both = replace(document, leases=(other, *document.leases))
    assert [one.ended for one in handed_on(both, mine).leases] == [False, True]
    refused = nothing_sent(both, mine)
    assert [(one.ended, one.sent) for one in refused.leases] == [(False, True), (True, False)]


def test_what_nobody_answered_is_neither() -> None:
    document = acting()
    silence = Outcome(Answer.UNCLEAR, Reason.UNREACHABLE)
    unclear = record(document, document.intents[0].id, silence, POLICY, SOAKED_S)
    assert (unclear.leases, unclear.acts) == (document.leases, document.acts)


def around(**parts: Any) -> ScopesSeen:
    return ScopesSeen((ScopeDocument(ScopeKind.NAMESPACE, "shop", **parts),), 10)


def test_the_next_step_needs_no_room_beside_its_own_subjects_lease() -> None:
    """The first one made no difference, so its disruption isn't over: that is what is repaired."""
    document = verifying()
    mine = Lease(document.leases[0].intent, WEB.text, SOAKED_S, SOAKED_S + 900.0)
    theirs = replace(mine, subject="service/shop/Deployment/other")
    reopened = decided(verifying(), SICK, SOAKED_S + 60.0).document
    assert only(reopened).phase is Phase.OPEN
    later_s = SOAKED_S + 75.0
    free = decided(reopened, replace(SICK, scopes=around(leases=(mine,))), later_s)
    assert len(free.perform) == 1
    held = decided(reopened, replace(SICK, scopes=around(leases=(theirs,))), later_s)
    assert held.perform == ()
    hold = only(held.document).hold
    assert hold is not None
    assert hold.reason is Reason.NO_LEASE


def test_neither_does_the_undo_of_what_failed() -> None:
    failed = MEMORY.failed()
    seen = {
        name: replace(MEMORY.in_vain, scopes=around(leases=(Lease("i", name, 1.0, 2.0),)))
        for name in (WEB.text, "service/shop/Deployment/other")
    }
    sent = {
        name: MEMORY.looked(failed, one, MEMORY.judged_s + POLICY.hold_s).perform
        for name, one in seen.items()
    }
    assert [len(one) for one in sent.values()] == [1, 0]
