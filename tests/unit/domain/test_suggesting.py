"""Suggest mode: a human is told once for each plan, and nothing is touched, however long."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.domain.builders import (
    CRASH_LOOP,
    NOW_S,
    PACK,
    POLICY,
    SICK,
    WELL,
    crashing,
    decided,
    facts,
    only,
    opened,
    pod,
    reasons,
    steadily,
)
from worker.domain.deciding.decision import Decision, abandon
from worker.domain.deciding.handover import received
from worker.domain.deciding.policy import Policy
from worker.domain.document.subject import SubjectDocument
from worker.domain.observed.facts import Facts
from worker.domain.people.asking import SUGGESTIONS_MAX
from worker.domain.playbooks.pack import Pack
from worker.domain.playbooks.playbook import Mode
from worker.domain.scopes.record import Demotion, Record
from worker.domain.scopes.scope import ScopeDocument, ScopeKind
from worker.domain.scopes.scopes_seen import ScopesSeen
from worker.domain.story.reason import Reason

SUGGESTING = replace(POLICY, mode=Mode.SUGGEST)
OTHER = facts(crashing("web-2"), pod("web-1"), pod("web-3"))


def turn(
    document: SubjectDocument,
    after_s: float,
    seen: Facts = SICK,
    policy: Policy = SUGGESTING,
    pack: Pack = PACK,
) -> Decision:
    return decided(document, seen, NOW_S + after_s, policy=policy, pack=pack)


def suggested() -> SubjectDocument:
    return turn(opened(), 60.0).document


def test_a_human_is_told_once_and_nothing_is_touched() -> None:
    decision = turn(opened(), 60.0)
    document = decision.document
    assert (decision.perform, document.intents) == ((), ())
    (notice,) = document.notices
    assert notice.kind == "suggestion"
    assert "would evict pod shop/Pod/web-1: 1 of 3 pods sick" in notice.summary
    assert reasons(document)[-1] == "refused:suggest_mode"
    document = received(document, notice.id, sink="slack", receipt="r", now_s=NOW_S + 61.0)
    for after_s in (120.0, 3600.0, 86400.0):
        decision = turn(document, after_s)
        document = decision.document
        assert (decision.perform, document.notices) == ((), ())
    assert only(document).escalated_for is None, "nobody waits for us"
    assert reasons(document).count("refused:suggest_mode") == 1


def test_another_plan_is_another_message_with_another_id() -> None:
    first = suggested().notices[0]
    document = received(suggested(), first.id, sink="slack", receipt="r", now_s=NOW_S + 61.0)
    document = turn(document, 130.0, OTHER).document
    (notice,) = document.notices
    assert "shop/Pod/web-2" in notice.summary
    assert notice.id != first.id
    assert turn(document, 200.0, OTHER).document.notices == (notice,)


def test_a_plan_that_is_back_was_told_and_one_that_keeps_changing_is_told_a_few_times() -> None:
    document = suggested()
    told = {one.id for one in document.notices}
    for number in range(2 * SUGGESTIONS_MAX):
        seen = facts(crashing("web-1", uid=f"uid-{number // 2}"), pod("web-2"), pod("web-3"))
        document = turn(document, 130.0 + 70.0 * number, (seen, SICK)[number % 2]).document
        told |= {one.id for one in document.notices}
    assert len(told) == SUGGESTIONS_MAX


def test_what_got_well_needs_no_suggestion_that_nobody_has_received() -> None:
    document = suggested()
    assert len(document.notices) == 1
    until_s = 61.0 + POLICY.close_after_healthy_s
    for after_s, seen in steadily(WELL, 61.0, until_s):
        document = turn(document, after_s, seen).document
    assert only(document).resolution is Reason.RESOLVED_BY_OTHERS
    assert document.notices == ()


def test_what_a_human_has_to_take_over_is_told_instead() -> None:
    (notice,) = abandon(suggested(), POLICY, NOW_S + 70.0, "a bug").notices
    assert notice.kind == "escalated"


def test_when_the_mode_is_raised_it_is_done_with_all_the_time_it_needs() -> None:
    (intent,) = turn(suggested(), 7200.0, policy=POLICY).perform
    assert intent.action == "evict_pod"


@pytest.mark.parametrize("mode", [Mode.OBSERVE, Mode.AUTO])
def test_other_modes_suggest_nothing(mode: Mode) -> None:
    document = turn(opened(), 60.0, policy=replace(POLICY, mode=mode)).document
    assert document.notices == ()


def demoted(subject: str, until_s: float | None) -> ScopesSeen:
    lost = Demotion(subject, Mode.SUGGEST, NOW_S, until_s, Reason.WORSE, "inc-9-s1-a1")
    record = Record("crash-loop", harmed=1, demotions=(lost,))
    return ScopesSeen((ScopeDocument(ScopeKind.NAMESPACE, "shop", records=(record,)),), known=10)


def test_a_playbook_that_lost_its_mode_suggests_and_says_what_it_was_for() -> None:
    key = opened().subject.key
    for scopes in (demoted("", None), demoted(key, NOW_S + 61.0)):
        decision = turn(opened(), 60.0, replace(SICK, scopes=scopes), POLICY)
        assert (decision.perform, len(decision.document.notices)) == ((), 1)
        entry = decision.document.journal[-1]
        assert entry.reason is Reason.DEMOTED
        assert "inc-9-s1-a1 ended as worse" in entry.detail["detail"]


@pytest.mark.parametrize(
    "scopes",
    [
        pytest.param(demoted("", NOW_S + 60.0), id="its day is over"),
        pytest.param(demoted("another subject", None), id="another subject's"),
    ],
)
def test_a_shadow_that_does_not_fall_here(scopes: ScopesSeen) -> None:
    assert len(turn(opened(), 60.0, replace(SICK, scopes=scopes), POLICY).perform) == 1


def test_a_step_may_ask_for_less_than_its_playbook_allows() -> None:
    careful = replace(CRASH_LOOP.steps[0], mode=Mode.SUGGEST)
    pack = Pack(1, (replace(CRASH_LOOP, mode=Mode.AUTO, steps=(careful,)),))
    decision = turn(opened(), 60.0, policy=POLICY, pack=pack)
    assert (decision.perform, reasons(decision.document)[-1]) == ((), "refused:suggest_mode")
