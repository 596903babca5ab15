"""Deploys, other changes and experiments: what is waited for, remembered and labelled."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.unit.domain.announcements import DECIDED_S, acts, event, fresh, heard
from tests.unit.domain.builders import NOW_S, POLICY, SICK, alert, decided, only, opened, reasons
from worker.domain.document.change import CHANGES_MAX
from worker.domain.incoming.absorb import absorb
from worker.domain.incoming.inbox import accept
from worker.domain.incoming.ops_event import OpsEvent, OpsEventKind
from worker.domain.story.reason import Reason

Kind = OpsEventKind
DEPLOY_MAX_S = POLICY.deploy_max_s


def test_a_deploy_holds_until_its_pipeline_says_that_it_has_finished() -> None:
    document = heard(opened(), 1.0, event(Kind.DEPLOY_STARTED, 1.0, "ci"))
    document = decided(document, SICK, NOW_S + DECIDED_S).document
    assert reasons(document)[-1] == "refused:deploy_running"
    document = heard(document, 70.0, event(Kind.DEPLOY_FINISHED, 70.0, "ci"))
    assert acts(document, DECIDED_S + POLICY.observe_again_s)


def test_a_deploy_that_never_ends_is_a_humans_in_time_and_forgotten_after_an_hour() -> None:
    document = heard(opened(), 1.0, event(Kind.DEPLOY_STARTED, 1.0, "ci"))
    for after_s in (DECIDED_S, POLICY.decide_within_s):
        document = decided(document, SICK, NOW_S + after_s).document
    assert only(document).escalated_for is Reason.HELD_TOO_LONG
    later = heard(fresh(event(Kind.DEPLOY_STARTED, 0.0, "ci")), 0.0, event(Kind.SCALED))
    later = absorb(accept(later, (alert(),)), POLICY, NOW_S + DEPLOY_MAX_S - 60.0)
    assert not acts(later, DEPLOY_MAX_S)
    assert acts(later, DEPLOY_MAX_S + 0.1)


NOT_ENDED: list[tuple[str, list[OpsEvent]]] = [
    ("by another's end", [event(Kind.DEPLOY_FINISHED, 5.0, "other-ci")]),
    ("by an end that is older", [event(Kind.DEPLOY_FINISHED, -5.0, "ci")]),
    ("by another pipeline's deploy", [event(Kind.DEPLOY_STARTED, 9.0, "b"),
                                                   event(Kind.DEPLOY_FINISHED, 9.5, "b")]),
    ("by a flood of other changes",
     [event(Kind.CONFIG_CHANGED, 5.0, named=f"e-{n}") for n in range(2 * CHANGES_MAX)]),
    ("by a flood of others' ends",
     [event(Kind.DEPLOY_FINISHED, 5.0, f"ci-{n}") for n in range(2 * CHANGES_MAX)]),
    ("by a person who is done", [event(Kind.RELEASED, 5.0, "ci")]),
]  # fmt: skip


@pytest.mark.parametrize("after", [x[1] for x in NOT_ENDED], ids=[x[0] for x in NOT_ENDED])
def test_what_does_not_end_a_deploy(after: list[OpsEvent]) -> None:
    document = heard(opened(), 1.0, event(Kind.DEPLOY_STARTED, 1.0, "ci"))
    assert acts(opened(), DECIDED_S), "without it"
    for one in after:
        document = heard(document, 10.0, one)
    assert not acts(document, DECIDED_S)


def test_a_change_is_remembered_once_and_bounded() -> None:
    changes = [event(Kind.CONFIG_CHANGED, float(n)) for n in range(CHANGES_MAX + 5)]
    document = fresh(*changes, *changes, after_s=100.0)
    assert [one.at_s - NOW_S for one in document.changes] == [
        float(n) for n in range(5, CHANGES_MAX + 5)
    ]
    told = fresh(event(Kind.FLAG_CHANGED, flag="x", state="on")).changes[0]
    assert (told.kind, told.by, told.words) == ("flag_changed", "ada", "flag x, state on")


def game_day(*events: OpsEvent, after_s: float = 10.0) -> str:
    document = absorb(accept(fresh(*events, after_s=5.0), (alert(),)), POLICY, NOW_S + after_s)
    return only(document).game_day


CHAOS = event(Kind.CHAOS_STARTED, 1.0, "litmus", named="pod-delete-7")


@pytest.mark.parametrize(
    ("events", "after_s", "label"),
    [
        ([CHAOS], 10.0, "pod-delete-7"),
        ([CHAOS, event(Kind.CHAOS_ENDED, 2.0, "litmus")], 10.0, ""),
        ([CHAOS, event(Kind.CHAOS_ENDED, 2.0, "somebody")], 10.0, "pod-delete-7"),
        ([CHAOS], 3601.0, "pod-delete-7"),
        ([CHAOS], 3601.1, ""),
        ([event(Kind.CHAOS_STARTED, 1e9, "litmus", named="x")], 3700.0, ""),
        ([], 10.0, ""),
    ],
)
def test_incidents_of_an_experiment_are_labelled(
    events: list[OpsEvent], after_s: float, label: str
) -> None:
    assert game_day(*events, after_s=after_s) == label


def test_an_experiment_gives_no_permission_and_takes_none() -> None:
    document = absorb(accept(fresh(CHAOS, after_s=5.0), (alert(),)), POLICY, NOW_S)
    assert acts(document, DECIDED_S)
    stopped = decided(document, replace(SICK, kill_switch_set=True), NOW_S + DECIDED_S)
    assert stopped.perform == ()


def everything(**changes: Any) -> list[OpsEvent]:
    return [replace(event(kind, 1.0), **changes) for kind in OpsEventKind]


@pytest.mark.parametrize("at_s", [0.0, 1.0, 30.0, 1e9])
def test_no_event_makes_anything_more_permissive(at_s: float) -> None:
    """What was refused before an event is refused after it, whatever it says."""
    for one in everything(at_s=NOW_S + at_s):
        for seen in (replace(SICK, kill_switch_set=True), replace(SICK, clock_skew_s=40.0)):
            document = heard(opened(), 40.0, one)
            assert decided(document, seen, NOW_S + 100.0).perform == ()
