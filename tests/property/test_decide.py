"""decide is total, repeats nothing, and acts only when all that it must know is known."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from tests.property.lives import PACK, Move, last, live, lives, policies, subjects
from tests.property.worlds import anything, examples, facts
from tests.unit.domain.builders import NOW_S, POLICY, WEB
from worker.domain.decision import abandon, decide, wake_at
from worker.domain.evidence import RolloutHealth
from worker.domain.facts import Facts
from worker.domain.identity import Subject
from worker.domain.pack import Pack
from worker.domain.playbook import Mode
from worker.domain.pods import PodHealth
from worker.domain.policy import Policy
from worker.domain.question import questions

times = st.one_of(
    st.floats(-1e6, 1e6).map(lambda after_s: NOW_S + after_s), st.sampled_from((0.0, 1e12))
)
packs = st.sampled_from((PACK, Pack(0, ()), Pack(9, ()), replace(PACK, version=2)))


@examples(150)
@given(subjects, lives, anything, packs, policies, times)
def test_decide_is_total_and_so_is_all_that_asks_and_wakes(
    subject: Subject, life: list[Move], seen: Facts, pack: Pack, policy: Policy, now_s: float
) -> None:
    document = last(life, subject)
    decision = decide(document, seen, pack, policy, now_s)
    after = decision.document
    questions(after)
    wake_s = wake_at(after, policy, now_s)
    assert (wake_s is None) == after.settled
    assert wake_s is None or wake_s >= now_s
    assert {one.id for one in decision.perform} <= {one.id for one in after.intents}
    assert abandon(after, policy, now_s, "bug").intents == ()


@examples(150)
@given(lives, anything, st.floats(0.0, 1e5))
def test_the_same_facts_give_the_same_decision(
    life: list[Move], seen: Facts, after_s: float
) -> None:
    document = last(life)
    now_s = NOW_S + after_s
    assert decide(document, seen, PACK, POLICY, now_s) == decide(
        document, seen, PACK, POLICY, now_s
    )


@examples(150)
@given(lives, facts, st.floats(0.0, 1e5))
def test_a_turn_that_lost_its_answer_sends_nothing_under_a_second_id(
    life: list[Move], seen: Facts, after_s: float
) -> None:
    """Decided, saved, and then the worker died: the next turn knows of the intent."""
    first = decide(last(life), seen, PACK, POLICY, NOW_S + after_s)
    second = decide(first.document, seen, PACK, POLICY, NOW_S + after_s)
    owed = {one.incident: one.id for one in first.document.intents}
    for intent in second.perform:
        assert owed.get(intent.incident, intent.id) == intent.id


@examples(150)
@given(lives, policies)
def test_nothing_is_sent_unless_all_that_must_be_known_is_known(
    life: list[Move], policy: Policy
) -> None:
    for step in live(WEB, life, policy):
        if step.decision is None or not step.decision.perform:
            continue
        seen = step.move.seen
        assert seen.kill_switch_set is False
        assert policy.mode is Mode.AUTO
        assert isinstance(seen.rollout, RolloutHealth)
        assert isinstance(seen.pods, PodHealth)
        assert isinstance(seen.clock_skew_s, float)
        assert abs(seen.clock_skew_s) <= policy.clock_skew_max_s
        assert seen.rollout.annotations.get("aiops-operator.io/enabled", "true") == "true"


@examples(150)
@given(lives)
def test_one_disruption_of_a_subject_at_a_time(life: list[Move]) -> None:
    for step in live(WEB, life):
        if step.decision is not None:
            assert len(step.decision.perform) <= 1
            assert len(step.after.intents) <= 1
