"""What was done about a cause: remembered once an incident, for a day, within bounds."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.domain.builders import NOW_S, WEB, only, opened
from worker.domain.deciding.cooling import COOL_DOWN_MEMORY_S, acted_incidents, cooling, done_lately
from worker.domain.document.incident import Incident
from worker.domain.document.subject import (
    COOL_DOWN_TIMES_MAX,
    COOL_DOWNS_MAX,
    CoolDown,
    SubjectDocument,
)

EMPTY = SubjectDocument(WEB)
LONG_AGO_S = 0.0


def incident(number: int, cause: str = "crash_loop") -> Incident:
    return replace(only(opened()), id=f"inc-{number}", cause=cause)


def done(*acts: tuple[Incident, float], action: str = "evict_pod") -> SubjectDocument:
    document = EMPTY
    for one, at_s in acts:
        document = cooling(document, one, action, at_s)
    return document


def test_each_incident_has_one_moment_its_last_write() -> None:
    document = done((incident(1), 10.0), (incident(1), 20.0), (incident(2), 30.0))
    cool = CoolDown("crash_loop", "evict_pod", "inc-2", (20.0, 30.0), ("inc-1",))
    assert document.cool_downs == (cool,)
    document = cooling(document, incident(2), "evict_pod", 40.0)
    assert document.cool_downs[0].done_s == (20.0, 40.0)


def test_an_incident_does_not_wait_for_itself() -> None:
    document = done((incident(1), 10.0), (incident(2), 30.0))
    assert done_lately(document, incident(2), "evict_pod", LONG_AGO_S) == (10.0,)
    assert done_lately(document, incident(3), "evict_pod", LONG_AGO_S) == (10.0, 30.0)


def test_what_an_earlier_incident_did_counts_although_the_same_one_did_it_again() -> None:
    document = done((incident(1), 10.0), (incident(2), 20.0), (incident(2), 30.0))
    assert done_lately(document, incident(2), "evict_pod", LONG_AGO_S) == (10.0,)


@pytest.mark.parametrize(
    ("cause", "action"), [("not_ready", "evict_pod"), ("crash_loop", "rollout_restart")]
)
def test_each_cause_and_each_action_by_itself(cause: str, action: str) -> None:
    document = done((incident(1), 10.0))
    assert done_lately(document, incident(2, cause), action, LONG_AGO_S) == ()
    document = cooling(document, incident(2, cause), action, 20.0)
    assert [one.done_s for one in document.cool_downs] == [(10.0,), (20.0,)]
    assert done_lately(document, incident(3, cause), action, LONG_AGO_S) == (20.0,)


@pytest.mark.parametrize(("since_s", "counted"), [(9.0, (10.0, 30.0)), (10.0, (30.0,)), (30.0, ())])
def test_only_what_was_done_since(since_s: float, counted: tuple[float, ...]) -> None:
    document = done((incident(1), 10.0), (incident(2), 30.0))
    assert done_lately(document, incident(3), "evict_pod", since_s) == counted


def test_so_many_incidents_are_remembered_the_latest() -> None:
    acts = [(incident(n), float(n)) for n in range(COOL_DOWN_TIMES_MAX + 3)]
    (cool,) = done(*acts).cool_downs
    last = COOL_DOWN_TIMES_MAX + 2
    assert cool.done_s == tuple(float(n) for n in range(3, last + 1))
    assert (*cool.earlier, cool.incident) == tuple(f"inc-{n}" for n in range(3, last + 1))


def test_so_many_causes_are_remembered_the_longest_untouched_goes() -> None:
    acts = [(incident(n, f"alert_{n}"), NOW_S) for n in range(COOL_DOWNS_MAX)]
    document = done(*acts, (incident(99, "alert_0"), NOW_S), (incident(100, "alert_x"), NOW_S))
    causes = [one.cause for one in document.cool_downs]
    assert len(causes) == COOL_DOWNS_MAX
    assert causes[0] == "alert_2"
    assert causes[-2:] == ["alert_0", "alert_x"]


def test_an_incident_that_did_two_things_is_one() -> None:
    document = done((incident(1), 10.0), (incident(2), 30.0))
    for one, at_s in ((incident(1), 20.0), (incident(2), 40.0)):
        document = cooling(document, one, "rollout_restart", at_s)
    assert acted_incidents(document, incident(3), LONG_AGO_S) == 2
    assert acted_incidents(document, incident(2), LONG_AGO_S) == 1
    assert acted_incidents(document, incident(3), 20.0) == 1
    assert acted_incidents(document, incident(3, "not_ready"), LONG_AGO_S) == 0


def test_of_what_an_older_version_wrote_each_moment_is_an_incident() -> None:
    old = CoolDown("crash_loop", "evict_pod", "inc-3", (10.0, 20.0, 30.0))
    document = replace(EMPTY, cool_downs=(old,))
    assert acted_incidents(document, incident(4), LONG_AGO_S) == 3
    assert acted_incidents(document, incident(3), LONG_AGO_S) == 2
    document = cooling(document, incident(4), "evict_pod", 40.0)
    assert document.cool_downs[0].done_s == (10.0, 20.0, 30.0, 40.0)
    assert acted_incidents(document, incident(5), LONG_AGO_S) == 4


def test_more_names_than_moments_stop_no_decision() -> None:
    """No version wrote that; whoever edits a document by hand gets an answer all the same."""
    odd = CoolDown("crash_loop", "evict_pod", "inc-3", (10.0,), ("inc-1", "inc-2"))
    assert acted_incidents(replace(EMPTY, cool_downs=(odd,)), incident(4), LONG_AGO_S) == 1


def test_a_day_is_remembered() -> None:
    assert COOL_DOWN_MEMORY_S == 24 * 3600.0
