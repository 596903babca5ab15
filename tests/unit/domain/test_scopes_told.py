"""Scopes at their edges: a hold that comes last, a storm in words, the usual inflow."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.domain.builders import NOW_S
from worker.domain.document.identity import STORM_ALERT
from worker.domain.incoming.alert import Alert, AlertStatus
from worker.domain.people.person_hold import PersonHold
from worker.domain.scopes.scope import (
    SICK_MAX,
    Claim,
    Hour,
    Lease,
    Limits,
    Opened,
    ScopeDocument,
    ScopeKind,
    Sick,
    claimed,
)
from worker.domain.scopes.storm import HOUR_S, Storm, StormLimits, gathering, storm_alert
from worker.domain.story.reason import Reason

LIMITS = StormLimits()
CLAIM = Claim("i-1", "s-1", disrupts=True, lease_s=900.0)
ROOM = Limits(1, 3, 600.0)
EMPTY = ScopeDocument(ScopeKind.CLUSTER)
HELD = replace(EMPTY, holds=(PersonHold("on_it:ada", "on_it", "ada", NOW_S, NOW_S + 60.0),))


def test_who_puts_the_scope_on_hold_after_it_was_read_is_still_in_time() -> None:
    assert claimed(HELD, CLAIM, ROOM, NOW_S) is Reason.PERSON_AT_WORK
    assert claimed(HELD, CLAIM, ROOM, NOW_S + 59.0) is Reason.PERSON_AT_WORK
    assert isinstance(claimed(HELD, CLAIM, ROOM, NOW_S + 60.0), ScopeDocument)


def test_a_lease_says_of_which_node_pool_its_node_is() -> None:
    after = claimed(EMPTY, replace(CLAIM, node_pool="spot"), ROOM, NOW_S)
    assert isinstance(after, ScopeDocument)
    assert after.leases == (Lease("i-1", "s-1", NOW_S, NOW_S + 900.0, "spot"),)


def test_a_person_at_work_is_told_before_a_lack_of_room() -> None:
    full = replace(ROOM, leases_max=0)
    assert claimed(HELD, CLAIM, full, NOW_S) is Reason.PERSON_AT_WORK
    assert claimed(EMPTY, CLAIM, full, NOW_S) is Reason.NO_LEASE


def test_a_storm_becomes_one_critical_alert_of_its_own() -> None:
    found = Storm("4 of 10 services are sick", NOW_S, 4)
    assert storm_alert(found, NOW_S + 1.0) == Alert(
        name=STORM_ALERT,
        status=AlertStatus.FIRING,
        labels={"severity": "critical", "sick": "4", "words": "4 of 10 services are sick"},
        annotations={},
        starts_at_s=NOW_S + 1.0,
        ends_at_s=None,
        fingerprint=STORM_ALERT,
    )


def test_of_services_that_nobody_has_counted_so_many_are_all_of_them() -> None:
    sick = tuple(Sick(f"s-{n}", NOW_S, "crash_loop") for n in range(SICK_MAX))
    words = gathering(replace(EMPTY, sick=sick), None, LIMITS, NOW_S)
    assert words == f"{SICK_MAX} of all services are sick"
    assert gathering(replace(EMPTY, sick=sick[1:]), None, LIMITS, NOW_S) is None


@pytest.mark.parametrize(("hours_ago", "usual"), [(0, False), (1, True), (24, True), (25, False)])
def test_the_usual_inflow_is_that_of_the_24_hours_before_this_one(
    hours_ago: int, usual: bool
) -> None:
    now_s = NOW_S + HOUR_S / 2
    hour = Hour(int(now_s // HOUR_S) - hours_ago, 2 * 24 * 60)
    opened = tuple(Opened(f"inc-{n}", now_s) for n in range(20))
    words = gathering(replace(EMPTY, opened=opened, hours=(hour,)), 10, LIMITS, now_s)
    assert (words is None) is usual
