"""What the report says of journal entries: each incident, the sums, the hours, and two compared."""

from __future__ import annotations

import json

import pytest

from tests.unit.backtest.recordings import (
    DAY_S,
    HOUR_S,
    MINUTE_S,
    POD,
    Told,
    alert,
    deploy,
    recorded,
    replayed,
)
from tests.unit.domain.builders import CRASH_LOOP, NOW_S, PACK, RESTART
from worker.backtest import incident_report, report
from worker.backtest.compare import ABSENT, differences
from worker.backtest.hours import Hours, bars
from worker.backtest.moments import time_of
from worker.backtest.report import Report
from worker.domain.playbooks.pack import Pack
from worker.domain.playbooks.playbook import Mode, Playbook, Step

SICK = (alert(pod=POD), alert(pod=POD, until_s=6 * HOUR_S))
REPAIRED = (alert(service="api", pod="api-0"), alert(service="api", pod="api-0", until_s=90.0))
ODD = (alert("Odd"), alert("Odd", until_s=HOUR_S))


def pack(*steps: Step) -> Pack:
    return Pack(1, (Playbook(CRASH_LOOP.name, CRASH_LOOP.match, steps, soak_s=60.0),))


def again(told: Told, wanted: str) -> Report:
    found = Report(wanted)
    for subject, entry in told.entries:
        found.take(subject, entry)
    return found


def test_each_incident_is_told() -> None:
    told = replayed(recorded(*SICK, *REPAIRED, *ODD))
    by_cause = {(one.subject[-3:], one.cause): one for one in told.report.in_order()}
    sick = by_cause["web", "crash_loop"]
    assert [one.action for one in sick.decided] == ["evict_pod", "rollout_restart"]
    assert [one.because for one in sick.decided] == ["sick_pod", "sick_workload"]
    assert sick.decided[0].target == f"shop/Pod/{POD}"
    assert sick.held["soaking"].longest_s == 60.0
    assert sick.escalated is not None
    assert sick.escalated.reason == "ladder_exhausted"
    assert sick.outcome == (
        f"evict_pod {POD}, then rollout_restart web, then to a human: ladder_exhausted, then "
        "resolved_by_others"
    )
    assert by_cause["api", "crash_loop"].outcome == "evict_pod api-0, then repaired"
    assert (
        by_cause["web", "alert_Odd"].outcome == "to a human: no_playbook, then resolved_by_others"
    )


def test_the_sums_are_those_of_the_incidents() -> None:
    told = replayed(recorded(*SICK, *REPAIRED, *ODD))
    totals = told.report.totals()
    assert (totals["incidents"], totals["open_at_the_end"], totals["storms"]) == (3, 0, 0)
    assert totals["decided"] == {"evict_pod": 2, "rollout_restart": 1}
    assert totals["escalated"] == {"no_playbook": 1, "ladder_exhausted": 1}
    assert totals["ended"] == {"resolved_by_others": 2, "repaired": 1}
    assert totals["busiest"][0] == {
        "subject": "service/shop/Deployment/web", "incidents": 2, "alerts": 2,
    }  # fmt: skip
    assert totals["longest_hold"]["longest_s"] == 60.0
    assert totals["longest_hold"]["reason"] == "soaking"


def test_what_still_waits_has_waited_until_the_end() -> None:
    on_it = {**deploy(0.0), "kind": "on_it", "detail": {"for": "12h"}}
    told = replayed(recorded(on_it, alert(pod=POD)))
    (incident,) = told.report.incidents.values()
    longest = incident.longest
    assert longest is not None
    assert (longest.reason, longest.longest_s) == ("person_at_work", 6 * HOUR_S - 60.0)
    assert incident.outcome == "held: person_at_work"
    assert told.report.totals()["open_at_the_end"] == 1


def test_the_longest_of_several_waits_counts() -> None:
    """Held by somebody for an hour, then by somebody else for some minutes."""
    first = {**deploy(0.0), "kind": "on_it", "actor": "ada"}
    freed = {**deploy(HOUR_S), "kind": "released", "actor": "ada"}
    second = {**deploy(HOUR_S + 15.0), "kind": "on_it", "actor": "bo", "detail": {"for": "10m"}}
    told = replayed(recorded(first, alert(pod=POD), freed, second), mode=Mode.OBSERVE)
    (incident,) = told.report.in_order()
    held = incident.refused["person_at_work"]
    assert held.times > 1
    assert held.longest_s > HOUR_S - 120.0


def test_the_story_of_one_is_kept_and_no_other() -> None:
    told = replayed(recorded(*SICK, *REPAIRED))
    wanted = next(one for one in told.report.in_order() if "api" in one.subject)
    found = again(told, wanted.id)
    first = f"Incident {wanted.id} opened for service/shop/Deployment/api: crash loop."
    assert found.story.splitlines()[0].endswith(first)
    assert "evict pod shop/Pod/api-0" in found.story
    assert POD not in found.story
    assert again(told, "").story == ""
    assert again(told, "inc-nothing").story == ""


