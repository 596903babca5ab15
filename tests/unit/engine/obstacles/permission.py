"""Those who decide about it have not said yes."""

from __future__ import annotations

from dataclasses import replace

from tests.unit.engine.asking import say_yes
from tests.unit.engine.obstacles import Obstacle
from tests.unit.engine.rig import SHOP, Rig
from tests.unit.engine.stage import EVICT, NAMESPACE, change_scope
from worker.domain.playbooks.playbook import Condition, Mode
from worker.domain.scopes.record import Demotion, Record
from worker.domain.story.reason import Reason

UNSCALED = Condition("unscaled", 'facts.ownership.replicas_owned_by == ""')
SCALED = Condition("scaled", 'facts.ownership.replicas_owned_by != ""')
WHEN, NEVER = replace(EVICT, when=(UNSCALED,)), replace(EVICT, never=(SCALED,))


async def autoscalers_unread(rig: Rig) -> None:
    rig.cluster.unlisted = {"HorizontalPodAutoscaler"}


async def read_again(rig: Rig) -> None:
    rig.cluster.unlisted = set()


async def autoscaled(rig: Rig) -> None:
    rig.cluster.world.autoscale("shop", "web", minimum=3, maximum=5)


async def allowed(rig: Rig) -> None:
    rig.restart(mode=Mode.AUTO)


async def demoted(rig: Rig) -> None:
    now_s = rig.clock.now_s()
    lowered = Demotion(SHOP.key, Mode.SUGGEST, now_s, None, Reason.STILL_SICK, "inc-1-s1-a1")
    record = Record("crash-loop", failed=1, demotions=(lowered,))
    await change_scope(rig, NAMESPACE, records=(record,))


async def lift(rig: Rig) -> None:
    lifted = await rig.engine.steering.demotions.lift(
        "crash-loop", "shop", SHOP, by="alice", words=""
    )
    assert len(lifted) == 1


async def stop(rig: Rig) -> None:
    rig.cluster.stopped = True


async def let_through(rig: Rig) -> None:
    rig.cluster.stopped = rig.cluster.switch_unreadable = False


async def hide_the_switch(rig: Rig) -> None:
    rig.cluster.switch_unreadable = True


async def lose_the_switch(rig: Rig) -> None:
    rig.cluster.switch = None


async def no_word(rig: Rig) -> None:
    rig.cluster.switch = {"stop": "perhaps"}


PERMISSION = (
    Obstacle(
        "conditions", "when is unknown", Reason.CONDITION_UNKNOWN, autoscalers_unread, read_again,
        steps=(WHEN,),
    ),
    Obstacle(
        "conditions", "never is unknown", Reason.CONDITION_UNKNOWN, autoscalers_unread, read_again,
        steps=(NEVER,),
    ),
    Obstacle(
        "conditions", "when is no", Reason.CONDITION_NOT_MET, autoscaled, steps=(WHEN,),
        before=True,
    ),
    Obstacle(
        "conditions", "never is yes", Reason.NEVER_ALLOWED, autoscaled, steps=(NEVER,),
        before=True,
    ),
    Obstacle(
        "mode_allows", "observe", Reason.OBSERVE_MODE, remove=allowed,
        settings={"mode": Mode.OBSERVE},
    ),
    Obstacle(
        "mode_allows", "suggest", Reason.SUGGEST_MODE, remove=allowed,
        settings={"mode": Mode.SUGGEST},
    ),
    Obstacle(
        "mode_allows", "approve", Reason.AWAITING_APPROVAL, remove=say_yes,
        settings={"mode": Mode.APPROVE},
    ),
    Obstacle(
        "mode_allows", "approve, of this step", Reason.AWAITING_APPROVAL, remove=say_yes,
        steps=(replace(EVICT, mode=Mode.APPROVE),),
    ),
    Obstacle("mode_allows", "demoted", Reason.DEMOTED, demoted, lift),
    Obstacle("kill_switch", "set", Reason.KILL_SWITCH, stop, let_through, behind=True),
    Obstacle(
        "kill_switch", "unreadable", Reason.KILL_SWITCH_UNREADABLE, hide_the_switch, let_through,
        behind=True,
    ),
    Obstacle(
        "kill_switch", "missing", Reason.KILL_SWITCH_UNREADABLE, lose_the_switch, let_through,
        behind=True,
    ),
    Obstacle("kill_switch", "another word", Reason.KILL_SWITCH, no_word, let_through, behind=True),
)  # fmt: skip
