"""Observing has no deadline: whatever holds it, it only watches, until acting is allowed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.domain.builders import (
    CRASH_LOOP,
    NOW_S,
    PACK,
    POLICY,
    SICK,
    SOAKED_S,
    crashing,
    decided,
    facts,
    only,
    opened,
    pod,
    reasons,
)
from worker.domain.deciding.policy import Policy
from worker.domain.document.incident import Incident, Phase
from worker.domain.document.subject import UNPUBLISHED_MAX, SubjectDocument
from worker.domain.observed.evidence import Unknown
from worker.domain.observed.facts import Facts
from worker.domain.observed.pods import DisruptionBudget, PodHealth
from worker.domain.playbooks.pack import Pack
from worker.domain.playbooks.playbook import Mode
from worker.domain.story.journal import EntryKind
from worker.domain.story.reason import Reason

OBSERVE = replace(POLICY, mode=Mode.OBSERVE)
OBSERVING = Pack(1, (replace(CRASH_LOOP, mode=Mode.OBSERVE),))
ACTING = Pack(1, (replace(CRASH_LOOP, mode=Mode.AUTO),))
HOURS_S = 5 * 3600.0
STOPPED = replace(SICK, kill_switch_set=True)
QUIET = facts(pod("web-1"), pod("web-2"), pod("web-3"), firing=["KubePodCrashLooping-web-1"])
NO_DISRUPTION = replace(
    SICK,
    pods=PodHealth(
        (crashing("web-1"), pod("web-2"), pod("web-3")), (DisruptionBudget("web", 0, 2, 3),)
    ),
)


def stuck() -> SubjectDocument:
    document = opened()
    while len(document.unpublished) < UNPUBLISHED_MAX:
        document = document.note(EntryKind.ALERT, Reason.ALERT_FIRING, NOW_S)
    return document


def observed(
    document: SubjectDocument,
    seen: Facts,
    *,
    until_s: float = NOW_S + HOURS_S,
    pack: Pack = PACK,
    policy: Policy = OBSERVE,
) -> SubjectDocument:
    """Looked at every five minutes for hours, and once more at the end."""
    now_s = SOAKED_S
    while now_s < until_s:
        document = decided(document, seen, now_s, pack=pack, policy=policy).document
        now_s += POLICY.watch_every_s
    return decided(document, seen, until_s, pack=pack, policy=policy).document


def only_watched(document: SubjectDocument, reason: Reason) -> Incident:
    """It is open, held for this reason, and nobody was bothered."""
    incident = only(document)
    assert (incident.phase, incident.escalated_for) == (Phase.OPEN, None)
    assert incident.hold is not None
    assert (incident.hold.reason, incident.hold.patient) == (reason, True)
    assert (document.notices, document.intents, incident.attempts) == ((), (), ())
    return incident


@pytest.mark.parametrize(
    ("document", "seen", "reason"),
    [
        (opened(), SICK, Reason.OBSERVE_MODE),
        (opened(), QUIET, Reason.NOTHING_SICK),
        (opened(), STOPPED, Reason.OBSERVE_MODE),
        (opened(), replace(SICK, kill_switch_set=Unknown("HTTP 500")), Reason.OBSERVE_MODE),
        (opened(), replace(SICK, pods=Unknown("timed out")), Reason.EVIDENCE_UNKNOWN),
        (opened(), NO_DISRUPTION, Reason.DISRUPTION_BUDGET),
        (replace(opened(), pack_version=2), SICK, Reason.POLICY_BEHIND),
        (stuck(), SICK, Reason.JOURNAL_STUCK),
    ],
    ids=lambda value: str(value) if isinstance(value, Reason) else "",
)
def test_whatever_holds_it_nobody_is_called_while_it_only_watches(
    document: SubjectDocument, seen: Facts, reason: Reason
) -> None:
    after = observed(document, seen)
    only_watched(after, reason)
    told = [one for one in reasons(after) if one.endswith(f":{reason}")]
    assert len(told) == 1, "told once, not at every look"


def test_soaking_is_watched_too() -> None:
    document = decided(opened(), SICK, NOW_S + 1.0, policy=OBSERVE).document
    only_watched(document, Reason.SOAKING)


@pytest.mark.parametrize(
    ("pack", "policy", "patient"),
    [(OBSERVING, POLICY, True), (OBSERVING, OBSERVE, True), (ACTING, OBSERVE, False)],
    ids=["the playbook observes", "both observe", "the playbook acts"],
)
def test_a_playbooks_own_mode_comes_first(pack: Pack, policy: Policy, patient: bool) -> None:
    document = decided(opened(), STOPPED, pack=pack, policy=policy).document
    hold = only(document).hold
    assert hold is not None
    assert hold.patient is patient
    after = observed(document, STOPPED, pack=pack, policy=policy)
    assert only(after).escalated_for is (None if patient else Reason.HELD_TOO_LONG)


@pytest.mark.parametrize(
    ("watched", "then", "reason"),
    [
        (SICK, STOPPED, Reason.KILL_SWITCH),
        (STOPPED, STOPPED, Reason.KILL_SWITCH),
        (QUIET, QUIET, Reason.NOTHING_SICK),
        (SICK, replace(SICK, pods=Unknown("timed out")), Reason.EVIDENCE_UNKNOWN),
    ],
    ids=["stopped then", "stopped all along", "nothing sick all along", "unknown then"],
)
def test_turned_to_auto_it_has_all_its_time_whatever_holds_it_first(
    watched: Facts, then: Facts, reason: Reason
) -> None:
    document = observed(opened(), watched)
    allowed_s = NOW_S + HOURS_S + POLICY.watch_every_s
    document = decided(document, then, allowed_s).document
    incident, by_s = only(document), allowed_s + POLICY.decide_within_s
    assert (incident.phase, incident.decide_by_s, document.notices) == (Phase.OPEN, by_s, ())
    assert incident.hold is not None
    assert (incident.hold.reason, incident.hold.patient) == (reason, False)
    assert len(decided(document, SICK, by_s - 1.0).perform) == 1, "and it may still be decided"
    later = decided(document, then, allowed_s + POLICY.hold_s).document
    assert only(later).decide_by_s == by_s, "renewed once, not at every hold"
    late = decided(later, then, by_s).document
    assert only(late).escalated_for is Reason.HELD_TOO_LONG


def test_turned_back_to_observing_it_is_patient_again() -> None:
    document = decided(opened(), STOPPED).document
    hold = only(document).hold
    assert hold is not None
    assert not hold.patient
    only_watched(observed(document, STOPPED), Reason.OBSERVE_MODE)
