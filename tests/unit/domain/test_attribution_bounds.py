"""Where it is still counted and where it is no longer: ages, clocks, and how many are named."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.domain.builders import (
    NOW_S,
    SOAKED_S,
    WELL,
    crashing,
    facts,
    only,
    pod,
    rollout,
    verifying,
)
from tests.unit.domain.remedies import MEMORY
from worker.domain.catalogue import Verb
from worker.domain.observed.evidence import Unknown
from worker.domain.scopes.scope import CLUSTER, ScopeDocument, Sick
from worker.domain.scopes.scopes_seen import ScopesSeen
from worker.domain.verify.attribution import being_replaced, hurt_neighbours, made_worse

NEWBORN_S = 180.0
LOST = "1 available, 2 before the action"
EVICTION = only(verifying()).attempts[0]
RESTART = replace(EVICTION, action=str(Verb.ROLLOUT_RESTART))


@pytest.mark.parametrize(
    ("age_s", "lost"), [(NEWBORN_S - 1.0, ""), (NEWBORN_S, LOST), (NEWBORN_S + 1.0, LOST)]
)
def test_a_pod_that_is_no_newborn_any_more_is_not_waited_for(age_s: float, lost: str) -> None:
    starting = pod("web-4", ready=False, created_at_s=NOW_S - age_s)
    assert made_worse(RESTART, facts(starting, pod("web-2")), NEWBORN_S) == lost


def test_where_no_pod_can_be_seen_none_is_starting() -> None:
    seen = replace(WELL, rollout=rollout(ready=1, available=1), pods=Unknown("timed out"))
    assert made_worse(RESTART, seen, NEWBORN_S) == LOST


@pytest.mark.parametrize(
    ("before_s", "replaced"),
    [(1.5, True), (1.0, False), (0.0, False)],
    ids=["surely older", "clocks tell whole seconds", "made with it"],
)
def test_what_our_rollout_has_yet_to_replace_is_surely_older_than_it(
    before_s: float, replaced: bool
) -> None:
    attempt = only(MEMORY.verifying()).attempts[0]
    old = crashing(created_at_s=SOAKED_S - before_s)
    seen = facts(old, rollout=rollout(updated=1))
    assert attempt.decided_at_s == SOAKED_S
    assert being_replaced(attempt, (old,), seen) is replaced


def test_of_many_hurt_neighbours_five_are_named() -> None:
    document = verifying()
    sick = tuple(
        Sick(f"service/shop/Deployment/{name}", SOAKED_S + 5.0, "crash_loop") for name in "fbdace"
    )
    seen = replace(WELL, scopes=ScopesSeen((ScopeDocument(CLUSTER.kind, sick=sick),), known=100))
    assert hurt_neighbours(document, only(document).attempts[0], seen) == (
        "Deployment/a, Deployment/b, Deployment/c, Deployment/d, Deployment/e"
    )
