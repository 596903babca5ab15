"""Healed without an act of ours, or in a human's hands: closed when the cause is gone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.domain.builders import (
    BLANK,
    NOW_S,
    POLICY,
    RESOLVED,
    SICK,
    WEB,
    WELL,
    alert,
    facts,
    only,
    opened,
    pod,
    reasons,
    steadily,
    watched,
)
from worker.domain.deciding.decision import abandon
from worker.domain.document.identity import INGEST, Subject, SubjectKind
from worker.domain.document.incident import Phase
from worker.domain.incoming.absorb import absorb
from worker.domain.incoming.inbox import accept
from worker.domain.observed.evidence import AlertStates, Gone, Unknown
from worker.domain.observed.facts import Facts
from worker.domain.story.reason import Reason

NO_PODS = replace(WELL, pods=Unknown("timed out"))
ALL_THERE = facts(pod("web-1"), pod("web-2"), pod("web-3"))
NO_MONITOR = replace(ALL_THERE, alerts=Unknown("timed out"))
SILENCED = replace(
    ALL_THERE, alerts=AlertStates(frozenset(), frozenset({"KubePodCrashLooping-web-1"}))
)


def test_healed_without_an_act_closes_after_a_while_and_credits_nobody() -> None:
    quiet_s = POLICY.close_after_healthy_s
    document = watched(opened(), *steadily(WELL, 10.0, 10.0 + quiet_s - 1.0))
    assert only(document).open
    document = watched(document, (10.0 + quiet_s, WELL))
    assert only(document).resolution is Reason.RESOLVED_BY_OTHERS
    assert (document.notices, only(document).attempts) == ((), ())


@pytest.mark.parametrize("bad", [SICK, NO_PODS, NO_MONITOR, SILENCED])
def test_what_is_not_healthy_never_closes_by_itself(bad: Facts) -> None:
    document = absorb(accept(opened(), [alert(status=RESOLVED)]), POLICY, NOW_S)
    document = watched(document, (0.0, WELL), (59.0, bad), *steadily(WELL, 59.5, 150.0))
    assert only(document).open


def test_in_a_humans_hands_it_closes_when_the_cause_is_gone_and_says_so() -> None:
    document = watched(abandon(opened(), POLICY, NOW_S, ""), (300.0, SICK))
    over_s = 600.0 + POLICY.close_after_healthy_s
    document = watched(document, *steadily(WELL, 600.0, over_s - 1.0))
    assert only(document).phase is Phase.ESCALATED
    assert [one.kind for one in document.notices] == ["escalated"]
    document = watched(document, (over_s, WELL))
    assert only(document).resolution is Reason.RESOLVED_BY_OTHERS
    assert [one.kind for one in document.notices] == ["resolved"], "nobody received the beginning"


def test_in_a_humans_hands_it_is_watched_however_long_it_takes() -> None:
    document = watched(abandon(opened(), POLICY, NOW_S, ""), (10 * POLICY.watch_for_s, SICK))
    assert only(document).phase is Phase.ESCALATED


def test_input_that_nobody_can_read_is_left_to_a_human_after_a_day() -> None:
    document = watched(opened(subject=INGEST), (0.0, Facts(NOW_S)))
    document = watched(document, (POLICY.watch_for_s - 1.0, Facts(NOW_S)))
    assert only(document).phase is Phase.ESCALATED
    document = watched(document, (POLICY.watch_for_s, Facts(NOW_S)))
    assert only(document).resolution is Reason.LEFT_TO_HUMAN
    assert [one.kind for one in document.notices] == ["escalated"], "nothing was seen to be over"
    assert reasons(document)[-1] == "closed:left_to_human"


def test_without_a_workload_its_monitors_word_is_all_there_is() -> None:
    nobody = Subject(SubjectKind.UNRESOLVED, "shop", "")
    document = watched(opened(alert(), alert("Odd"), subject=nobody), (0.0, BLANK))
    document = absorb(accept(document, [alert(status=RESOLVED)]), POLICY, NOW_S + 60.0)
    document = watched(document, (60.0, BLANK))
    assert [one.phase for one in document.incidents] == [Phase.RESOLVED, Phase.ESCALATED]


@pytest.mark.parametrize(
    "subject",
    [Subject(SubjectKind.UNRESOLVED, "shop", ""), Subject(SubjectKind.NODE, "", "node-1"), WEB],
    ids=lambda one: one.text,
)
def test_only_unreadable_input_is_ever_left_to_a_human_by_time_alone(subject: Subject) -> None:
    blind = Facts(NOW_S)
    document = watched(abandon(opened(subject=subject), POLICY, NOW_S, ""), (0.0, blind))
    document = watched(document, *((days * POLICY.watch_for_s, blind) for days in (1, 2, 30)))
    assert (only(document).phase, only(document).resolution) == (Phase.ESCALATED, None)


def test_a_workload_that_is_gone_closes_when_its_monitor_says_so() -> None:
    """Nothing can be judged any more but its alerts; those it shares a document with stay."""
    gone = replace(WELL, rollout=Gone("Deployment/web"))
    document = abandon(opened(alert(), alert("Odd")), POLICY, NOW_S, "")
    document = watched(document, (10.0, gone), (2 * POLICY.watch_for_s, gone))
    assert [one.phase for one in document.incidents] == [Phase.ESCALATED, Phase.ESCALATED]
    late_s = 2 * POLICY.watch_for_s + 60.0
    document = absorb(accept(document, [alert(status=RESOLVED)]), POLICY, NOW_S + late_s)
    assert [one.open for one in watched(document, (late_s, SICK)).incidents] == [True, True]
    document = watched(document, (late_s, gone))
    assert [one.phase for one in document.incidents] == [Phase.RESOLVED, Phase.ESCALATED]
    assert document.incidents[0].resolution is Reason.GONE_FOR_GOOD
    assert "resolved" in [one.kind for one in document.notices], "whoever was told hears of it"


def test_a_workload_that_is_unknown_is_not_gone() -> None:
    document = abandon(opened(), POLICY, NOW_S, "")
    document = absorb(accept(document, [alert(status=RESOLVED)]), POLICY, NOW_S)
    unknown = replace(WELL, rollout=Unknown("HTTP 500"))
    document = watched(document, *steadily(unknown, 10.0, 10.0 + POLICY.watch_for_s / 10))
    assert only(document).phase is Phase.ESCALATED
