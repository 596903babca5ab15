"""Which ladder is climbed when the playbooks change meanwhile, and what is told of it."""

from __future__ import annotations

from dataclasses import replace

from tests.unit.domain.builders import (
    CRASH_LOOP,
    EVICT,
    NOW_S,
    POLICY,
    RESTART,
    SICK,
    SOAKED_S,
    decided,
    only,
    opened,
    reasons,
    rollout,
)
from tests.unit.domain.guard_cases import attempt
from worker.domain.document.identity import STORM
from worker.domain.document.incident import Incident
from worker.domain.document.subject import SubjectDocument
from worker.domain.playbooks.pack import Pack
from worker.domain.playbooks.playbook import Condition, Playbook
from worker.domain.scopes.scope import ScopeDocument, ScopeKind, Sick
from worker.domain.scopes.scopes_seen import ScopesSeen
from worker.domain.story.reason import Reason

OTHER = replace(CRASH_LOOP, name="other")
NEVER = Condition("c", "busy()")
FAILED = attempt(1, Reason.ACCEPTED, Reason.STILL_SICK)


def on_rung(rung: int, **changes: object) -> SubjectDocument:
    """The incident has climbed that far on a ladder that is there no more."""
    incident: Incident = replace(only(opened()), playbook="old", rung=rung, **changes)  # type: ignore[arg-type]
    return opened().with_incident(incident)


def looked(document: SubjectDocument, *playbooks: Playbook) -> SubjectDocument:
    facts = replace(SICK, conditions={"c": True})
    return decided(document, facts, pack=Pack(1, playbooks)).document


def test_before_anything_was_done_another_ladder_begins_on_its_first_rung() -> None:
    after = looked(on_rung(1), OTHER)
    assert only(after).playbook == "other"
    assert [one.action for one in after.intents] == [EVICT.verb]


def test_after_something_was_done_it_goes_on_where_it_was() -> None:
    after = looked(on_rung(1, attempts=(FAILED,), attempts_made=1), OTHER)
    assert only(after).playbook == "other"
    assert [one.action for one in after.intents] == [RESTART.verb]


def test_what_was_told_of_the_old_ladder_is_not_told_of_the_new_one() -> None:
    passing = replace(OTHER, steps=(replace(EVICT, never=(NEVER,)), RESTART))
    told = {"0": str(Reason.NEVER_ALLOWED)}
    assert reasons(looked(on_rung(0, passed=told), passing)).count("refused:never_allowed") == 1
    same = replace(passing, name="old")
    assert "refused:never_allowed" not in reasons(looked(on_rung(0, passed=told), same))


def test_a_playbook_of_which_it_is_not_known_whether_it_matches_holds_and_says_why() -> None:
    unsure = replace(OTHER, match=replace(OTHER.match, when=Condition("not-asked", "odd()")))
    after = looked(opened(), unsure)
    assert reasons(after)[-1] == "held:condition_unknown"
    words = "whether playbook other matches: not evaluated"
    assert after.journal[-1].detail["detail"] == words


def test_in_a_storm_it_is_said_where_it_is_told() -> None:
    sick = tuple(Sick(f"s-{n}", NOW_S, "crash_loop") for n in range(4))
    seen = ScopesSeen((ScopeDocument(ScopeKind.CLUSTER, sick=sick),), 10)
    after = decided(opened(), replace(SICK, scopes=seen)).document
    assert after.journal[-1].detail["detail"] == f"4 of 10 services are sick; see {STORM.text}"


def test_a_workload_without_a_known_revision_says_so() -> None:
    nameless = rollout(ready=2, available=2, revision="")
    after = decided(opened(), replace(SICK, rollout=nameless)).document
    assert only(after).seen == "2 of 3 replicas available, 1 crash looping, revision unknown"


def test_a_wrong_clock_dates_nothing() -> None:
    """What was seen is dated by the API server's clock, which is an hour behind ours."""
    skewed = decided(opened(), replace(SICK, clock_skew_s=3600.0)).document
    onset = only(skewed).onset
    assert onset is not None
    assert onset.at_s == SOAKED_S - 3600.0
    right = only(decided(opened(), replace(SICK, clock_skew_s=POLICY.clock_skew_max_s)).document)
    assert right.onset is not None
    assert right.onset.at_s == SOAKED_S
