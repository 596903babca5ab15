"""What keeps a replay from acting: storms, people, rooms, modes, windows and silences."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.backtest.recordings import (
    DAY_S,
    HOUR_S,
    MINUTE_S,
    POD,
    SERVICES,
    alert,
    decided,
    deploy,
    recorded,
    replayed,
    seconds,
)
from tests.unit.domain.builders import NOW_S
from worker.backtest.replay import Replay
from worker.domain.calendar.recurrence import Absolute
from worker.domain.calendar.window import Window, WindowKind, WindowScope
from worker.domain.document.identity import STORM
from worker.domain.playbooks.playbook import Mode
from worker.domain.scopes.scope import Limits
from worker.domain.story.journal import EntryKind
from worker.domain.story.reason import Reason


def test_a_storm_is_told_once_and_nothing_is_done_in_it() -> None:
    sick = [alert(service=f"web-{n}", pod=f"web-{n}-7d9f8c6b5-x2k4q") for n in range(8)]
    well = [alert(service=f"web-{n}", pod=f"web-{n}-7d9f8c6b5-x2k4q", until_s=HOUR_S)
            for n in range(8)]  # fmt: skip
    told = replayed(recorded(*sick, *well), services=10)
    assert decided(told) == []
    assert told.report.totals()["storms"] == 1
    (storm,) = (one for one in told.report.incidents.values() if one.subject == STORM.text)
    assert storm.escalated is not None
    assert "of 10 services are sick" in storm.escalated.detail
    assert storm.ended is not None
    assert storm.ended.reason == Reason.STORM_OVER
    assert told.report.totals()["open_at_the_end"] == 0
    calm = replayed(recorded(*sick, *well), services=SERVICES)
    assert calm.report.totals()["storms"] == 0
    assert decided(calm)


def test_two_storms_are_two() -> None:
    values = [
        alert(service=f"web-{n}", from_s=day * DAY_S, until_s=until_s, episode=str(day))
        for day in (0, 1)
        for n in range(8)
        for until_s in (None, day * DAY_S + HOUR_S)
    ]
    assert replayed(recorded(*values), services=10).report.totals()["storms"] == 2


def test_a_persons_hands_come_first() -> None:
    on_it = {**deploy(-60.0), "id": "on-it", "kind": "on_it", "actor": "ada"}
    told = replayed(recorded(on_it, alert(pod=POD)))
    assert "person_at_work" in told.report.refused
    assert seconds(told, EntryKind.DECIDED)[0] == HOUR_S - 60.0


def test_a_whole_namespace_may_be_held() -> None:
    maintenance = {**deploy(-60.0), "kind": "maintenance_started", "labels": {"namespace": "shop"}}
    told = replayed(recorded(maintenance, alert(pod=POD), alert(pod=POD, until_s=HOUR_S)))
    assert decided(told) == []
    assert "person_at_work" in told.report.refused
    elsewhere = replayed(recorded(maintenance, alert(pod=POD, namespace="other")))
    assert decided(elsewhere)


def test_rooms_are_shared_as_they_are_live() -> None:
    values = [
        alert(service=f"web-{n}", pod=f"web-{n}-7d9f8c6b5-x2k4q", from_s=10.0 * n) for n in range(6)
    ]
    told = replayed(recorded(*values), cluster=Limits(1, 2, 600.0))
    assert "rate_limited" in told.report.refused
    times = sorted(seconds(told, EntryKind.DECIDED))
    assert times[2] - times[0] >= 600.0


@pytest.mark.parametrize(
    ("mode", "reason"), [(Mode.OBSERVE, "observe_mode"), (Mode.SUGGEST, "suggest_mode")]
)
def test_a_lower_mode_says_what_it_would_do(mode: Mode, reason: str) -> None:
    told = replayed(recorded(alert(pod=POD), alert(pod=POD, until_s=HOUR_S)), mode=mode)
    assert decided(told) == []
    (incident,) = told.report.incidents.values()
    assert incident.refused[reason].action == "evict_pod"
    assert incident.refused[reason].target == f"shop/Pod/{POD}"
    assert incident.refused[reason].longest_s > 50 * MINUTE_S


def test_nobody_answers_a_question() -> None:
    told = replayed(recorded(alert(pod=POD)), mode=Mode.APPROVE)
    assert told.report.asked == {"evict_pod": 1}
    assert told.report.escalated == {"approval_expired": 1}


def test_a_freeze_is_kept() -> None:
    freeze = Window("release", WindowKind.FREEZE, WindowScope(), Absolute(NOW_S, NOW_S + HOUR_S))

    class Frozen(Replay):
        def __post_init__(self) -> None:
            self.windows = (freeze,)
            super().__post_init__()

    told = replayed(recorded(alert(pod=POD)), kind=Frozen, decide_within_s=2 * HOUR_S)
    assert "window_closed" in told.report.refused
    assert min(seconds(told, EntryKind.DECIDED)) >= HOUR_S


def test_a_silenced_alert_is_left_alone() -> None:
    muted = [replace(one, muted=True) for one in recorded(alert(pod=POD))]
    told = replayed(muted)
    assert decided(told) == []
    assert "silenced" in told.report.refused


def test_a_silence_that_comes_later_is_news() -> None:
    (first,) = recorded(alert(pod=POD))
    muted = replace(first, at_s=NOW_S + 30.0, muted=True)
    heard = replace(first, at_s=NOW_S + 300.0)
    told = replayed([first, muted, heard])
    assert "silenced" in told.report.refused
    assert seconds(told, EntryKind.DECIDED)[0] >= 300.0
