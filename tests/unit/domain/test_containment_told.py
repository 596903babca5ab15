"""What is told of a node's own ladder, and when its claim is given back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.domain.builders import (
    NOW_S,
    POLICY,
    SOAKED_S,
    alert,
    decided,
    only,
    opened,
)
from tests.unit.domain.containing import CORDON, NODE, SUSPEND, Containment, facts_of, node
from worker.domain.deciding.situation import Situation
from worker.domain.document.incident import Phase
from worker.domain.document.subject import SubjectDocument
from worker.domain.incoming.alert import Alert
from worker.domain.planners.plan import Plan
from worker.domain.playbooks.pack import Pack
from worker.domain.playbooks.playbook import Matcher, Playbook
from worker.domain.scopes.common_cause import node_alert
from worker.domain.scopes.leases import give_back
from worker.domain.story.reason import Reason
from worker.domain.verify.undo import undo
from worker.domain.verify.undo_plan import undo_plan

EMPTY = Playbook("look", Matcher(subjects=frozenset({NODE.kind})), (), soak_s=0.0)
KEPT_S = 2.0 * POLICY.plan_ttl_s
OURS = node_alert("node-1", 4, NOW_S)
WORDS = "4 services are sick on node-1 and well elsewhere"
MORE = replace(node_alert("node-1", 5, NOW_S), fingerprint="more")


def summary(*news: Alert) -> str:
    pack = Pack(1, (EMPTY,))
    document = decided(opened(*news, subject=NODE), facts_of(node()), NOW_S, pack=pack).document
    return document.notices[-1].summary.partition("ladder exhausted. ")[2]


def test_at_the_end_of_its_ladder_what_we_saw_ourselves_comes_first() -> None:
    assert summary(OURS) == f"{WORDS}. no step was possible."
    both = f"{WORDS}, {WORDS.replace('4', '5')}. no step was possible."
    assert summary(OURS, MORE) == both


def test_what_an_alert_of_somebody_else_says_is_not_taken_for_what_we_saw() -> None:
    other = alert("KubeNodeNotReady", pod="")
    chatty = replace(other, labels={**other.labels, "words": "buy now"})
    assert summary(chatty) == "no step was possible."


@pytest.mark.parametrize("one", [CORDON, SUSPEND], ids=lambda one: str(one.verb))
def test_its_undo_says_that_its_subject_is_well_again(one: Containment) -> None:
    document = one.verifying()
    attempt = only(document).attempts[0]
    situation = Situation(one.well, one.pack, POLICY, SOAKED_S + 600.0)
    planned = undo_plan(attempt, only(document), situation)
    assert isinstance(planned, Plan)
    assert (planned.verb, planned.detail) == (one.undo, "its subject is well again")
    assert planned.node_pool == ("workers" if one is CORDON else "")


def test_while_its_subject_is_not_well_it_stands_and_says_so() -> None:
    document = CORDON.verifying()
    incident = replace(only(document), phase=Phase.OPEN, undoing=CORDON.intent_id)
    situation = Situation(CORDON.contained, CORDON.pack, POLICY, SOAKED_S + 60.0)
    held = undo(document.with_incident(incident), incident, situation)
    assert (held.intents, only(held).undoing) == ((), CORDON.intent_id)
    assert held.journal[-1].detail["detail"].endswith(", so it stands")


def ended(one: Containment, document: SubjectDocument, at_s: float) -> bool:
    (lease,) = give_back(document, Situation(one.contained, one.pack, POLICY, at_s)).leases
    return lease.ended


@pytest.mark.parametrize(
    ("one", "kept_s"), [(CORDON, KEPT_S), (SUSPEND, 0.0)], ids=["cordon", "suspend"]
)
def test_a_claim_is_kept_until_nobody_decides_upon_what_was_seen_before(
    one: Containment, kept_s: float
) -> None:
    document = one.verifying()
    answered_s = only(document).attempts[0].outcome_at_s
    if kept_s:
        assert not ended(one, document, answered_s + kept_s - 0.5)
    assert ended(one, document, answered_s + kept_s)


def test_what_may_still_be_applied_keeps_its_claim_until_its_time_is_over() -> None:
    document = CORDON.verifying()
    incident = only(document)
    unknown = replace(incident.attempts[0], outcome=Reason.UNREACHABLE)
    document = document.with_incident(incident.with_attempt(unknown))
    until_s = document.leases[0].until_s
    assert not ended(CORDON, document, until_s - 1.0)
    assert ended(CORDON, document, until_s)


def test_of_a_deed_that_is_remembered_no_more_the_claim_is_given_back() -> None:
    document = replace(CORDON.verifying(), incidents=())
    assert ended(CORDON, document, SOAKED_S)
