"""What a human gets with an incident: what was tried, what to look at, and all that it is about."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.domain.builders import (
    CRASH_LOOP,
    NOW_S,
    POLICY,
    SOAKED_S,
    alert,
    decided,
    only,
    opened,
)
from tests.unit.domain.guard_cases import attempt
from worker.domain.deciding.decision import abandon
from worker.domain.document.identity import INGEST, STORM, Subject, SubjectKind
from worker.domain.document.incident import Attempt
from worker.domain.observed.facts import Facts
from worker.domain.playbooks.pack import Pack
from worker.domain.playbooks.playbook import Matcher, Playbook
from worker.domain.scopes.storm import Storm, storm_alert
from worker.domain.story.reason import Reason

NOBODYS = Subject(SubjectKind.UNRESOLVED, "shop", "")
ANY = Matcher(subjects=frozenset(SubjectKind))
LOOK = Playbook("look", ANY, (), escalation="Look at its disk.")


def handed(pack: Pack, subject: Subject = NOBODYS, *names: str) -> tuple[str, str, Reason | None]:
    """The playbook, the summary and the reason that a human gets at once."""
    news = [alert(name) for name in names or ("NodeDisk",)]
    document = decided(opened(*news, subject=subject), Facts(NOW_S), NOW_S, pack=pack).document
    incident, summary = document.incidents[0], document.notices[0].summary
    return incident.playbook, summary.partition(": ")[2], incident.escalated_for


def test_what_has_no_workload_comes_with_what_its_playbook_says_to_look_at() -> None:
    expected = ("look", "ladder exhausted. NodeDisk. Look at its disk.", Reason.LADDER_EXHAUSTED)
    assert handed(Pack(1, (LOOK,))) == expected


def test_with_steps_that_it_has_no_workload_for_its_owner_is_what_is_missing() -> None:
    expected = ("look", "owner unknown. NodeDisk. Look at its disk.", Reason.OWNER_UNKNOWN)
    assert handed(Pack(1, (replace(LOOK, steps=CRASH_LOOP.steps),))) == expected


def test_without_a_playbook_it_is_the_alerts_by_name() -> None:
    assert handed(Pack(1, ())) == ("", "owner unknown. NodeDisk", Reason.OWNER_UNKNOWN)


def test_what_could_not_be_read_is_no_playbooks_business() -> None:
    told = handed(Pack(1, (LOOK,)), INGEST, "Garbled")
    assert told == ("", "malformed input. Garbled", Reason.MALFORMED_INPUT)


def test_a_storm_is_told_in_the_words_of_whoever_saw_it() -> None:
    """And not once for each of its alerts."""
    found = storm_alert(Storm("4 of 10 services are sick", NOW_S, 4), NOW_S)
    document = decided(opened(found, subject=STORM), Facts(NOW_S), NOW_S).document
    assert (only(document).escalated_for, only(document).severity) == (Reason.STORM, "critical")
    assert document.notices[0].summary.endswith(": storm. 4 of 10 services are sick")
    other = replace(found, labels={}, fingerprint="another")
    both = decided(opened(found, other, subject=STORM), Facts(NOW_S), NOW_S).document
    assert both.notices[0].summary.endswith(f": storm. 4 of 10 services are sick, {found.name}")


def test_two_alerts_of_one_incident_are_both_named() -> None:
    document = opened(alert("KubePodCrashLooping"), alert("PodRestarting"))
    told = decided(document, now_s=NOW_S, pack=Pack(1, ())).document
    assert told.notices[0].summary.endswith(": no playbook. KubePodCrashLooping, PodRestarting")


def test_an_alert_of_somebody_elses_rule_is_named_whatever_its_labels_say() -> None:
    odd = alert("Odd")
    chatty = replace(odd, labels={**odd.labels, "words": "buy now"})
    document = decided(opened(chatty), now_s=NOW_S).document
    assert document.notices[0].summary.endswith(": no playbook. Odd")


def tried(*attempts: Attempt) -> str:
    """What is told at the end of the ladder."""
    first = opened()
    done = replace(only(first), attempts=attempts, rung=2, playbook="crash-loop")
    pack = Pack(1, (replace(CRASH_LOOP, escalation="See its logs."),))
    document = decided(first.with_incident(done), pack=pack).document
    assert only(document).escalated_for is Reason.LADDER_EXHAUSTED
    return document.notices[0].summary.partition("ladder exhausted. ")[2]


SICK = attempt(1, Reason.ACCEPTED, Reason.STILL_SICK)
UNDONE = replace(SICK, intent_id="i-2", action="raise_memory_limit", undone=True)
UNDO = replace(UNDONE, intent_id="i-3", undoes="i-2", undone=False)
REFUSED = attempt(4, Reason.FORBIDDEN)


@pytest.mark.parametrize(
    ("attempts", "words"),
    [
        pytest.param((), "no step was possible. See its logs.", id="nothing"),
        pytest.param((REFUSED,), "tried evict pod: forbidden. See its logs.", id="refused"),
        pytest.param(
            (SICK, UNDONE, UNDO),
            "tried evict pod: still sick, raise memory limit: still sick and undone. See its logs.",
            id="its undo is no deed of its own",
        ),
    ],
)
def test_at_the_ladders_end_it_is_told_what_was_tried(
    attempts: tuple[Attempt, ...], words: str
) -> None:
    assert tried(*attempts) == words


def test_a_plan_that_comes_too_late_is_a_humans_with_what_was_tried() -> None:
    late = decided(opened(), now_s=NOW_S + POLICY.decide_within_s)
    assert late.perform == ()
    assert late.document.notices[0].summary.endswith(": held too long. no step was possible")


def test_our_own_bug_is_told_with_its_words() -> None:
    document = abandon(opened(), POLICY, SOAKED_S, "KeyError in 3 turns")
    assert document.notices[0].summary.endswith(": worker bug. KeyError in 3 turns")
    assert document.journal[-1].detail == {"detail": "KeyError in 3 turns"}
