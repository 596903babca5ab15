"""Too little would be left running, or too much is under way."""

from __future__ import annotations

from tests.unit.engine.obstacles import Change, Obstacle
from tests.unit.engine.obstacles.target import WEB
from tests.unit.engine.rig import SHOP, Rig, alert, body
from tests.unit.engine.stage import (
    NAMESPACE,
    RESTART,
    SICK_NODE,
    change_scope,
    pass_time,
    service,
)
from worker.domain.scopes.common_cause import node_subject
from worker.domain.scopes.scope import CLUSTER, Act, Lease, Scope, Sick
from worker.domain.story.reason import Reason
from worker.engine.ports import Json

ACTS_WINDOW_S = 3600.0
LEFT_S = 400.0  # of that window, when the turns of a test begin
OTHER = service("other", "elsewhere")


async def uncounted(rig: Rig) -> None:
    rig.cluster.uncounted = True


async def counted(rig: Rig) -> None:
    rig.cluster.uncounted = False


async def many_sick(rig: Rig) -> None:
    now_s = rig.clock.now_s()
    others = (Sick(service(f"s-{n}").text, now_s, "crash_loop") for n in range(9))
    await change_scope(rig, CLUSTER, sick=(Sick(SHOP.text, now_s, "crash_loop"), *others))


async def node_told(rig: Rig) -> None:
    about = alert("KubeNodeNotReady", at_s=rig.clock.now_s(), node=SICK_NODE, namespace="")
    assert await rig.deliver(body(about)) == [True]


async def node_decided(rig: Rig) -> None:
    """A human has it."""
    await rig.turn(node_subject(SICK_NODE))


async def all_well(rig: Rig) -> None:
    await change_scope(rig, CLUSTER, sick=())


def spec(name: str, value: Json | bool) -> Change:
    async def change(rig: Rig) -> None:
        found = rig.cluster.world.objects[WEB]
        found["spec"][name] = value
        found["metadata"]["generation"] += 1
        rig.cluster.world.put("Deployment", found)
        rig.cluster.world.advance()

    return change


async def half_rolled_out(rig: Rig) -> None:
    """Somebody stopped a rollout before it had replaced anything."""
    await spec("paused", True)(rig)
    rig.cluster.world.deploy("shop", "web", replicas=3, image="web:2")
    rig.cluster.world.advance()


async def rolled_back_by_hand(rig: Rig) -> None:
    rig.cluster.world.deploy("shop", "web", replicas=3, image="web:1")
    await spec("paused", False)(rig)


async def budget(rig: Rig) -> None:
    rig.cluster.world.protect("shop", "web", app="web", min_available=3)
    rig.cluster.world.advance()


async def no_budget(rig: Rig) -> None:
    rig.cluster.world.remove("PodDisruptionBudget", "shop", "web")


async def acted_on_before(rig: Rig) -> None:
    at_s = rig.clock.now_s() - ACTS_WINDOW_S + LEFT_S
    acts = tuple(Act(f"inc-earlier-s1-a{n}", at_s) for n in range(3))
    await rig.change(acts=acts)


async def that_window_passes(rig: Rig) -> None:
    pass_time(rig, LEFT_S)


def leased(where: Scope) -> Change:
    async def change(rig: Rig) -> None:
        now_s = rig.clock.now_s()
        lease = Lease("inc-other-s1-a1", OTHER.text, now_s, now_s + 900.0)
        await change_scope(rig, where, leases=(lease,))

    return change


def given_back(where: Scope) -> Change:
    async def change(rig: Rig) -> None:
        await change_scope(rig, where, leases=())

    return change


def many_acts(where: Scope) -> Change:
    async def change(rig: Rig) -> None:
        acts = tuple(Act(f"inc-other-s1-a{n}", rig.clock.now_s()) for n in range(5))
        await change_scope(rig, where, acts=acts)

    return change


async def their_window_passes(rig: Rig) -> None:
    pass_time(rig, 600.0)


CAPACITY = (
    Obstacle(
        "no_storm", "services are not counted", Reason.EVIDENCE_UNKNOWN, uncounted, counted
    ),
    Obstacle("no_storm", "ten sick", Reason.STORM, many_sick, all_well, before=True),
    Obstacle(
        "no_common_cause", "its node is undecided", Reason.COMMON_CAUSE,
        node_told, node_decided, before=True,
    ),
    Obstacle(
        "one_disruption", "a rollout", Reason.ROLLOUT_IN_PROGRESS,
        half_rolled_out, rolled_back_by_hand,
    ),
    Obstacle(
        "availability_floor", "a budget", Reason.DISRUPTION_BUDGET, budget, no_budget, behind=True
    ),
    Obstacle(
        "availability_floor", "none would be left", Reason.LAST_HEALTHY_REPLICA,
        spec("strategy", {"type": "Recreate"}), steps=(RESTART,),
    ),
    Obstacle(
        "subject_rate", "three acts", Reason.RATE_LIMITED, acted_on_before, that_window_passes
    ),
    *(
        Obstacle(
            "room_in_scopes", f"a lease in the {of.kind}", Reason.NO_LEASE, leased(of),
            given_back(of), behind=True,
        )
        for of in (NAMESPACE, CLUSTER)
    ),
    *(
        Obstacle(
            "room_in_scopes", f"acts in the {of.kind}", Reason.RATE_LIMITED, many_acts(of),
            their_window_passes, behind=True,
        )
        for of in (NAMESPACE, CLUSTER)
    ),
)  # fmt: skip
