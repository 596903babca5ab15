"""Which ladder is climbed, and which of its rungs are passed: conditions decide, known ones."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.unit.domain.builders import (
    CRASH_LOOP,
    EVICT,
    NOW_S,
    POLICY,
    RESTART,
    SICK,
    SOAKED_S,
    WELL,
    decided,
    facts,
    only,
    opened,
    reasons,
)
from worker.domain.document.incident import Phase
from worker.domain.document.subject import SubjectDocument
from worker.domain.observed.evidence import Gone, Unknown
from worker.domain.observed.facts import Facts
from worker.domain.playbooks.pack import Pack
from worker.domain.playbooks.playbook import Condition, Matcher, Playbook
from worker.domain.story.reason import Reason

ODD = Condition("c-odd", "odd()")
FOR_ODD = Matcher(causes=frozenset({"crash_loop"}), when=ODD)
PASSED = "refused:condition_not_met"
ONLY_ODD = replace(EVICT, when=(ODD,))
UNKNOWN = Unknown("timed out")


def seen(odd: Any, whole: Facts = SICK) -> Facts:
    return replace(whole, conditions={} if odd is None else {"c-odd": odd})


def first(*steps: Any, match: Matcher = CRASH_LOOP.match) -> Pack:
    """A ladder of these steps before the usual one."""
    return Pack(1, (Playbook("first", match, steps, soak_s=0.0), CRASH_LOOP))


def held(document: SubjectDocument) -> Reason | None:
    hold = only(document).hold
    return hold.reason if hold else None


@pytest.mark.parametrize(("odd", "playbook"), [(True, "first"), (False, "crash-loop")])
def test_the_first_ladder_whose_condition_holds(odd: bool, playbook: str) -> None:
    decision = decided(opened(), seen(odd), pack=first(RESTART, match=FOR_ODD))
    assert only(decision.document).playbook == playbook
    assert len(decision.perform) == 1


@pytest.mark.parametrize("odd", [UNKNOWN, None], ids=["unknown", "not evaluated"])
def test_none_is_chosen_while_the_first_that_could_be_is_not_known_to_match(odd: Any) -> None:
    decision = decided(opened(), seen(odd), pack=first(RESTART, match=FOR_ODD))
    assert (decision.perform, held(decision.document)) == ((), Reason.CONDITION_UNKNOWN)
    late = decided(
        decision.document, seen(odd), NOW_S + 901.0, pack=first(RESTART, match=FOR_ODD)
    ).document
    assert only(late).escalated_for is Reason.HELD_TOO_LONG


@pytest.mark.parametrize("whole", [SICK, WELL, facts()], ids=["sick", "well", "no pods"])
def test_a_step_that_is_not_for_this_trouble_is_passed_whatever_its_planner_waits_for(
    whole: Facts,
) -> None:
    decision = decided(opened(), seen(False, whole), pack=first(ONLY_ODD, RESTART))
    passed = {"0": "condition_not_met"}
    assert (only(decision.document).passed, reasons(decision.document).count(PASSED)) == (passed, 1)
    again = decided(decision.document, seen(False, whole), SOAKED_S + 15.0, pack=first(ONLY_ODD))
    assert reasons(again.document).count(PASSED) == 1, "told once"


def test_a_step_that_was_not_for_that_moment_is_looked_at_again() -> None:
    """A crash that has only just begun shows its reason a moment later."""
    pack = first(ONLY_ODD, EVICT)
    document = decided(opened(), seen(False, WELL), pack=pack).document
    decision = decided(document, seen(True), SOAKED_S + 15.0, pack=pack)
    assert [one.action for one in decision.perform] == [ONLY_ODD.verb]


@pytest.mark.parametrize(
    ("odd", "whole", "reason"),
    [
        (UNKNOWN, SICK, Reason.CONDITION_UNKNOWN),
        (None, SICK, Reason.CONDITION_UNKNOWN),
        (UNKNOWN, WELL, Reason.NOTHING_SICK),
        (UNKNOWN, replace(SICK, pods=UNKNOWN), Reason.EVIDENCE_UNKNOWN),
    ],
    ids=["unknown", "not evaluated", "nothing sick", "pods unknown"],
)
def test_a_step_of_which_that_is_not_known_holds(odd: Any, whole: Facts, reason: Reason) -> None:
    decision = decided(opened(), seen(odd, whole), pack=first(ONLY_ODD, RESTART))
    assert (held(decision.document), only(decision.document).rung) == (reason, 0)
    assert decision.perform == ()


def test_what_is_gone_goes_to_a_human_though_its_conditions_are_not_known() -> None:
    gone = replace(SICK, rollout=Gone("no web"))
    document = decided(opened(), seen(UNKNOWN, gone), pack=first(ONLY_ODD)).document
    assert only(document).escalated_for is Reason.TARGET_GONE


def test_another_ladder_is_climbed_from_its_first_rung() -> None:
    """While nothing was done it may turn out to be another trouble."""
    pack = first(replace(EVICT, when=(Condition("c-no", "no"),)), RESTART, match=FOR_ODD)
    no = {"c-odd": True, "c-no": False}
    waiting = replace(SICK, conditions=no, kill_switch_set=True)
    document = decided(opened(), waiting, pack=pack).document
    assert (only(document).playbook, only(document).passed) == (
        "first", {"0": "condition_not_met"}
    )  # fmt: skip
    decision = decided(document, seen(False), SOAKED_S + 15.0, pack=pack)
    incident = only(decision.document)
    assert (incident.playbook, incident.rung, incident.phase) == ("crash-loop", 0, Phase.ACTING)
    assert [one.action for one in decision.perform] == ["evict_pod"]


def test_once_something_was_done_it_stays_on_its_ladder() -> None:
    pack = first(EVICT, RESTART, match=FOR_ODD)
    document = decided(opened(), seen(True), pack=pack).document
    later = decided(document, seen(False), SOAKED_S + POLICY.in_flight_max_s + 1.0, pack=pack)
    assert only(later.document).playbook == "first"
    assert [one.id for one in later.perform] == [one.id for one in document.intents]
