"""A rollout of ours takes its time: what it has yet to replace is no proof against it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.domain.builders import (
    ACCEPTED,
    CRASH_LOOP,
    NOW_S,
    POLICY,
    RESTART,
    SICK,
    SOAKED_S,
    WATCH,
    crashing,
    decided,
    facts,
    only,
    opened,
    pod,
    rollout,
    steadily,
)
from tests.unit.domain.remedies import (
    BAD,
    DEADLINE_S,
    DEPLOYED_S,
    MADE_S,
    MEMORY,
    ROLL_BACK,
    SETTLED_S,
)
from worker.domain.deciding.outcome import record
from worker.domain.document.incident import Phase
from worker.domain.observed.evidence import Unknown
from worker.domain.observed.facts import Facts
from worker.domain.playbooks.pack import Pack
from worker.domain.story.reason import Reason
from worker.domain.verify.attribution import being_replaced

NEW = pod("web-6", created_at_s=MADE_S)
OLD_ONES = facts(*BAD, NEW, rollout=rollout(revision="7", updated=1, ready=1, available=1))
NEW_ONE_TOO = facts(*BAD, crashing("web-6", created_at_s=MADE_S), rollout=OLD_ONES.rollout)
ALL_NEW = facts(*(pod(f"web-{n}", created_at_s=MADE_S) for n in (6, 7, 8)), rollout=rollout(
    revision="7"))  # fmt: skip
NOT_OBSERVED = replace(OLD_ONES, rollout=rollout(revision="6", observed_generation=2, available=1))


@pytest.mark.parametrize("seen", [OLD_ONES, NOT_OBSERVED], ids=["half way", "not begun"])
def test_a_rollback_is_not_called_in_vain_while_it_replaces_what_was_sick(seen: Facts) -> None:
    document = ROLL_BACK.looked(ROLL_BACK.verifying(), seen, SETTLED_S).document
    assert (only(document).phase, only(document).undoing) == (Phase.VERIFYING, "")
    for after_s, look in steadily(ALL_NEW, SETTLED_S + 60.0, SETTLED_S + 60.0 + WATCH.window_s):
        document = ROLL_BACK.looked(document, look, after_s).document
    assert only(document).resolution is Reason.REPAIRED


def test_what_it_made_itself_and_is_sick_counts_at_once() -> None:
    document = ROLL_BACK.looked(ROLL_BACK.verifying(), NEW_ONE_TOO, SETTLED_S).document
    assert only(document).attempts[0].verdict is Reason.STILL_SICK
    assert only(document).undoing == ROLL_BACK.intent_id


def test_a_rollout_that_hangs_is_in_vain_at_the_deadline() -> None:
    document = ROLL_BACK.verifying()
    for at_s in (SETTLED_S, DEADLINE_S - 1.0):
        document = ROLL_BACK.looked(document, OLD_ONES, at_s).document
        assert only(document).phase is Phase.VERIFYING
    document = ROLL_BACK.looked(document, OLD_ONES, DEADLINE_S).document
    assert only(document).attempts[0].verdict is Reason.NOT_YET
    assert "its rollout goes on" in document.journal[-1].detail["detail"]
    assert only(document).undoing == ROLL_BACK.intent_id


def test_a_restart_is_waited_for_like_any_rollout() -> None:
    pack = Pack(1, (replace(CRASH_LOOP, steps=(RESTART,)),))
    document = decided(opened(), SICK, pack=pack).document
    document = record(document, document.intents[0].id, ACCEPTED, POLICY, SOAKED_S)
    rolling = replace(SICK, rollout=rollout(revision="6", updated=1, ready=2, available=2))
    document = decided(document, rolling, NOW_S + SETTLED_S, pack=pack).document
    assert only(document).phase is Phase.VERIFYING


@pytest.mark.parametrize(
    ("seen", "replaced"),
    [
        pytest.param(rollout(updated=1), True, id="rolls"),
        pytest.param(rollout(observed_generation=2), True, id="not observed"),
        pytest.param(rollout(), False, id="it is through"),
        pytest.param(Unknown("timed out"), False, id="unknown"),
    ],
)
def test_being_replaced(seen: object, replaced: bool) -> None:
    attempt = only(MEMORY.verifying()).attempts[0]
    world = replace(SICK, rollout=seen)  # type: ignore[arg-type]
    old = crashing("web-1", created_at_s=DEPLOYED_S)
    young = crashing("web-4", created_at_s=MADE_S)
    assert being_replaced(attempt, (old,), world) is replaced
    assert not being_replaced(attempt, (old, young), world)
    eviction = replace(attempt, action="evict_pod")
    assert not being_replaced(eviction, (old,), world), "it makes no rollout"
