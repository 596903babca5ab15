"""What may keep an undo waiting, for how long, and that it is sent again like any other intent."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.unit.domain.builders import NOW_S, POLICY, alert, only, reasons
from tests.unit.domain.remedies import DEADLINE_S, HPA, MEMORY, ROLL_BACK, SCALE, SETTLED_S, Remedy
from tests.unit.domain.undoing import each, worse
from worker.domain.calendar.recurrence import Absolute
from worker.domain.calendar.window import Window, WindowKind, WindowScope
from worker.domain.deciding.decision import decide
from worker.domain.deciding.outcome import Answer, Outcome, record
from worker.domain.deciding.policy import Policy
from worker.domain.document.incident import Phase
from worker.domain.document.subject import UNPUBLISHED_MAX, SubjectDocument
from worker.domain.incoming.absorb import absorb
from worker.domain.incoming.inbox import accept
from worker.domain.incoming.ops_event import OpsEvent, OpsEventKind
from worker.domain.observed.evidence import RolloutHealth, Unknown
from worker.domain.observed.facts import Facts
from worker.domain.playbooks.pack import Pack
from worker.domain.scopes.scope import CLUSTER, Act, Lease, Limits, ScopeDocument
from worker.domain.scopes.scopes_seen import ScopesSeen
from worker.domain.story.reason import Reason

AT_S = SETTLED_S + 1.0  # when the undo of what was in vain would be decided
LATE_S = SETTLED_S + POLICY.decide_within_s
UNREACHABLE = Outcome(Answer.UNCLEAR, Reason.UNREACHABLE, "no answer")
SHOP = frozenset({"shop"})


def cluster(**changes: Any) -> ScopesSeen:
    return ScopesSeen((replace(ScopeDocument(CLUSTER.kind), **changes),), known=10)


TAKEN = cluster(leases=(Lease("inc-other-s1-a1", "other", NOW_S, NOW_S + 900.0),))
BUSY = cluster(acts=(Act("inc-other-s1-a1", NOW_S + AT_S),))
VAIN = MEMORY.in_vain
HELD: list[tuple[Facts, Policy, Reason]] = [
    (replace(VAIN, clock_skew_s=Unknown("HTTP 500")), POLICY, Reason.EVIDENCE_UNKNOWN),
    (replace(VAIN, rollout=Unknown("timed out")), POLICY, Reason.EVIDENCE_UNKNOWN),
    (replace(VAIN, scopes=Unknown("HTTP 500")), POLICY, Reason.SCOPE_UNREADABLE),
    (replace(VAIN, scopes=TAKEN), POLICY, Reason.NO_LEASE),
    (replace(VAIN, scopes=BUSY), replace(POLICY, cluster=Limits(1, 1, 900.0)), Reason.RATE_LIMITED),
    (replace(VAIN, kill_switch_set=True), POLICY, Reason.KILL_SWITCH),
    (replace(VAIN, kill_switch_set=Unknown("x")), POLICY, Reason.KILL_SWITCH_UNREADABLE),
]


@pytest.mark.parametrize(("seen", "policy", "reason"), HELD, ids=[one[2] for one in HELD])
def test_it_waits_and_at_the_deadline_a_human_is_told_what_stays(
    seen: Facts, policy: Policy, reason: Reason
) -> None:
    decision = MEMORY.looked(MEMORY.failed(), seen, AT_S, policy=policy)
    hold = only(decision.document).hold
    assert decision.perform == ()
    assert hold is not None
    assert hold.reason is reason
    assert decision.document.journal[-1].detail["action"] == "undo raise memory limit"
    document = MEMORY.looked(decision.document, seen, LATE_S, policy=policy).document
    assert only(document).escalated_for is Reason.NOT_UNDONE
    summary = document.notices[-1].summary
    assert "raise memory limit of shop/Deployment/web stays as it is" in summary
    assert str(reason).replace("_", " ") in summary


def test_a_wrong_clock_holds_it() -> None:
    seen = replace(VAIN, clock_skew_s=-45.0)
    decision = MEMORY.looked(MEMORY.failed(), seen, AT_S)
    assert decision.perform == ()
    assert reasons(decision.document)[-1] == "refused:clocks_disagree"


def test_an_older_pack_and_a_stuck_journal_hold_it() -> None:
    document = MEMORY.failed()
    newer = replace(document, pack_version=2)
    assert reasons(MEMORY.looked(newer, VAIN, AT_S).document)[-1] == "refused:policy_behind"
    for _ in range(UNPUBLISHED_MAX):
        document = document.note(document.journal[0].kind, Reason.OBSERVED, NOW_S)
    assert reasons(MEMORY.looked(document, VAIN, AT_S).document)[-1] == "refused:journal_stuck"


def test_protected_and_opted_out_meanwhile_is_a_humans() -> None:
    assert isinstance(VAIN.rollout, RolloutHealth)
    off = replace(VAIN.rollout, annotations={"aiops-operator.io/enabled": "false"})
    for seen, policy in (
        (replace(VAIN, rollout=off), POLICY),
        (VAIN, replace(POLICY, protected_namespaces=SHOP)),
    ):
        document = MEMORY.looked(MEMORY.failed(), seen, AT_S, policy=policy).document
        assert only(document).escalated_for is Reason.NOT_UNDONE


def test_a_persons_hands_come_first_for_as_long_as_they_need() -> None:
    on_it = OpsEvent("e1", OpsEventKind.ON_IT, NOW_S + AT_S, "ada", {"deployment": "web"}, {})
    document = absorb(accept(MEMORY.failed(), (on_it,)), POLICY, NOW_S + AT_S)
    held_s = AT_S + 3600.0
    for at_s in (AT_S, LATE_S, held_s - 1.0):
        decision = MEMORY.looked(document, VAIN, at_s)
        document = decision.document
        assert decision.perform == ()
        assert (only(document).phase, only(document).undoing) == (Phase.OPEN, MEMORY.intent_id)
    (intent,) = MEMORY.looked(document, VAIN, held_s).perform
    assert intent.action == MEMORY.undo


def test_a_freeze_holds_it() -> None:
    freeze = Window(
        "sale", WindowKind.FREEZE, WindowScope(SHOP), Absolute(NOW_S, NOW_S + AT_S + 60.0)
    )
    for at_s, acts in ((AT_S, 0), (AT_S + 60.0, 1)):
        now_s = NOW_S + at_s
        seen = replace(VAIN, at_s=now_s)
        decision = decide(MEMORY.failed(), seen, MEMORY.pack, POLICY, now_s, (freeze,))
        assert len(decision.perform) == acts


def test_another_incident_that_is_being_worked_on_holds_it() -> None:
    failed = MEMORY.failed()
    with_other = absorb(accept(failed, (alert("KubePodNotReady"),)), POLICY, NOW_S + AT_S)
    other = replace(with_other.incidents[1], phase=Phase.VERIFYING)
    attempt = only(failed).attempts[0]
    other = replace(other, attempts=(replace(attempt, intent_id="x", outcome_at_s=NOW_S + AT_S),))
    document = MEMORY.looked(with_other.with_incident(other), VAIN, AT_S).document
    assert "refused:busy" in reasons(document)


@each((MEMORY, ROLL_BACK))
def test_the_claim_of_what_is_undone_is_given_back_at_once(remedy: Remedy) -> None:
    """Less is available than before, so that it would last: and keep its own undo waiting."""
    verifying, failed = remedy.verifying(), remedy.failed(worse(remedy))
    assert [(one.intent, one.ended) for one in verifying.leases] == [(remedy.intent_id, False)]
    assert [(one.intent, one.ended) for one in failed.leases] == [(remedy.intent_id, True)]
    document = remedy.looked(failed, worse(remedy), AT_S).document
    assert [(one.intent[-3:], one.ended) for one in document.leases] == [
        ("-a1", True), ("-a2", False),
    ]  # fmt: skip


@each((MEMORY, ROLL_BACK, SCALE, HPA))
def test_an_undo_without_an_answer_is_sent_again_under_the_same_id(remedy: Remedy) -> None:
    """Its own lease and its own act don't stand in its way."""
    at_s = remedy.judged_s + 1.0
    document = remedy.looked(remedy.failed(), remedy.in_vain, at_s).document
    (intent,) = document.intents
    document = record(document, intent.id, UNREACHABLE, POLICY, NOW_S + at_s)
    mine = Lease(intent.id, document.subject.key, NOW_S + at_s, NOW_S + at_s + 900.0)
    scopes = cluster(leases=(mine,), acts=(Act(intent.id, NOW_S + at_s),))
    policy = replace(POLICY, cluster=Limits(1, 1, 900.0))
    seen = replace(remedy.in_vain, scopes=scopes)
    decision = remedy.looked(document, seen, at_s + POLICY.hold_s, policy=policy)
    assert [(one.id, one.parameters) for one in decision.perform] == [(intent.id, remedy.set_back)]


