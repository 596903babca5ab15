"""What is truly wrong in the cluster, drawn from the seed; only the right deed heals it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from random import Random

from worker.adapters.simulated import SimulatedCluster
from worker.adapters.simulated.objects import is_ready, is_terminating

NAMESPACE = "shop"
HEALTHY_NODES = ("node-a", "node-b", "node-c")
SERVICES_MAX = 3
REPLICAS_MAX = 3


class Fault(StrEnum):
    """The true cause; `node` and `sluggish` are what the worker can repair."""

    NONE = "none"
    NODE = "node"  # one pod crashes because of where it runs: another place heals it
    TEMPLATE = "template"  # every pod crashes because of what it runs: nothing of ours heals it
    SLUGGISH = "sluggish"  # no pod gets ready until all of them are restarted
    PASSING = "passing"  # like `node`, and the node heals by itself
    NAKED = "naked"  # a pod that crashes and that nothing would make again
    PROTECTED = "protected"  # like `node`, in a namespace that is not ours to touch
    OPTED_OUT = "opted_out"  # like `node`, and its owner wants nobody to touch it


REPAIRABLE = frozenset({Fault.NODE, Fault.SLUGGISH})
UNTOUCHABLE = frozenset({Fault.NAKED, Fault.PROTECTED, Fault.OPTED_OUT})
ON_A_SICK_NODE = frozenset({Fault.NODE, Fault.PASSING, Fault.PROTECTED, Fault.OPTED_OUT})


@dataclass(frozen=True, slots=True)
class Service:
    name: str
    replicas: int
    fault: Fault
    heals_after_s: float

    @property
    def namespace(self) -> str:
        return "kube-system" if self.fault is Fault.PROTECTED else NAMESPACE


def draw(random: Random) -> tuple[Service, ...]:
    """One to three services, each with a fault of its own."""
    return tuple(
        Service(
            name=f"app{number}",
            replicas=random.randint(1, REPLICAS_MAX),
            fault=random.choice(list(Fault)),
            heals_after_s=random.uniform(20.0, 200.0),
        )
        for number in range(random.randint(1, SERVICES_MAX))
    )


def deploy(cluster: SimulatedCluster, services: tuple[Service, ...]) -> None:
    """Everything is deployed, and what is sick falls ill at once."""
    world = cluster.world
    for service in services:
        image = f"{service.name}:1"
        if service.fault is Fault.TEMPLATE:
            world.sick_images.add(image)
        if service.fault is Fault.SLUGGISH:
            world.unready_templates.add(service.name)
        world.nodes = dict.fromkeys(HEALTHY_NODES, True)
        if service.fault is Fault.NAKED:
            world.sick_images.add(image)
            world.run(NAMESPACE, service.name, image=image)
            continue
        if service.fault in ON_A_SICK_NODE:
            # Its first pod finds no other node; later ones are never put there.
            world.sick_nodes.add(sick(service))
            world.nodes = {sick(service): True}
            world.deploy(service.namespace, service.name, replicas=1, image=image)
            world.advance()
        world.nodes = dict.fromkeys(HEALTHY_NODES, True)
        world.deploy(service.namespace, service.name, replicas=service.replicas, image=image)
        if service.fault is Fault.OPTED_OUT:
            key = "aiops-operator.io/enabled"
            world.annotate("Deployment", NAMESPACE, service.name, key, "false")
        world.advance()


def sick(service: Service) -> str:
    """The name of this service's sick node."""
    return f"sick-{service.name}"


def heal_by_itself(cluster: SimulatedCluster, service: Service) -> None:
    cluster.world.sick_nodes.discard(sick(service))


def truly_healthy(cluster: SimulatedCluster, service: Service) -> bool:
    """The truth, which no probe can bend: as many pods as were wanted, each ready."""
    pods = [
        pod
        for pod in cluster.world.of("Pod", service.namespace)
        if pod["metadata"]["labels"]["app"] == service.name and not is_terminating(pod)
    ]
    return len(pods) >= service.replicas and all(is_ready(pod) for pod in pods)
