"""Which deeds can be undone, and that an undo is sent again only as long as its deed is known."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.unit.domain.builders import NOW_S, POLICY, only
from tests.unit.domain.guard_cases import case_of
from tests.unit.domain.remedies import DEADLINE_S, MEMORY, SCALE, SETTLED_S
from worker.domain.catalogue import Verb
from worker.domain.deciding.outcome import Answer, Outcome, record
from worker.domain.deciding.situation import Situation
from worker.domain.guards.permission import not_only_observing
from worker.domain.planners.plan import Refusal, Then
from worker.domain.playbooks.playbook import Mode
from worker.domain.scopes.scope import CLUSTER, Act, Lease, Limits, ScopeDocument
from worker.domain.scopes.scopes_seen import ScopesSeen
from worker.domain.story.reason import Reason
from worker.domain.verify.undo import over, reversible
from worker.domain.verify.undo_plan import undo_plan

SCALED = only(SCALE.failed()).attempts[0]
AT_S = DEADLINE_S + 1.0
UNREACHABLE = Outcome(Answer.UNCLEAR, Reason.UNREACHABLE, "no answer")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({}, True, id="a verb with an undo"),
        pytest.param({"action": "evict_pod"}, False, id="a verb without"),
        pytest.param({"action": "reboot"}, False, id="a verb that is not in the catalogue"),
        pytest.param({"undone": True}, False, id="undone already"),
        pytest.param({"undoes": "inc-1-s1-a1"}, False, id="an undo is never undone"),
    ],
)
def test_what_can_be_undone(changes: dict[str, Any], expected: bool) -> None:
    assert reversible(replace(SCALED, **changes)) is expected


def test_where_we_only_observe_an_undo_is_told_and_others_see_to_it() -> None:
    case = case_of(mode=Mode.OBSERVE)
    detail, target = case.plan.detail, case.plan.target.text
    assert not_only_observing(case) == Refusal(
        Reason.OBSERVE_MODE, Then.HOLD, detail, None, target, patient=True
    )
    assert not_only_observing(case_of(mode=Mode.SUGGEST)) is None


def test_a_deed_of_which_nobody_can_tell_whose_it_is_now_is_left_as_it_is() -> None:
    """No field of a Deployment says whether a CronJob is still suspended by us."""
    failed = MEMORY.failed()
    attempt = replace(only(failed).attempts[0], action=str(Verb.SUSPEND_CRON_JOB))
    assert reversible(attempt)
    situation = Situation(MEMORY.in_vain, MEMORY.pack, POLICY, NOW_S + SETTLED_S + 1.0)
    assert undo_plan(attempt, only(failed), situation) is None


@pytest.mark.parametrize(
    ("put_back", "end"), [(True, "undone"), (False, "not ours any more")], ids=["ours", "theirs"]
)
def test_what_kept_harm_from_growing_is_over_with_its_undo(put_back: bool, end: str) -> None:
    failed = MEMORY.failed()
    attempt = replace(only(failed).attempts[0], action=str(Verb.SUSPEND_CRON_JOB))
    situation = Situation(MEMORY.before, MEMORY.pack, POLICY, NOW_S + SETTLED_S)
    after = over(failed, only(failed), attempt, situation, put_back=put_back)
    assert only(after).resolution is Reason.RESOLVED_BY_OTHERS
    assert only(after).attempts[0].undone is put_back
    assert after.journal[-1].detail == {"detail": f"well again; suspend cron job is {end}"}


def test_a_claim_that_our_memory_lost_is_found_to_be_its_own() -> None:
    """An old store was put back; the id is derived, so the claim of the undo is the same."""
    failed = SCALE.failed()
    intent = SCALE.looked(failed, SCALE.in_vain, AT_S).perform[0]
    mine = ScopeDocument(
        CLUSTER.kind,
        leases=(Lease(intent.id, failed.subject.text, NOW_S, NOW_S + 900.0),),
        acts=(Act(intent.id, NOW_S + AT_S),),
    )
    policy = replace(POLICY, cluster=Limits(1, 1, 900.0))
    seen = replace(SCALE.in_vain, scopes=ScopesSeen((mine,), known=10))
    assert [one.id for one in SCALE.looked(failed, seen, AT_S, policy=policy).perform] == [
        intent.id
    ]


def test_an_undo_whose_deed_is_remembered_no_more_is_not_sent_again() -> None:
    document = SCALE.looked(SCALE.failed(), SCALE.in_vain, AT_S).document
    (intent,) = document.intents
    document = record(document, intent.id, UNREACHABLE, POLICY, NOW_S + AT_S)
    incident = only(document)
    document = document.with_incident(replace(incident, attempts=incident.attempts[1:]))
    late_s = AT_S + POLICY.in_flight_max_s
    decision = SCALE.looked(document, SCALE.in_vain, late_s)
    assert decision.perform == ()
    assert only(decision.document).attempts[0].outcome is Reason.SUPERSEDED
