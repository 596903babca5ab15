"""Things that may not be touched, or not like this."""

from __future__ import annotations

from tests.unit.engine.obstacles import Obstacle
from tests.unit.engine.rig import Rig, alert, body
from tests.unit.engine.stage import MORE_MEMORY, RESTART, deploy, hungry, pass_time
from worker.adapters.simulated.store import Key
from worker.domain.document.identity import Subject, SubjectKind
from worker.domain.story.reason import Reason
from worker.engine.ports import Json

WEB: Key = ("Deployment", "shop", "web")
NAKED = Subject(SubjectKind.SERVICE, "shop", "Pod/lonely")


async def without_uids(rig: Rig) -> None:
    """A proxy in front of the API server lets no uid of a pod through."""

    def stripped(items: list[Json]) -> list[Json]:
        return [_without_uid(one) if one["kind"] == "Pod" else one for one in items]

    rig.cluster.seen_through = stripped


def _without_uid(found: Json) -> Json:
    return {**found, "metadata": {**found["metadata"], "uid": ""}}


async def opt_out(rig: Rig) -> None:
    rig.cluster.world.annotate(*WEB, "aiops-operator.io/enabled", "false")


async def nothing_but_a_pod(rig: Rig) -> None:
    deploy(rig)
    rig.cluster.world.sick_images.add("lonely:1")
    rig.cluster.world.run("shop", "lonely", image="lonely:1")
    pass_time(rig, 20.0)
    assert await rig.deliver(body(alert(namespace="shop", pod="lonely"))) == [True]
    await rig.turn(NAKED)
    pass_time(rig, 61.0)


async def made_by_an_operator(rig: Rig) -> None:
    found = rig.cluster.world.objects[WEB]
    owner = {"apiVersion": "kafka.strimzi.io/v1", "kind": "Kafka", "name": "orders", "uid": "k-1"}
    found["metadata"]["ownerReferences"] = [{**owner, "controller": True}]
    rig.cluster.world.put("Deployment", found)


async def vertical_autoscalers_unread(rig: Rig) -> None:
    rig.cluster.unlisted = {"VerticalPodAutoscaler"}


async def read_again(rig: Rig) -> None:
    rig.cluster.unlisted = set()


TARGET = (
    Obstacle(
        "still_there", "no uid is known", Reason.TARGET_GONE, without_uids, behind=True
    ),
    Obstacle(
        "protected", "the namespace", Reason.PROTECTED,
        settings={"protected_namespaces": frozenset({"shop"})},
    ),
    Obstacle(
        "protected", "the workload", Reason.PROTECTED,
        settings={"protected_workloads": frozenset({"shop/Deployment/web"})},
    ),
    Obstacle(
        "protected", "ourselves", Reason.PROTECTED,
        settings={"own_namespace": "shop", "own_workload": "Deployment/web"},
    ),
    Obstacle("opted_out", "by annotation", Reason.OPTED_OUT, opt_out),
    Obstacle(
        "has_controller", "a naked pod", Reason.NO_CONTROLLER,
        ready=nothing_but_a_pod, subject=NAKED,
    ),
    Obstacle(
        "owned_by_others", "an operator", Reason.OWNED_BY_OTHERS, made_by_an_operator,
        steps=(RESTART,),
    ),
    Obstacle(
        "owned_by_others", "nobody knows by whom", Reason.EVIDENCE_UNKNOWN,
        vertical_autoscalers_unread, read_again, steps=(MORE_MEMORY,), ready=hungry,
    ),
)  # fmt: skip
