"""Stories of recordings: the decisions are those of production, on what is assumed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.backtest.recordings import (
    DAY_S,
    HOUR_S,
    MINUTE_S,
    POD,
    SERVICES,
    Told,
    alert,
    at,
    deploy,
    recorded,
    replayed,
)
from tests.unit.domain.builders import CRASH_LOOP, NOW_S, PACK, POLICY, WATCH
from worker.backtest.replay import SETTLE_FOR_S, Replay
from worker.domain.catalogue import Verb
from worker.domain.identity import STORM
from worker.domain.journal import EntryKind, broken_at
from worker.domain.pack import Pack
from worker.domain.playbook import Matcher, Mode, Playbook, Step
from worker.domain.policy import Policy
from worker.domain.reason import Reason
from worker.domain.recurrence import Absolute
from worker.domain.scope import Limits
from worker.domain.subject import SubjectDocument
from worker.domain.window import Window, WindowKind, WindowScope

BACK = Playbook(
    "crash-loop", Matcher(causes=frozenset({"crash_loop"})), (Step(Verb.ROLL_BACK, watch=WATCH),)
)


def decided(told: Told) -> list[str]:
    return [one.action for each in told.report.in_order() for one in each.decided]


def seconds(told: Told, kind: EntryKind) -> list[float]:
    """When entries of this kind were made, after NOW_S."""
    return [e.at_ms / 1000 - NOW_S for _, e in told.entries if e.kind is kind]


def test_a_crash_loop_that_goes_on_climbs_the_ladder_to_a_human() -> None:
    told = replayed(recorded(alert(pod=POD)))
    assert decided(told) == ["evict_pod", "rollout_restart"]
    (incident,) = told.report.incidents.values()
    assert incident.escalated is not None
    assert incident.escalated.reason == Reason.LADDER_EXHAUSTED
    assert incident.ended is None
    assert seconds(told, EntryKind.DECIDED)[0] == CRASH_LOOP.soak_s


def test_what_gets_well_by_itself_is_left_alone() -> None:
    told = replayed(recorded(alert(pod=POD), alert(pod=POD, until_s=30.0)))
    assert decided(told) == []
    assert told.report.ended == {"resolved_by_others": 1}
    assert told.replay.documents == {k: d for k, d in told.replay.documents.items() if d.settled}


def test_what_gets_well_after_an_act_is_told_as_repaired() -> None:
    told = replayed(recorded(alert(pod=POD), alert(pod=POD, until_s=2 * MINUTE_S)))
    assert decided(told) == ["evict_pod"]
    assert told.report.ended == {"repaired": 1}
    (closed_s,) = seconds(told, EntryKind.CLOSED)
    assert closed_s >= 2 * MINUTE_S + WATCH.window_s


def test_a_repeated_alert_changes_nothing() -> None:
    once = replayed(recorded(alert(pod=POD), alert(pod=POD, until_s=HOUR_S)))
    repeats = [at(minutes * MINUTE_S, alert(pod=POD)) for minutes in range(1, 60)]
    often = replayed(recorded(alert(pod=POD), *repeats, alert(pod=POD, until_s=HOUR_S)))
    assert often.entries == once.entries
    assert often.replay.decisions == once.replay.decisions


def test_what_comes_late_fires_no_more() -> None:
    """Its end was told before: the same alert is over, here as live."""
    ends, late = alert(pod=POD, until_s=30.0), at(5 * MINUTE_S, alert(pod=POD))
    told = replayed(recorded(alert(pod=POD), ends, late))
    assert told.report.ended == {"resolved_by_others": 1}
    assert told.report.totals()["open_at_the_end"] == 0


def test_a_deploy_is_rolled_back_and_put_back_when_that_didnt_help() -> None:
    all_sick = [alert(pod=f"web-7d9f8c6b5-x2k4{letter}") for letter in "bcd"]
    told = replayed(recorded(deploy(-600.0), *all_sick), pack=Pack(1, (BACK,)))
    (incident,) = told.report.incidents.values()
    assert [(one.action, bool(one.undoes)) for one in incident.decided] == [
        ("roll_back", False),
        ("roll_back", True),
    ]
    assert "revision 2 was deployed by ci 10 min before this began" in incident.decided[0].detail
    assert incident.escalated is not None


def test_without_a_deploy_nothing_is_rolled_back() -> None:
    told = replayed(recorded(alert(pod=POD)), pack=Pack(1, (BACK,)))
    assert decided(told) == []
    assert "not_changed_lately" in told.report.refused or "no_healthy_revision" in (
        told.report.refused
    )


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


def test_what_came_of_an_act_demotes_nobody() -> None:
    """Live it would: here nobody can know whether it helped."""
    values = [
        alert(pod=POD, from_s=hour * HOUR_S, until_s=until_s)
        for hour in (0, 12)
        for until_s in (None, (hour + 3) * HOUR_S)
    ]
    told = replayed(recorded(*values))
    assert "demoted" not in told.report.refused
    assert decided(told).count("evict_pod") == 2


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


def test_what_isnt_a_service_goes_to_a_human() -> None:
    node = alert("KubeNodeNotReady", service="", namespace="monitoring", node="node-a")
    told = replayed(recorded(node, alert(service="", namespace="nowhere")))
    assert told.report.escalated == {"owner_unknown": 2}


def test_journals_are_whole() -> None:
    told = replayed(recorded(alert(pod=POD), alert("KubePodNotReady", pod=POD, from_s=5.0)))
    entries = [entry for _, entry in told.entries]
    assert len(entries) > 10
    assert broken_at(entries) is None


def test_it_ends_a_while_after_the_last_record() -> None:
    told = replayed(recorded(alert(pod=POD)))
    assert told.replay.ends_s == NOW_S + SETTLE_FOR_S
    assert max(entry.at_ms / 1000 for _, entry in told.entries) <= told.replay.ends_s


def test_an_empty_recording_is_nothing() -> None:
    told = replayed([])
    assert told.entries == []
    assert told.report.totals()["incidents"] == 0


def test_looks_are_rarer_and_health_is_as_unbroken() -> None:
    patient = Policy(verify_every_s=5.0, look_gap_max_s=30.0)
    assert Replay(PACK, patient, 1, lambda *_: {}, lambda *_: None).policy.verify_every_s == 30.0
    assert Replay(PACK, POLICY, 1, lambda *_: {}, lambda *_: None).policy.verify_every_s == 60.0


class Restless(Replay):
    """Looks at everything as often as production does."""

    def rests(self, before: SubjectDocument, after: SubjectDocument) -> bool:
        return False


def test_what_is_in_a_humans_hands_is_left_until_there_is_news() -> None:
    values = recorded(alert(pod=POD), alert(pod=POD, from_s=1.0, until_s=DAY_S))
    resting, restless = replayed(values), replayed(values, kind=Restless)
    assert resting.entries == restless.entries
    assert resting.replay.decisions < restless.replay.decisions / 3
