"""Stories of recordings: the decisions are those of production, on what is assumed."""

from __future__ import annotations

from tests.unit.backtest.recordings import (
    DAY_S,
    HOUR_S,
    MINUTE_S,
    POD,
    alert,
    at,
    decided,
    deploy,
    recorded,
    replayed,
    seconds,
)
from tests.unit.domain.builders import CRASH_LOOP, NOW_S, PACK, POLICY, WATCH
from worker.backtest.replay import SETTLE_FOR_S, Replay
from worker.domain.catalogue import Verb
from worker.domain.deciding.policy import Policy
from worker.domain.document.subject import SubjectDocument
from worker.domain.playbooks.pack import Pack
from worker.domain.playbooks.playbook import Matcher, Playbook, Step
from worker.domain.story.journal import EntryKind, broken_at
from worker.domain.story.reason import Reason

BACK = Playbook(
    "crash-loop", Matcher(causes=frozenset({"crash_loop"})), (Step(Verb.ROLL_BACK, watch=WATCH),)
)


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


def test_what_isnt_a_service_goes_to_a_human() -> None:
    node = alert("KubeNodeNotReady", service="", namespace="monitoring", node="node-a")
    told = replayed(recorded(node, alert(service="", namespace="nowhere")))
    assert told.report.escalated == {"no_playbook": 1, "owner_unknown": 1}


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
