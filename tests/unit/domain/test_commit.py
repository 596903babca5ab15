"""What a decision puts on record: the intent, its claim, and what it was decided upon."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.unit.domain.builders import (
    ACCEPTED,
    CRASH_LOOP,
    NOW_S,
    PACK,
    POLICY,
    SICK,
    SOAKED_S,
    decided,
    only,
    opened,
    rollout,
    watched,
)
from tests.unit.domain.guard_cases import INCIDENT, restart
from tests.unit.domain.remedies import MEMORY, SCALE
from worker.domain.deciding.commit import commit
from worker.domain.deciding.outcome import record
from worker.domain.deciding.situation import Situation
from worker.domain.document.digest import INTEGER_MAX, digest_of
from worker.domain.document.incident import Hold, Incident, Phase, Streak
from worker.domain.document.outbox import HeldLease
from worker.domain.document.subject import SubjectDocument
from worker.domain.observed.evidence import RolloutHealth
from worker.domain.observed.facts import Facts
from worker.domain.people.approval import Request
from worker.domain.playbooks.pack import Pack
from worker.domain.scopes.scope import Act
from worker.domain.story.journal import EntryKind
from worker.domain.story.reason import Reason


def detail(document: SubjectDocument) -> dict[str, str]:
    return document.journal[-1].detail


def test_the_claim_and_the_act_are_in_the_document_before_anything_is_sent() -> None:
    document = decided(opened()).document
    (intent,) = document.intents
    assert document.leases == (HeldLease(intent.id, SOAKED_S, SOAKED_S + POLICY.lease_s),)
    assert document.acts == (Act(intent.id, SOAKED_S),)


@pytest.mark.parametrize(("remedy", "disrupts"), [(SCALE, "no"), (MEMORY, "yes")])
def test_it_says_on_which_inputs_and_under_which_playbooks(remedy: Any, disrupts: str) -> None:
    told = detail(remedy.acting())
    assert told["inputs"] == digest_of(replace(remedy.before, at_s=SOAKED_S))
    assert (told["playbook"], told["pack"], told["disrupts"]) == ("try", "1", disrupts)
    assert (told["approved"], told["undoes"]) == ("", "")


def test_other_inputs_are_another_digest() -> None:
    more = replace(SICK, rollout=rollout(ready=2, available=2, resource_version="43"))
    assert (
        detail(decided(opened(), more).document)["inputs"]
        != (detail(decided(opened()).document)["inputs"])
    )


def unspellable() -> list[Facts]:
    assert isinstance(SICK.rollout, RolloutHealth)
    huge = replace(SICK.rollout, generation=INTEGER_MAX + 2, observed_generation=INTEGER_MAX + 2)
    half = replace(SICK.rollout, annotations={"note": "\ud800"})
    return [replace(SICK, rollout=one) for one in (huge, half)]


@pytest.mark.parametrize("seen", unspellable(), ids=["too large", "half a character"])
def test_what_has_no_exact_spelling_is_decided_upon_all_the_same(seen: Facts) -> None:
    decision = decided(opened(), seen)
    assert len(decision.perform) == 1
    assert detail(decision.document)["inputs"] == ""
    assert only(decision.document).attempts[0].decided_at_s == NOW_S + 60.0


def claimed(incident: Incident, undoes: str = "") -> Incident:
    """The incident once a restart was decided for it."""
    document = opened().with_incident(incident)
    situation = Situation(SICK, PACK, POLICY, SOAKED_S)
    return only(commit(document, incident, restart(), situation, undoes=undoes))


def test_what_was_waited_for_and_seen_before_the_deed_is_no_matter_after_it() -> None:
    """Health from before it would count as its success."""
    hold = Hold(Reason.SOAKING, NOW_S, SOAKED_S)
    streak = Streak(NOW_S, SOAKED_S, {})
    after = claimed(replace(INCIDENT, hold=hold, streak=streak))
    assert (after.phase, after.hold, after.streak) == (Phase.ACTING, None, None)


def test_a_yes_is_used_up_by_the_deed_and_not_by_an_undo() -> None:
    plan = restart()
    yes = Request(
        "r-1", "digest", "nonce", plan.verb, plan.target, {}, NOW_S, SOAKED_S, "", approved_by="ada"
    )
    asked = replace(INCIDENT, request=yes)
    done, undone = claimed(asked), claimed(asked, undoes="i-1")
    assert (done.request, done.attempts[0].approved_by) == (None, "ada")
    assert (undone.request, undone.attempts[0].approved_by) == (yes, "")


def test_a_deed_that_our_memory_lost_is_found_done_and_says_by_what() -> None:
    """An old store was put back: the workload bears the id of what is only now decided."""
    restarting = Pack(1, (replace(CRASH_LOOP, steps=CRASH_LOOP.steps[1:]),))
    identity = decided(opened(), pack=restarting).perform[0].id
    bearing = replace(SICK, rollout=rollout(ready=2, available=2, last_intent=identity))
    decision = decided(opened(), bearing, pack=restarting)
    assert (decision.perform, only(decision.document).phase) == ((), Phase.VERIFYING)
    entry = decision.document.journal[-1]
    assert (entry.reason, entry.incident) == (Reason.FOUND_DONE, only(decision.document).id)
    assert entry.detail["detail"] == "its intent id is on the workload"


def test_whatever_the_journal_tells_of_an_incident_names_it() -> None:
    stopped = replace(SICK, kill_switch_set=True)
    document = watched(opened(), (60.0, stopped), (75.0, SICK))
    document = record(document, document.intents[0].id, ACCEPTED, POLICY, NOW_S + 75.0)
    document = watched(document, (105.0, SICK))
    kinds = [entry.kind for entry in document.journal]
    told = {EntryKind.EVIDENCE, EntryKind.REFUSED, EntryKind.DECIDED, EntryKind.VERDICT}
    assert told <= set(kinds)
    assert {entry.incident for entry in document.journal} == {only(document).id}
