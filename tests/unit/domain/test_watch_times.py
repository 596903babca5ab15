"""How long health has to last: as long as the alert's rule waits and looks back, or it is unknown.

Source of the trap: KubePodCrashLooping waits 15 min; after an eviction it can't fire for the new
pod before that, so that its silence until then proves nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from tests.unit.domain.builders import (
    ACCEPTED,
    NOW_S,
    POLICY,
    SOAKED_S,
    WATCH,
    WELL,
    alert,
    decided,
    only,
    opened,
    steadily,
    verifying,
    watched,
)
from tests.unit.domain.remedies import SETTLED_S
from worker.domain.deciding.outcome import record
from worker.domain.document.incident import Phase
from worker.domain.document.subject import SubjectDocument
from worker.domain.incoming.absorb import absorb
from worker.domain.incoming.inbox import accept
from worker.domain.observed.evidence import Unknown
from worker.domain.observed.facts import Facts
from worker.domain.observed.rule_window import NO_RULES, RuleWindow
from worker.domain.playbooks.pack import Pack
from worker.domain.playbooks.playbook import Watch
from worker.domain.story.reason import Reason
from worker.domain.verify.watch_times import RULE_MARGIN_S

CRASH = "KubePodCrashLooping"
RULE = RuleWindow(900.0, 300.0)  # for: 15m, max_over_time(…[5m])
NEEDED_S = RULE.least_s + RULE_MARGIN_S
SILENT = Unknown("timed out")
LAST_S = SETTLED_S + WATCH.deadline_s + 2 * NEEDED_S


def seeing(rules: Mapping[str, RuleWindow] | Unknown) -> Facts:
    return replace(WELL, rules=rules)


def credited_after_s(*looks: tuple[float, Facts]) -> float | None:
    """How long it was healthy until it was credited; None: it never was."""
    document = verifying()
    for after_s, seen in looks:
        document = decided(document, seen, NOW_S + after_s).document
        if only(document).resolution is Reason.REPAIRED:
            return after_s - SETTLED_S
        if only(document).phase is not Phase.VERIFYING:
            return None
    return None


def every_10_s(rules: Mapping[str, RuleWindow] | Unknown, to_s: float = LAST_S) -> list[
    tuple[float, Facts]
]:  # fmt: skip
    count = int((to_s - SETTLED_S) // 10)
    return [(SETTLED_S + 10.0 * n, seeing(rules)) for n in range(count + 1)]


@pytest.mark.parametrize(
    ("rules", "needed_s"),
    [
        pytest.param({CRASH: RULE}, NEEDED_S, id="for and lookback, and a margin"),
        pytest.param({CRASH: RuleWindow(0.0, 0.0)}, WATCH.window_s, id="the step's is longer"),
        pytest.param({CRASH: RULE, "Odd": RuleWindow(9e9, 0.0)}, NEEDED_S, id="not another's"),
        pytest.param(Unknown(NO_RULES), WATCH.window_s, id="there are no rules here"),
        pytest.param(SILENT, None, id="the rules API is silent"),
        pytest.param({}, None, id="its rule is not among those that could be read"),
        pytest.param({"Odd": RULE}, None, id="only others are"),
    ],
)
def test_how_long_health_lasts_until_it_counts(
    rules: Mapping[str, RuleWindow] | Unknown, needed_s: float | None
) -> None:
    assert credited_after_s(*every_10_s(rules)) == needed_s


def test_what_was_never_known_is_a_humans_at_the_deadline() -> None:
    document = watched(verifying(), *every_10_s(SILENT, SETTLED_S + Watch().deadline_s))
    assert only(document).escalated_for is Reason.VERIFICATION_UNKNOWN
    assert "how long its rule looks back is not known" in document.notices[-1].summary


def test_once_known_it_is_remembered_when_the_rules_api_goes_silent() -> None:
    """Known at one look, even before it has settled, and never again."""
    document = watched(verifying(), (SETTLED_S - 1.0, seeing({CRASH: RULE})))
    assert only(document).window_s == NEEDED_S
    document = watched(document, *steadily(seeing(SILENT), SETTLED_S, SETTLED_S + NEEDED_S - 1.0))
    assert only(document).phase is Phase.VERIFYING
    document = watched(document, (SETTLED_S + NEEDED_S, seeing(SILENT)))
    assert only(document).resolution is Reason.REPAIRED


def test_a_rule_that_was_made_shorter_or_is_gone_makes_nothing_shorter() -> None:
    for later in ({CRASH: RuleWindow(60.0, 0.0)}, {}):
        looks = [(SETTLED_S - 1.0, seeing({CRASH: RULE})), *every_10_s(later)]
        assert credited_after_s(*looks) == NEEDED_S


def test_a_rule_that_was_made_longer_counts_at_once() -> None:
    looks = [*every_10_s({CRASH: RuleWindow(60.0, 0.0)}, SETTLED_S + 250.0), *every_10_s(
        {CRASH: RULE})[26:]]  # fmt: skip
    assert credited_after_s(*looks) == NEEDED_S


def verifying_two() -> SubjectDocument:
    document = decided(opened(alert(), alert("PodRestarting", pod=""))).document
    return record(document, document.intents[0].id, ACCEPTED, POLICY, SOAKED_S)


def test_of_several_alerts_the_longest_counts_and_each_has_to_be_known() -> None:
    other = RuleWindow(600.0, 0.0)
    both = {CRASH: RULE, "PodRestarting": other}
    document = watched(verifying_two(), (SETTLED_S, seeing(both)))
    assert only(document).window_s == NEEDED_S
    for partly in ({CRASH: RULE}, {"PodRestarting": other}):
        document = watched(verifying_two(), *steadily(seeing(partly), SETTLED_S, LAST_S))
        assert only(document).escalated_for is Reason.VERIFICATION_UNKNOWN


def test_an_alert_that_joins_later_makes_the_window_longer() -> None:
    rules = {CRASH: RuleWindow(60.0, 0.0), "PodRestarting": RULE}
    document = watched(verifying(), (SETTLED_S, seeing(rules)))
    assert only(document).window_s == 60.0 + RULE_MARGIN_S
    joined = absorb(accept(document, (alert("PodRestarting"),)), POLICY, NOW_S + SETTLED_S + 5.0)
    assert only(watched(joined, (SETTLED_S + 10.0, seeing(rules)))).window_s == NEEDED_S


def test_a_window_longer_than_the_deadline_comes_to_its_end_when_it_began_in_time() -> None:
    rules = {CRASH: RuleWindow(WATCH.deadline_s, 600.0)}
    longest_s = WATCH.deadline_s + 600.0 + RULE_MARGIN_S
    assert credited_after_s(*every_10_s(rules, SETTLED_S + longest_s)) == longest_s


def test_when_its_playbook_is_gone_the_patient_defaults_count() -> None:
    document = verifying()
    empty = Pack(2, ())
    for after_s, seen in steadily(WELL, SETTLED_S, SETTLED_S + 1199.0):
        document = decided(document, seen, NOW_S + after_s, pack=empty).document
    assert only(document).phase is Phase.VERIFYING
    document = decided(document, WELL, NOW_S + SETTLED_S + 1200.0, pack=empty).document
    assert only(document).resolution is Reason.REPAIRED


def test_on_a_rung_that_its_playbook_has_no_more_too() -> None:
    document = verifying()
    document = document.with_incident(replace(only(document), rung=2))
    looked = decided(document, WELL, NOW_S + SETTLED_S).document
    (incident,) = looked.incidents
    assert (incident.phase, incident.window_s) == (Phase.VERIFYING, 0.0)
