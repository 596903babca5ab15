"""What is truly wrong in the cluster, drawn from the seed; only the right deed heals it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from random import Random

from worker.adapters.simulated import SimulatedCluster
from worker.adapters.simulated.objects import is_ready, is_terminating

NAMESPACE = "shop"
HEALTHY_NODES = ("node-a", "node-b", "node-c")
SERVICES_MAX = 3
BYSTANDERS = 9  # healthy services around them: so few sick ones are no storm
ALONE_RUNS = 0.1  # share of the runs without bystanders, where three sick services are a storm
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
    BAD_DEPLOY = "bad_deploy"  # a new template crashes, and the one before it was healthy
    MEMORY = "memory"  # its limit is a little too low for what it needs
    LEAK = "leak"  # it eats whatever it gets


REPAIRABLE = frozenset({Fault.NODE, Fault.SLUGGISH, Fault.BAD_DEPLOY, Fault.MEMORY})
UNREPAIRABLE = frozenset({Fault.NONE, Fault.TEMPLATE, Fault.LEAK})
LIMIT = "256Mi"
NEEDS_BYTES = {Fault.MEMORY: 320 * 2**20, Fault.LEAK: 64 * 2**30}
HEALTHY_FOR_S = 7200.0  # what is healthy at first is known as healthy by then
UNTOUCHABLE = frozenset({Fault.NAKED, Fault.PROTECTED, Fault.OPTED_OUT})
ON_A_SICK_NODE = frozenset({Fault.NODE, Fault.PASSING, Fault.PROTECTED, Fault.OPTED_OUT})


@dataclass(frozen=True, slots=True)
class Service:
    name: str
    replicas: int
    fault: Fault
    heals_after_s: float
    place: str = ""  # its sick node; one of its own, unless several share one

    @property
    def namespace(self) -> str:
        return "kube-system" if self.fault is Fault.PROTECTED else NAMESPACE


def bystanders(random: Random) -> tuple[str, ...]:
    """Names of services that nothing is wrong with."""
    if random.random() < ALONE_RUNS:
        return ()
    return tuple(f"calm{number}" for number in range(BYSTANDERS))


def draw(random: Random, faults: Sequence[Fault] = ()) -> tuple[Service, ...]:
    """One to three services, each with a fault of its own; or one with each of these."""
    return tuple(
        Service(
            name=f"app{number}",
            replicas=random.randint(1, REPLICAS_MAX),
            fault=faults[number] if faults else random.choice(list(Fault)),
            heals_after_s=random.uniform(20.0, 200.0),
        )
        for number in range(len(faults) or random.randint(1, SERVICES_MAX))
    )


def deploy(
    cluster: SimulatedCluster, services: tuple[Service, ...], healthy: tuple[str, ...]
) -> None:
    """Everything is deployed; what is sick from the beginning is sick at once."""
    world = cluster.world
    world.nodes = dict.fromkeys(HEALTHY_NODES, True)
    for name in healthy:
        world.deploy(NAMESPACE, name, replicas=1, image=f"{name}:1")
    world.advance()
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
        limit = LIMIT if service.fault in NEEDS_BYTES else ""
        world.deploy(
            service.namespace, service.name, replicas=service.replicas, image=image,
            memory_limit=limit,
        )  # fmt: skip
        if service.fault is Fault.OPTED_OUT:
            key = "aiops-operator.io/enabled"
            world.annotate("Deployment", NAMESPACE, service.name, key, "false")
        world.advance()


def fall_ill(cluster: SimulatedCluster, services: tuple[Service, ...]) -> None:
    """What was healthy until now is not any more: a release went out, a load grew."""
    world = cluster.world
    for service in services:
        if service.fault is Fault.BAD_DEPLOY:
            image = f"{service.name}:2"
            world.sick_images.add(image)
            world.deploy(service.namespace, service.name, replicas=service.replicas, image=image)
        if service.fault in NEEDS_BYTES:
            world.needs_memory[service.name] = NEEDS_BYTES[service.fault]
    world.advance()


def sick(service: Service) -> str:
    """The name of this service's sick node."""
    return service.place or f"sick-{service.name}"


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
