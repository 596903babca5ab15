"""An alert that is quiet because its rule has no data: unknown, never healthy, however long.

The story: consumers fall behind, which nothing shows but `KafkaConsumerLag`; its exporter dies.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from tests.unit.domain.builders import (
    BLANK,
    NOW_S,
    POLICY,
    RESOLVED,
    WELL,
    alert,
    only,
    opened,
    steadily,
    verifying,
    watched,
)
from tests.unit.domain.containing import facts_of, fit
from tests.unit.domain.remedies import DEADLINE_S, FOUR, LAG, SCALE, SETTLED_S
from worker.domain.deciding.decision import abandon, decide
from worker.domain.document.identity import STORM, Subject, SubjectKind
from worker.domain.document.incident import Phase
from worker.domain.document.subject import SubjectDocument
from worker.domain.incoming.absorb import absorb
from worker.domain.incoming.inbox import accept
from worker.domain.observed.evidence import AlertStates, Unknown
from worker.domain.observed.facts import Facts
from worker.domain.observed.question import ProbeName, questions
from worker.domain.observed.rule_window import NO_RULES
from worker.domain.story.reason import Reason

Data = Mapping[str, bool | Unknown] | Unknown
HAS: Data = {LAG.fingerprint: True}
HAS_NONE: Data = {LAG.fingerprint: False}
NOBODY_KNOWS: Data = {LAG.fingerprint: Unknown("HTTP 422")}
QUIET_S = POLICY.close_after_healthy_s
DAY_S = POLICY.watch_for_s
JOB = Subject(SubjectKind.SERVICE, "shop", "Job/report")
NODE, CRON = Subject(SubjectKind.NODE, "", "n"), Subject(SubjectKind.SERVICE, "a", "CronJob/x")
NOBODY = Subject(SubjectKind.UNRESOLVED, "shop", "")

unproven = pytest.mark.parametrize(
    ("data", "words"),
    [
        pytest.param(HAS_NONE, "the rule of KafkaConsumerLag has no data any more", id="none"),
        pytest.param(NOBODY_KNOWS, "not known (HTTP 422)", id="not known"),
        pytest.param(Unknown("HTTP 503"), "not known (HTTP 503)", id="no answer"),
        pytest.param({}, "not known (not asked)", id="not about this one"),
    ],
)
proven = pytest.mark.parametrize(
    "data",
    [pytest.param(HAS, id="it has data"), pytest.param(Unknown(NO_RULES), id="no rules here")],
)


def seeing(data: Data) -> Facts:
    return replace(WELL, rule_data=data)


def scaled(data: Data) -> Facts:
    """One more consumer is there and ready, and the alert is quiet."""
    return replace(FOUR, alerts=WELL.alerts, rule_data=data)


def looked_at(document: SubjectDocument, *looks: tuple[float, Facts]) -> SubjectDocument:
    for after_s, seen in looks:
        now_s = NOW_S + after_s
        document = decide(document, replace(seen, at_s=now_s), SCALE.pack, POLICY, now_s).document
    return document


@unproven
def test_after_an_action_it_is_a_humans_at_the_deadline(data: Data, words: str) -> None:
    looks = steadily(scaled(data), SETTLED_S, DEADLINE_S)
    document = looked_at(SCALE.verifying(), *looks)
    assert only(document).escalated_for is Reason.VERIFICATION_UNKNOWN
    assert only(document).attempts[-1].verdict is Reason.SILENCE_PROVES_NOTHING
    assert words in document.notices[-1].summary


@proven
def test_after_an_action_silence_with_data_is_health(data: Data) -> None:
    looks = steadily(scaled(data), SETTLED_S, DEADLINE_S)
    assert only(looked_at(SCALE.verifying(), *looks)).resolution is Reason.REPAIRED


def test_one_look_without_data_begins_the_window_anew() -> None:
    half_s = SETTLED_S + 150.0
    gap = (half_s, scaled(HAS_NONE))
    looks = [*steadily(scaled(HAS), SETTLED_S, half_s - 5.0), gap]
    looks += steadily(scaled(HAS), half_s + 5.0, half_s + 5.0 + 299.0)
    document = looked_at(SCALE.verifying(), *looks)
    assert only(document).phase is Phase.VERIFYING
    document = looked_at(document, (half_s + 5.0 + 300.0, scaled(HAS)))
    assert only(document).resolution is Reason.REPAIRED


@unproven
def test_nobody_else_healed_it(data: Data, words: str) -> None:
    document = looked_at(opened(LAG), *steadily(seeing(data), 0.0, 3 * QUIET_S))
    assert only(document).open
    handed = abandon(opened(LAG), POLICY, NOW_S, "")
    document = looked_at(handed, *steadily(seeing(data), 0.0, 3 * QUIET_S))
    assert only(document).phase is Phase.ESCALATED


@proven
def test_with_data_others_healed_it(data: Data) -> None:
    for document in (opened(LAG), abandon(opened(LAG), POLICY, NOW_S, "")):
        document = looked_at(document, *steadily(seeing(data), 0.0, QUIET_S))
        assert only(document).resolution is Reason.RESOLVED_BY_OTHERS


def test_each_of_its_alerts_has_to_have_data() -> None:
    other = replace(LAG, fingerprint="another-partition")
    both = {LAG.fingerprint: True, "another-partition": False}
    document = looked_at(opened(LAG, other), *steadily(seeing(both), 0.0, 3 * QUIET_S))
    assert only(document).open


def test_what_the_workload_shows_needs_no_data() -> None:
    """A rule about crash loops has no series while nothing crashes."""
    crash = {"KubePodCrashLooping-web-1": False}
    looks = steadily(seeing(crash), SETTLED_S, DEADLINE_S)
    assert only(watched(verifying(), *looks)).resolution is Reason.REPAIRED


def test_that_never_has_data_again_is_left_to_the_human_after_a_day() -> None:
    document = abandon(opened(LAG), POLICY, NOW_S, "")
    document = looked_at(document, (DAY_S - 1.0, seeing(HAS_NONE)))
    assert only(document).phase is Phase.ESCALATED
    for seen in (
        seeing(NOBODY_KNOWS),
        replace(seeing(HAS_NONE), alerts=AlertStates(frozenset({LAG.fingerprint}), frozenset())),
        replace(seeing(HAS_NONE), pods=Unknown("timed out")),
    ):
        assert only(looked_at(document, (DAY_S, seen))).phase is Phase.ESCALATED
    document = looked_at(document, (DAY_S, seeing(HAS_NONE)))
    assert only(document).resolution is Reason.LEFT_TO_HUMAN
    assert "told 24 h ago" in document.journal[-1].detail["detail"]


@pytest.mark.parametrize("subject", [JOB, NOBODY], ids=["a Job", "nobody's"])
def test_where_only_the_monitor_can_be_asked_its_resolved_needs_data_too(subject: Subject) -> None:
    odd = alert("Odd", pod="")
    over = replace(odd, status=RESOLVED)
    document = looked_at(abandon(opened(odd, subject=subject), POLICY, NOW_S, ""), (0.0, BLANK))
    document = absorb(accept(document, [over]), POLICY, NOW_S + 60.0)
    none, unknown = ({odd.fingerprint: one} for one in (False, Unknown("HTTP 503")))
    assert only(looked_at(document, (60.0, replace(BLANK, rule_data=none)))).open
    assert only(looked_at(document, (2 * DAY_S, replace(BLANK, rule_data=unknown)))).open
    left = looked_at(document, (DAY_S, replace(BLANK, rule_data=none)))
    assert only(left).resolution is Reason.LEFT_TO_HUMAN
    healed = looked_at(document, (60.0, replace(BLANK, rule_data={odd.fingerprint: True})))
    assert only(healed).resolution is Reason.RESOLVED_BY_OTHERS


@pytest.mark.parametrize(
    ("document", "asked"),
    [
        pytest.param(opened(LAG), ["KafkaConsumerLag"], id="an alert alone"),
        pytest.param(opened(), [], id="the workload shows it"),
        pytest.param(opened(LAG, alert()), ["KafkaConsumerLag"], id="one of each"),
        pytest.param(opened(subject=JOB), ["KubePodCrashLooping"], id="a Job shows nothing"),
        pytest.param(opened(subject=NOBODY), ["KubePodCrashLooping"], id="nobody's"),
        pytest.param(opened(alert("KubeNodeNotReady"), subject=NODE), [], id="the node shows it"),
        pytest.param(opened(alert("Odd"), subject=NODE), ["Odd"], id="a node shows it not"),
        pytest.param(opened(alert("Odd"), subject=CRON), [], id="a CronJob has its jobs"),
        pytest.param(opened(alert("Odd"), subject=STORM), [], id="our own"),
    ],
)
def test_of_which_alerts_it_is_asked(document: SubjectDocument, asked: list[str]) -> None:
    questioned = [one for one in questions(document) if one.probe is ProbeName.RULE_DATA]
    assert [alert.name for one in questioned for alert in one.alerts] == asked


def test_a_node_that_looks_well_is_not_healthy_when_only_its_alert_could_tell() -> None:
    odd = alert("Odd", pod="")
    handed = abandon(opened(odd, subject=NODE), POLICY, NOW_S, "")
    for data, ends in (({odd.fingerprint: False}, False), ({odd.fingerprint: True}, True)):
        seen = facts_of(fit(), rule_data=data)
        document = looked_at(handed, *steadily(seen, 0.0, 2 * QUIET_S))
        assert only(document).open is not ends
