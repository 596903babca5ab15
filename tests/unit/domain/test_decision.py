"""From an open incident to an intent, a hold with its reason, or a human."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.domain.builders import (
    CRASH_LOOP,
    NOT_READY,
    NOW_S,
    POLICY,
    SICK,
    SOAKED_S,
    WEB_TARGET,
    alert,
    crashing,
    decided,
    facts,
    only,
    opened,
    reasons,
    rollout,
    watched,
)
from worker.domain.catalogue import Verb
from worker.domain.document.identity import INGEST, Subject, SubjectKind
from worker.domain.document.incident import Hold, Phase
from worker.domain.document.outbox import Intent
from worker.domain.observed.evidence import Baseline, Gone, Unknown
from worker.domain.observed.facts import Facts
from worker.domain.playbooks.pack import Pack
from worker.domain.playbooks.playbook import Matcher, Mode
from worker.domain.story.reason import Reason

DEADLINE_S = POLICY.decide_within_s
BLIND = Facts(NOW_S)


def test_a_soaked_incident_becomes_an_intent_and_the_document_says_all_of_it() -> None:
    decision = decided(opened())
    incident = only(decision.document)
    intent = Intent(
        id=f"{incident.id}-s1-a1", incident=incident.id, action="evict_pod",
        target=crashing("web-1").target, fence="7", generation=0, decided_at_s=SOAKED_S,
        sent_at_s=SOAKED_S,
    )  # fmt: skip
    assert decision.perform == decision.document.intents == (intent,)
    assert (incident.phase, incident.playbook, incident.hold) == (Phase.ACTING, "crash-loop", None)
    attempt = incident.last_attempt
    assert attempt is not None
    assert (attempt.intent_id, attempt.rung, attempt.owed) == (intent.id, 0, True)
    assert attempt.before == incident.onset == Baseline(SOAKED_S, "uid-web", 3, 2, 5, "5")
    assert reasons(decision.document)[-2:] == ["evidence:observed", "decided:sick_pod"]


def test_it_soaks_first_and_says_so_once() -> None:
    document = watched(opened(), (0.0, SICK), (30.0, SICK), (59.0, SICK))
    assert only(document).hold == Hold(Reason.SOAKING, NOW_S, SOAKED_S)
    assert reasons(document).count("held:soaking") == 1
    assert document.intents == ()


def test_a_second_look_at_the_same_decides_nothing_twice() -> None:
    first = decided(opened())
    waiting = only(first.document)
    assert waiting.phase is Phase.ACTING
    second = decided(first.document, now_s=SOAKED_S + 1.0)
    assert [one.id for one in second.document.intents] == [one.id for one in first.perform]
    assert only(second.document).attempts_made == 1


@pytest.mark.parametrize(
    ("subject", "reason"),
    [
        (Subject(SubjectKind.UNRESOLVED, "shop", ""), Reason.OWNER_UNKNOWN),
        (INGEST, Reason.MALFORMED_INPUT),
    ],
)
def test_a_subject_without_workload_goes_to_a_human_at_once(
    subject: Subject, reason: Reason
) -> None:
    document = decided(opened(subject=subject), BLIND, NOW_S).document
    assert (only(document).phase, only(document).escalated_for) == (Phase.ESCALATED, reason)
    assert "KubePodCrashLooping" in document.notices[0].summary


def test_without_a_playbook_a_human() -> None:
    document = decided(opened(alert("Odd")), now_s=NOW_S).document
    assert only(document).escalated_for is Reason.NO_PLAYBOOK
    assert "Odd" in document.notices[0].summary


def test_the_first_playbook_that_matches_is_taken() -> None:
    other = replace(CRASH_LOOP, name="other", match=Matcher(alerts=frozenset({"PodRestarting"})))
    never = replace(CRASH_LOOP, name="never", match=Matcher(subjects=frozenset()))
    pack = Pack(1, (never, NOT_READY, other, CRASH_LOOP))
    assert only(decided(opened(), pack=pack).document).playbook == "crash-loop"
    assert only(decided(opened(alert("PodRestarting")), pack=pack).document).playbook == "other"


def test_the_ladder_is_climbed_past_a_step_that_cannot_help() -> None:
    first = replace(CRASH_LOOP.steps[0], attempts_max=0)
    pack = Pack(1, (replace(CRASH_LOOP, steps=(first, CRASH_LOOP.steps[1])),))
    decision = decided(opened(), pack=pack)
    (intent,) = decision.perform
    assert (intent.action, intent.target) == (Verb.ROLLOUT_RESTART, WEB_TARGET)
    assert (intent.fence, intent.generation) == ("42", 3)
    assert intent.id.endswith("-s2-a1")
    assert "refused:attempts_used" in reasons(decision.document)


def test_at_the_ladders_end_stands_a_human() -> None:
    pack = Pack(1, (replace(CRASH_LOOP, steps=(replace(CRASH_LOOP.steps[1], attempts_max=0),)),))
    document = decided(opened(), pack=pack).document
    assert only(document).escalated_for is Reason.LADDER_EXHAUSTED
    assert "no step was possible" in document.notices[0].summary
    everywhere = facts(*(crashing(f"web-{n}") for n in (1, 2, 3)))
    alone = Pack(1, (replace(CRASH_LOOP, steps=CRASH_LOOP.steps[1:]),))
    document = decided(opened(), everywhere, pack=alone).document
    assert only(document).escalated_for is Reason.LADDER_EXHAUSTED
    assert reasons(document)[-2:] == ["refused:sick_everywhere", "escalated:ladder_exhausted"]


@pytest.mark.parametrize(
    ("seen", "reason"),
    [
        (replace(SICK, rollout=Gone("Deployment/web")), Reason.TARGET_GONE),
        (replace(SICK, rollout=rollout(annotations={"aiops-operator.io/enabled": "false"})),
         Reason.OPTED_OUT),
    ],
)  # fmt: skip
def test_a_final_no_goes_to_a_human_with_its_own_reason(seen: Facts, reason: Reason) -> None:
    document = decided(opened(), seen).document
    assert only(document).escalated_for is reason
    assert reasons(document)[-2:] == [f"refused:{reason}", f"escalated:{reason}"]
    assert document.intents == ()


@pytest.mark.parametrize(
    ("seen", "reason"),
    [
        (replace(SICK, kill_switch_set=True), Reason.KILL_SWITCH),
        (replace(SICK, pods=Unknown("timed out")), Reason.EVIDENCE_UNKNOWN),
        (facts(), Reason.NOTHING_SICK),
    ],
)
def test_a_hold_is_told_once_and_ends_with_a_human_at_the_deadline(
    seen: Facts, reason: Reason
) -> None:
    looks = [(after_s, seen) for after_s in (60.0, 75.0, 90.0)]
    document = watched(opened(), *looks)
    assert only(document).hold == Hold(reason, SOAKED_S, NOW_S + 90.0 + POLICY.hold_s)
    assert reasons(document).count(f"refused:{reason}") == 1
    document = watched(document, (DEADLINE_S - 1.0, seen))
    assert only(document).phase is Phase.OPEN
    document = watched(document, (DEADLINE_S + POLICY.hold_s, seen))
    assert only(document).escalated_for is Reason.HELD_TOO_LONG
    assert reason.replace("_", " ") in document.notices[0].summary


def test_a_hold_is_asked_again_at_the_deadline_at_the_latest() -> None:
    document = watched(opened(), (DEADLINE_S - 5.0, replace(SICK, kill_switch_set=True)))
    hold = only(document).hold
    assert hold is not None
    assert hold.until_s <= NOW_S + DEADLINE_S + POLICY.hold_s


def test_observe_mode_tells_what_it_would_do_and_is_patient() -> None:
    policy = replace(POLICY, mode=Mode.OBSERVE)
    document = decided(opened(), policy=policy).document
    late = decided(document, now_s=NOW_S + 10 * DEADLINE_S, policy=policy)
    for one in (document, late.document):
        hold = only(one).hold
        assert hold is not None
        assert hold.reason is Reason.OBSERVE_MODE
        assert (only(one).phase, one.intents) == (Phase.OPEN, ())
    assert reasons(late.document).count("refused:observe_mode") == 1
    assert late.perform == ()
