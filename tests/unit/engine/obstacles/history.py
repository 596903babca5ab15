"""It was tried too often, or nobody remembers what was tried."""

from __future__ import annotations

from dataclasses import replace

from tests.unit.engine.obstacles import Change, Obstacle
from tests.unit.engine.obstacles.target import WEB
from tests.unit.engine.rig import Rig
from tests.unit.engine.stage import EVICT, incident_of, pass_time
from worker.domain.deciding.policy import Policy
from worker.domain.document.change import Recurrence
from worker.domain.document.subject import CoolDown
from worker.domain.story.reason import Reason

COOL_DOWN_S = 500.0
HASTY = replace(EVICT, cool_down_s=1.0)
OTHER_VERBS = ("rollout_restart", "roll_back", "pause_rollout", "raise_memory_limit")


def evicted_before(count: int, ago_s: float) -> Change:
    """By as many incidents of this cause, a minute apart."""

    async def change(rig: Rig) -> None:
        last_s = rig.clock.now_s() - ago_s
        times = tuple(last_s - 60.0 * n for n in reversed(range(count)))
        names = tuple(f"inc-earlier-{n}" for n in range(count))
        cool = CoolDown("crash_loop", "evict_pod", names[-1], times, names[:-1])
        await rig.change(cool_downs=(cool,))

    return change


async def repaired_before(rig: Rig) -> None:
    """By other verbs, two hours ago, each time in vain."""
    at_s = rig.clock.now_s() - 7200.0
    made = (CoolDown("crash_loop", verb, f"inc-{verb}", (at_s,)) for verb in OTHER_VERBS)
    await rig.change(cool_downs=tuple(made))


async def comes_and_goes(rig: Rig) -> None:
    times = tuple(rig.clock.now_s() - 60.0 * n for n in range(Policy().flaps_max))
    await rig.change(recurrences=(Recurrence("crash_loop", times),))


async def cooled(rig: Rig) -> None:
    pass_time(rig, COOL_DOWN_S)


async def done_and_forgotten(rig: Rig) -> None:
    """The workload bears a deed of this incident that our store knows nothing of."""
    intent = f"{(await incident_of(rig)).id}-s9-a9"
    rig.cluster.world.annotate(*WEB, "aiops-operator.io/intent-id", intent)
    rig.cluster.world.advance()


HISTORY = (
    Obstacle(
        "attempts_left", "three within an hour", Reason.ATTEMPTS_USED, evicted_before(3, 600.0),
        steps=(HASTY,),
    ),
    Obstacle("not_looping", "four repairs in vain", Reason.LOOPING, repaired_before),
    Obstacle("not_flapping", "it comes and goes", Reason.FLAPPING, comes_and_goes),
    Obstacle(
        "cooled_down", "done a moment ago", Reason.COOL_DOWN, evicted_before(1, 10.0), cooled,
        steps=(replace(EVICT, cool_down_s=COOL_DOWN_S),),
    ),
    Obstacle("nothing_forgotten", "an old store", Reason.MEMORY_LOST, done_and_forgotten),
)  # fmt: skip