def _unanswered(remedy: Remedy) -> SubjectDocument:
    at_s = remedy.judged_s + 1.0
    document = remedy.looked(remedy.failed(), remedy.in_vain, at_s).document
    (intent,) = document.intents
    return record(document, intent.id, UNREACHABLE, POLICY, NOW_S + at_s)


def test_an_undo_that_was_applied_without_an_answer_is_found_done() -> None:
    document = _unanswered(SCALE)
    assert isinstance(SCALE.before.rollout, RolloutHealth)
    mine = replace(SCALE.before.rollout, last_intent=document.intents[0].id)
    seen = replace(SCALE.before, rollout=mine)
    done = SCALE.looked(document, seen, DEADLINE_S + 1.0 + POLICY.hold_s).document
    assert (only(done).phase, reasons(done)[-1]) == (Phase.VERIFYING, "outcome:found_done")


def test_an_undo_that_is_somebody_elses_meanwhile_is_superseded() -> None:
    at_s = DEADLINE_S + 1.0 + POLICY.in_flight_max_s
    document = SCALE.looked(_unanswered(SCALE), SCALE.theirs, at_s).document
    assert only(document).attempts[1].outcome is Reason.SUPERSEDED
    document = SCALE.looked(document, SCALE.theirs, at_s + POLICY.hold_s).document
    assert (only(document).undoing, only(document).rung) == ("", 1)


def test_it_is_the_undo_and_not_the_pack_that_says_what_is_put_back() -> None:
    now_s = NOW_S + AT_S
    decision = decide(MEMORY.failed(), replace(VAIN, at_s=now_s), Pack(1, ()), POLICY, now_s)
    assert [one.parameters for one in decision.perform] == [MEMORY.set_back]
