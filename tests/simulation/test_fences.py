"""A write whose answer is lost, or that comes late to what somebody has changed: no effect but one.

What follows is made from what is there then.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace

import pytest

from tests.simulation.fooling import LASTS_S, Deed, Sickness, Stage, play
from tests.simulation.invariants.effects import called_not_done
from tests.simulation.nemesis import CALM
from tests.simulation.watchman import APP, NAMESPACE, Rule
from worker.domain.catalogue import Verb
from worker.domain.document.incident import Incident

SOON_S = 0.05  # a late write comes later than that
STOPPED_S = 20.0  # long enough for a look or two
Then = Callable[[Stage], Coroutine[None, None, None]]


def struck(verb: Verb, fault: str, then: Then) -> Deed:
    """This happens to the first write of this kind, and that follows at once."""

    def deed(stage: Stage) -> None:
        stage.deeds.append(asyncio.create_task(_strike(stage, verb, fault, then)))

    return deed


async def _strike(stage: Stage, verb: Verb, fault: str, then: Then) -> None:
    nemesis = stage.shared.nemesis
    for _ in range(int(LASTS_S / SOON_S)):
        await asyncio.sleep(SOON_S)
        decided = any(one.action == verb for d in stage.documents for one in d.intents)
        nemesis.rates = replace(CALM, **{fault: float(decided)})
        if nemesis.happened[fault]:
            break
    nemesis.rates = CALM
    await then(stage)


async def touch(stage: Stage) -> None:
    """Somebody changes what may be its target."""
    for kind in ("Deployment", "Pod"):
        for one in stage.world.of(kind, NAMESPACE):
            stage.world.annotate(kind, NAMESPACE, one["metadata"]["name"], "touched", APP)


async def stop(stage: Stage) -> None:
    """Somebody sets the kill switch, and lifts it again."""
    stage.shared.turn_kill_switch(True)
    await asyncio.sleep(STOPPED_S)
    stage.shared.turn_kill_switch(False)


async def nothing(stage: Stage) -> None:
    """Nobody does."""


@dataclass(frozen=True)
class Row:
    verb: Verb
    sickness: Sickness
    rule: Rule


TABLE = (
    Row(Verb.EVICT_POD, Sickness.PLACE, Rule.POD),
    Row(Verb.ROLLOUT_RESTART, Sickness.HANGS, Rule.OWNER),
    Row(Verb.SCALE, Sickness.LAGS, Rule.LAG),
)


IN_VAIN = Row(Verb.ROLLOUT_RESTART, Sickness.BROKEN, Rule.OWNER)
rows = pytest.mark.parametrize("row", TABLE, ids=lambda row: row.verb)


def done_once(stage: Stage, verb: Verb) -> Incident:
    """This remedy at the end, and each deed took effect once, and is known to have."""
    counted = Counter(one.request.intent_id for one in stage.shared.applied)
    assert set(counted.values()) == {1}
    assert [*called_not_done(stage.shared.applied, stage.documents)] == []
    (incident,) = stage.incidents
    assert incident.attempts[-1].action == verb
    return incident


def healed_once(stage: Stage, verb: Verb) -> None:
    incident = done_once(stage, verb)
    assert stage.endings[incident.id].truly_well


@rows
def test_what_has_changed_is_not_written_over(row: Row) -> None:
    stage = play(row.sickness, row.rule, struck(row.verb, "write_late", touch))
    assert stage.shared.nemesis.happened["write_late"] == 1
    changed = [one for one in stage.shared.applied if not one.target_was_as_read]
    assert [one.request.intent_id for one in changed] == []
    healed_once(stage, row.verb)


@pytest.mark.parametrize("row", [*TABLE, IN_VAIN], ids=str)
def test_what_was_done_is_not_done_again(row: Row) -> None:
    """Its answer was lost: what shows that it was done is on the target."""
    stage = play(row.sickness, row.rule, struck(row.verb, "write_unanswered", nothing))
    assert stage.shared.nemesis.happened["write_unanswered"] == 1
    if row is IN_VAIN:
        done_once(stage, row.verb)
        assert len(stage.told) == 1
    else:
        healed_once(stage, row.verb)


@rows
def test_what_may_still_come_is_waited_for(row: Row) -> None:
    """Under way when everything else is forbidden: it is no deed that wasn't done."""
    stage = play(row.sickness, row.rule, struck(row.verb, "write_late", stop))
    assert stage.shared.nemesis.happened["write_late"] == 1
    done_once(stage, row.verb)
