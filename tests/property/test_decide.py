"""decide is total, repeats nothing, and acts only when all that it must know is known."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from tests.property.lives import NOBODY, NODE, PACK, Move, live, lives, policies
from tests.property.surroundings import ELSEWHERE, NONE, ONLY_NOW, calendars
from tests.property.tales import CAREFUL, LONG, Tale, tales
from tests.property.worlds import anything, at, examples, facts
from tests.unit.domain.builders import NOW_S, WEB
from worker.domain.calendar.window import Window
from worker.domain.deciding.decision import abandon, decide, wake_at
from worker.domain.deciding.policy import Policy
from worker.domain.document.identity import INGEST, STORM, Subject
from worker.domain.document.subject import SubjectDocument
from worker.domain.observed.evidence import RolloutHealth
from worker.domain.observed.facts import Facts
from worker.domain.observed.pods import PodHealth
from worker.domain.observed.question import questions
from worker.domain.playbooks.pack import Pack
from worker.domain.playbooks.playbook import Mode
from worker.domain.scopes.scopes_seen import ScopesSeen

times = st.one_of(
    st.floats(-1e6, 1e6).map(lambda after_s: NOW_S + after_s), st.sampled_from((0.0, 1e12))
)
packs = st.sampled_from((PACK, LONG, Pack(0, ()), Pack(9, ()), replace(PACK, version=2)))


@examples(200)
@given(tales, anything, st.one_of(st.none(), packs), policies, times, calendars)
def test_decide_is_total_and_so_is_all_that_asks_and_wakes(
    tale: Tale,
    seen: Facts,
    pack: Pack | None,
    policy: Policy,
    now_s: float,
    windows: tuple[Window, ...],
) -> None:
    """Whatever was lived through, and under whatever playbooks and policy it goes on."""
    check_total(tale.end, seen, tale.pack if pack is None else pack, policy, now_s, windows)


@examples(60)
@given(st.sampled_from((NOBODY, NODE, STORM, INGEST)), lives, anything, packs, policies, times)
def test_decide_is_total_for_what_is_no_workload(
    subject: Subject, life: list[Move], seen: Facts, pack: Pack, policy: Policy, now_s: float
) -> None:
    document = [*live(subject, life, policy, pack)][-1].after
    check_total(document, seen, pack, policy, now_s)


def check_total(
    document: SubjectDocument,
    seen: Facts,
    pack: Pack,
    policy: Policy,
    now_s: float,
    windows: tuple[Window, ...] = (),
) -> None:
    decision = decide(document, at(seen, now_s), pack, policy, now_s, windows)
    after = decision.document
    questions(after)
    wake_s = wake_at(after, policy, now_s)
    assert (wake_s is None) == after.settled
    assert wake_s is None or wake_s >= now_s
    assert {one.id for one in decision.perform} <= {one.id for one in after.intents}
    assert abandon(after, policy, now_s, "bug").intents == ()


@examples(150)
@given(tales, anything, st.floats(0.0, 1e5))
def test_the_same_facts_give_the_same_decision(tale: Tale, seen: Facts, after_s: float) -> None:
    document, now_s = tale.end, tale.end_s + after_s
    given_again = (at(seen, now_s), tale.pack, tale.policy, now_s)
    assert decide(document, *given_again) == decide(document, *given_again)


@examples(150)
@given(tales, facts, st.floats(0.0, 1e5))
def test_a_turn_that_lost_its_answer_sends_nothing_under_a_second_id(
    tale: Tale, seen: Facts, after_s: float
) -> None:
    """Decided, saved, and then the worker died: the next turn knows of the intent."""
    now_s = tale.end_s + after_s
    world = (at(seen, now_s), tale.pack, tale.policy, now_s)
    first = decide(tale.end, *world)
    second = decide(first.document, *world)
    owed = {one.incident: one.id for one in first.document.intents}
    for intent in second.perform:
        assert owed.get(intent.incident, intent.id) == intent.id


@examples(150)
@given(tales)
def test_nothing_is_sent_unless_all_that_must_be_known_is_known(tale: Tale) -> None:
    for step in live(WEB, tale.life, tale.policy, tale.pack):
        if step.decision is None or not step.decision.perform:
            continue
        seen, policy = step.move.seen, tale.policy
        assert seen.kill_switch_set is False
        assert step.move.windows in (NONE, ONLY_NOW, ELSEWHERE)
        assert isinstance(seen.scopes, ScopesSeen)
        assert all(not one.holds and not one.acts for one in seen.scopes.documents)
        assert isinstance(seen.rollout, RolloutHealth)
        assert isinstance(seen.pods, PodHealth)
        assert isinstance(seen.clock_skew_s, float)
        assert abs(seen.clock_skew_s) <= policy.clock_skew_max_s
        assert seen.rollout.annotations.get("aiops-operator.io/enabled", "true") == "true"


@examples(150)
@given(tales)
def test_one_disruption_of_a_subject_at_a_time(tale: Tale) -> None:
    for step in live(WEB, tale.life, tale.policy, tale.pack):
        if step.decision is not None:
            assert len(step.decision.perform) <= 1
            assert len(step.after.intents) <= 1


@examples(150)
@given(tales)
def test_without_auto_only_what_a_human_approved_is_sent_and_what_undoes(tale: Tale) -> None:
    for step in live(WEB, tale.life, tale.policy, tale.pack):
        for intent in step.decision.perform if step.decision else ():
            incident = step.after.incident(intent.incident)
            attempt = incident.attempt(intent.id) if incident else None
            assert attempt is not None
            promoted = tale.pack is CAREFUL
            assert (
                tale.policy.mode is Mode.AUTO or attempt.approved_by or attempt.undoes or promoted
            )


@examples(150)
@given(tales)
def test_every_intent_is_claimed_and_every_claim_is_given_back(tale: Tale) -> None:
    """Whoever owes an intent holds its lease; what holds one is still owed, or disrupted."""
    for step in live(WEB, tale.life, tale.policy, tale.pack):
        held = {one.intent for one in step.after.leases if not one.ended}
        assert {one.id for one in step.after.intents} <= held
        assert not step.after.leases or not step.after.settled
