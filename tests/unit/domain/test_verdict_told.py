"""A verdict at its edges: the last moment that counts, whose credit it is, and what stays of it."""

from __future__ import annotations

from dataclasses import replace

from tests.unit.domain.builders import (
    SICK,
    WATCH,
    WELL,
    only,
    rollout,
    steadily,
    verifying,
    watched,
)
from tests.unit.domain.remedies import DEADLINE_S, MEMORY, SETTLED_S
from worker.domain.document.incident import Phase
from worker.domain.observed.evidence import RolloutHealth
from worker.domain.story.journal import EntryKind
from worker.domain.story.reason import Reason

PENDING = replace(WELL, rollout=rollout(ready=2, available=2))


def test_health_that_begins_at_the_deadline_begins_in_time() -> None:
    waiting = steadily(PENDING, SETTLED_S, DEADLINE_S - 1.0)
    healthy = steadily(WELL, DEADLINE_S, DEADLINE_S + WATCH.window_s)
    document = watched(verifying(), *waiting, *healthy)
    assert only(document).resolution is Reason.REPAIRED


def test_health_that_begins_later_is_too_late_and_its_streak_is_not_kept() -> None:
    document = watched(verifying(), (SETTLED_S, PENDING), (DEADLINE_S + 1.0, WELL))
    incident = only(document)
    assert (incident.phase, incident.streak) == (Phase.OPEN, None)
    assert incident.attempts[0].verdict is Reason.NOT_YET
    assert document.journal[-1].detail["detail"].endswith(", but not before the deadline")


def test_what_is_well_too_late_is_no_repair_and_not_undone_either() -> None:
    limited = MEMORY.in_vain.rollout
    assert isinstance(limited, RolloutHealth)
    seen = replace(WELL, rollout=replace(limited, ready=3, available=3))
    document = MEMORY.looked(MEMORY.verifying(), seen, DEADLINE_S + 1.0).document
    incident = only(document)
    assert incident.attempts[0].verdict is Reason.NOT_YET
    assert (incident.phase, incident.undoing, incident.rung) == (Phase.OPEN, "", 1)


def test_what_somebody_else_rolled_out_meanwhile_gets_the_credit() -> None:
    theirs = replace(WELL, rollout=rollout(revision="6"))
    looks = steadily(theirs, SETTLED_S, SETTLED_S + WATCH.window_s)
    document = watched(verifying(), *looks)
    assert only(document).resolution is Reason.RESOLVED_BY_OTHERS
    (verdict,) = [one for one in document.journal if one.kind is EntryKind.VERDICT]
    assert verdict.detail == {
        "action": "evict pod",
        "target": "shop/Pod/web-1",
        "detail": "3 of 3 pods available, none sick for 300 s; revision 6 came after the action, "
        "so the credit isn't ours",
    }
    assert document.journal[-1].detail == {"detail": "revision 6 came after the action"}


def test_a_verdict_names_its_incident() -> None:
    document = watched(verifying(), (SETTLED_S, SICK))
    assert document.journal[-1].kind is EntryKind.VERDICT
    assert document.journal[-1].incident == only(document).id
