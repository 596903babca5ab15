"""An old dump of the store is put back while the cluster bears what has been done since.

What is forgotten is not done again: each id takes effect once, and a human is told why it ends.
"""

from __future__ import annotations

import asyncio

from tests.simulation.fooling import LASTS_S, LOOK_EVERY_S, Deed, Sickness, Stage, play
from tests.simulation.watchman import APP, Rule
from worker.domain.story.reason import Reason

ROLLED_OUT_S = 5.0  # a restart of two pods has come to its end
THERE_AND_BACK = ["a1", "a2"]


def forgetting(writes: int) -> Deed:
    """The dump is of the moment of the deed; it is put back after so many writes."""

    def deed(stage: Stage) -> None:
        dump = stage.shared.store.dump()
        stage.deeds.append(asyncio.create_task(_put_back(stage, dump, writes)))

    return deed


async def _put_back(stage: Stage, dump: dict[str, tuple[bytes, int]], writes: int) -> None:
    for _ in range(int(LASTS_S / LOOK_EVERY_S)):
        await asyncio.sleep(LOOK_EVERY_S)
        if len(stage.shared.applied) >= writes:
            break
    stage.shared.store.put_back(dump)
    stage.shared.restored_s.append(stage.shared.clock.now_s())


def test_what_was_forgotten_is_not_done_again() -> None:
    """One replica more, which was too few, and back; then neither is known any more."""
    stage = play(Sickness.LAGS_ON, Rule.LAG, forgetting(len(THERE_AND_BACK)))
    assert len(stage.shared.restored_s) == 1
    sent = [one.request.intent_id.rpartition("-")[2] for one in stage.shared.applied]
    assert sent == THERE_AND_BACK
    (incident,) = stage.incidents
    assert incident.escalated_for is Reason.MEMORY_LOST
    assert incident.id in stage.told


async def _relapse(stage: Stage) -> None:
    """It is restarted, which heals it; that is forgotten, and it falls sick again."""
    dump = stage.shared.store.dump()
    for _ in range(int(LASTS_S / LOOK_EVERY_S)):
        await asyncio.sleep(LOOK_EVERY_S)
        if any(one.request.ref.kind == "Deployment" for one in stage.shared.applied):
            break
        if not any(one.intents for one in stage.documents):
            dump = stage.shared.store.dump()
    await asyncio.sleep(ROLLED_OUT_S)
    stage.shared.store.put_back(dump)
    stage.world.unready_apps.add(APP)


def relapsing(stage: Stage) -> None:
    stage.deeds.append(asyncio.create_task(_relapse(stage)))


def test_what_is_decided_anew_is_found_done() -> None:
    """It gets the id that it had, which the workload bears."""
    stage = play(Sickness.HANGS, Rule.OWNER, relapsing)
    assert [one.request.ref.kind for one in stage.shared.applied] == ["Pod", "Deployment"]
    (incident,) = stage.incidents
    assert [a.outcome for a in incident.attempts] == [Reason.ACCEPTED, Reason.FOUND_DONE]
    assert incident.id in stage.told