def test_it_is_data_with_plain_values() -> None:
    told = replayed(recorded(*SICK, *ODD)).report.as_json()
    assert json.loads(json.dumps(told)) == told
    first = told["incidents"][0]
    assert first["opened_at"] == time_of(NOW_S)
    assert list(first) == ["id", "subject", "cause", "opened_at", "alerts", "decided", "asked",
                           "refused", "held", "escalated", "ended"]  # fmt: skip
    assert told["hours"][0] == {"at": time_of(NOW_S), "alerts": 2, "decided": 2, "escalated": 2}


def test_more_than_can_be_told_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "INCIDENTS_MAX", 1)
    monkeypatch.setattr(incident_report, "DEEDS_MAX", 1)
    told = replayed(recorded(*SICK, *REPAIRED))
    assert len(told.report.incidents) == 1
    assert told.report.untold == 1
    assert told.report.totals()["incidents"] == 2
    assert told.report.totals()["decided"] == {"evict_pod": 2, "rollout_restart": 1}
    assert len(next(told.report.in_order()).decided) == 1


def test_an_overflow_is_an_incident_too() -> None:
    values = [alert(f"Own{n}") for n in range(20)]
    told = replayed(recorded(*values), services=1000)
    assert told.report.escalated["incidents_full"] == 1
    assert told.report.totals()["incidents"] == 17
    causes = {one.cause for one in told.report.in_order()}
    assert "incidents_full" in causes


def test_hours_are_counted_and_drawn() -> None:
    hours = Hours()
    for at_s in (0.0, 10.0, 3600.0, 23 * 3600.0, 25 * 3600.0):
        hours.count("alerts", NOW_S // DAY_S * DAY_S + at_s)
    hours.count("decided", NOW_S // DAY_S * DAY_S)
    rows = list(hours.days())
    assert [row["day"] for row in rows] == ["2026-01-31", "2026-02-01"]
    assert rows[0]["alerts"] == "█▄" + "·" * 21 + "▄"
    assert rows[1]["alerts"] == "·▄" + "·" * 22
    assert rows[0]["decided"] == "█" + "·" * 23
    assert rows[1]["escalated"] == "·" * 24
    assert len(hours.as_json()) == 4
    assert list(Hours().days()) == []


def test_a_bar_is_never_less_than_seen_nor_more_than_full() -> None:
    assert bars(range(9), 8) == "·▁▂▃▄▅▆▇█"
    assert bars([0, 1, 500, 1000], 1000) == "·▁▄█"
    assert bars([0, 0], 0) == "··"


def test_the_same_twice_doesnt_differ() -> None:
    one, two = replayed(recorded(*SICK, *ODD)), replayed(recorded(*SICK, *ODD))
    assert list(differences(one.report, two.report)) == []


def test_another_ladder_differs_where_it_is_climbed() -> None:
    mine = replayed(recorded(*SICK, *ODD), pack=PACK)
    other = replayed(recorded(*SICK, *ODD), pack=pack(RESTART))
    (found,) = differences(mine.report, other.report)
    assert (found.cause, found.how) == ("crash_loop", ("decided",))
    assert found.mine.startswith(f"evict_pod {POD}, then rollout_restart web")
    assert found.other.startswith("rollout_restart web, then to a human")
    assert found.as_json()["how"] == ["decided"]


def test_moments_alone_are_no_difference() -> None:
    slow = Playbook(CRASH_LOOP.name, CRASH_LOOP.match, CRASH_LOOP.steps, soak_s=120.0)
    one = replayed(recorded(*SICK))
    two = replayed(recorded(*SICK), pack=Pack(1, (slow,)))
    assert list(differences(one.report, two.report)) == []


def test_an_incident_that_only_one_of_them_opens_differs() -> None:
    """The first is watched for so long that the next alert still belongs to it."""
    back = [
        alert(pod=POD, from_s=20 * MINUTE_S),
        alert(pod=POD, from_s=20 * MINUTE_S, until_s=HOUR_S),
    ]
    values = recorded(alert(pod=POD), alert(pod=POD, until_s=90.0), *back)
    mine = replayed(values, pack=pack())
    other = replayed(values, pack=PACK)
    only = [one for one in differences(mine.report, other.report) if one.how == ("opened",)]
    assert [one.other if one.mine != ABSENT else one.mine for one in only] == [ABSENT] * len(only)
    ids = set(mine.report.incidents) ^ set(other.report.incidents)
    assert {one.id for one in only} == ids
