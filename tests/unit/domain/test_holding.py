"""How long a hold lasts: others see to it, or a human is called when its time is over."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.domain.builders import (
    CRASH_LOOP,
    NOW_S,
    POLICY,
    SICK,
    SOAKED_S,
    decided,
    only,
    opened,
    reasons,
)
from worker.domain.deciding.policy import Policy
from worker.domain.document.change import Change
from worker.domain.document.incident import Hold, Phase
from worker.domain.document.subject import SubjectDocument
from worker.domain.observed.evidence import AlertStates, Unknown
from worker.domain.observed.facts import Facts
from worker.domain.people.person_hold import PersonHold
from worker.domain.playbooks.pack import Pack
from worker.domain.playbooks.playbook import Mode, Promotion
from worker.domain.scopes.record import Record
from worker.domain.scopes.scope import ScopeDocument, ScopeKind, Sick
from worker.domain.scopes.scopes_seen import ScopesSeen
from worker.domain.story.reason import Reason

HOUR_S = 3600.0
DEADLINE_S = NOW_S + POLICY.decide_within_s
STOPPED = replace(SICK, kill_switch_set=True)
SILENCED = AlertStates(frozenset(), frozenset({"KubePodCrashLooping-web-1"}))


def at_work(until_s: float) -> SubjectDocument:
    return replace(opened(), holds=(PersonHold("on_it:ada", "on_it", "ada", NOW_S, until_s),))


def hold_of(document: SubjectDocument) -> Hold:
    hold = only(document).hold
    assert hold is not None
    return hold


def test_somebody_at_work_is_waited_for_however_long_and_is_asked_about_each_minute() -> None:
    document = at_work(NOW_S + 5 * HOUR_S)
    for hours in range(5):
        now_s = SOAKED_S + hours * HOUR_S
        document = decided(document, now_s=now_s).document
        hold = hold_of(document)
        assert (hold.reason, hold.patient) == (Reason.PERSON_AT_WORK, True)
        assert (hold.since_s, hold.until_s) == (SOAKED_S, now_s + POLICY.observe_again_s)
    assert reasons(document).count("refused:person_at_work") == 1
    assert document.notices == ()


def test_whoever_is_done_early_is_not_waited_for() -> None:
    document = decided(at_work(NOW_S + 5 * HOUR_S)).document
    released = replace(document, holds=())
    assert decided(released, now_s=SOAKED_S + POLICY.observe_again_s - 1.0).perform == ()
    assert len(decided(released, now_s=SOAKED_S + POLICY.observe_again_s).perform) == 1


def test_when_others_are_done_its_time_to_be_decided_begins() -> None:
    document = decided(at_work(NOW_S + 2 * HOUR_S)).document
    late_s = NOW_S + 3 * HOUR_S
    acted = decided(document, now_s=late_s)
    assert (only(acted.document).phase, len(acted.perform)) == (Phase.ACTING, 1)
    stopped = decided(document, STOPPED, late_s).document
    assert only(stopped).decide_by_s == late_s + POLICY.decide_within_s
    assert hold_of(stopped).patient is False
    later = decided(stopped, STOPPED, late_s + POLICY.hold_s).document
    assert only(later).decide_by_s == late_s + POLICY.decide_within_s, "it begins once"
    human = decided(later, STOPPED, late_s + POLICY.decide_within_s).document
    assert only(human).escalated_for is Reason.HELD_TOO_LONG


def test_while_others_see_to_it_its_time_stands_still() -> None:
    document = decided(at_work(NOW_S + 2 * HOUR_S)).document
    assert only(document).decide_by_s == DEADLINE_S
    again = decided(document, now_s=NOW_S + HOUR_S).document
    assert only(again).decide_by_s == DEADLINE_S
    assert only(again).phase is Phase.OPEN


def test_a_storm_is_waited_for_too() -> None:
    sick = tuple(Sick(f"service/shop/Deployment/s-{n}", NOW_S, "crash_loop") for n in range(4))
    cluster = ScopeDocument(ScopeKind.CLUSTER, sick=sick)
    stormy = replace(SICK, scopes=ScopesSeen((cluster,), 10))
    document = decided(opened(), stormy, NOW_S + HOUR_S).document
    assert (hold_of(document).reason, hold_of(document).patient) == (Reason.STORM, True)
    assert "held:storm" in reasons(document)
    calm = decided(document, now_s=NOW_S + HOUR_S + POLICY.hold_s)
    assert len(calm.perform) == 1


@pytest.mark.parametrize(
    ("seen", "words"),
    [
        (STOPPED, "kill switch"),
        (replace(SICK, pods=Unknown("timed out")), "evidence unknown. timed out"),
        (replace(SICK, alerts=SILENCED), "silenced"),
        (replace(SICK, scopes=Unknown("HTTP 500")), "scope unreadable. HTTP 500"),
    ],
    ids=["stopped", "blind", "silenced", "scopes unreadable"],
)
def test_what_nobody_sees_to_is_a_humans_when_its_time_is_over(seen: Facts, words: str) -> None:
    before = decided(opened(), seen, DEADLINE_S - 1.0).document
    assert (only(before).phase, hold_of(before).patient) == (Phase.OPEN, False)
    after = decided(before, seen, DEADLINE_S + POLICY.hold_s).document
    assert only(after).escalated_for is Reason.HELD_TOO_LONG
    assert words in after.notices[0].summary
    assert after.journal[-1].detail["detail"].startswith(words)


def test_a_hold_that_others_do_not_see_to_is_asked_again_by_the_deadline() -> None:
    deploy = Change("c-1", "deploy_started", SOAKED_S, "ci")
    document = replace(opened(), changes=(deploy,))
    held = decided(document).document
    assert hold_of(held) == Hold(Reason.DEPLOY_RUNNING, SOAKED_S, SOAKED_S + POLICY.observe_again_s)
    at_the_end = decided(document, now_s=DEADLINE_S - 5.0).document
    assert hold_of(at_the_end).until_s == DEADLINE_S - 5.0 + POLICY.hold_s
    finished = Change("c-2", "deploy_finished", SOAKED_S + 30.0, "ci")
    done = replace(held, changes=(deploy, finished))
    assert len(decided(done, now_s=SOAKED_S + POLICY.observe_again_s).perform) == 1


def promoted(steps: int) -> Facts:
    """The playbook has earned so many steps up from observing."""
    record = Record("crash-loop", promoted_by=steps)
    namespace = ScopeDocument(ScopeKind.NAMESPACE, "shop", records=(record,))
    return replace(SICK, scopes=ScopesSeen((namespace,), 10))


@pytest.mark.parametrize(("steps", "patient"), [(0, True), (1, False), (3, False)])
def test_a_playbook_that_earned_more_than_observing_only_watches_no_longer(
    steps: int, patient: bool
) -> None:
    """Else nobody would ever be called for what it can't do."""
    playbook = replace(CRASH_LOOP, mode=Mode.OBSERVE, promotion=Promotion(Mode.AUTO))
    seen = replace(promoted(steps), clock_skew_s=Unknown("no answer"))
    document = decided(opened(), seen, pack=Pack(1, (playbook,)), policy=Policy()).document
    hold = hold_of(document)
    assert (hold.reason, hold.patient) == (Reason.EVIDENCE_UNKNOWN, patient)
