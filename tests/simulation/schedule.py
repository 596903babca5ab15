"""One simulated run from one seed: a world with true causes, two replicas, faults, then rest.

The same seed is the same run. What is checked about it is in `invariants.py`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from tests.simulation.fakes.virtual_time import run
from tests.simulation.host import Host
from tests.simulation.installation import PACK, settings_of
from tests.simulation.monitoring import Monitoring
from tests.simulation.nemesis import Nemesis, Rates
from tests.simulation.operators import Operators
from tests.simulation.parts import Shared
from tests.simulation.replaying import Replayed, documents_of, replay
from tests.simulation.scenario import (
    HEALTHY_FOR_S,
    Fault,
    Service,
    bystanders,
    deploy,
    draw,
    fall_ill,
    heal_by_itself,
)
from worker.domain.document.incident import Incident
from worker.domain.document.subject import SubjectDocument
from worker.domain.playbooks.playbook import Mode
from worker.settings import Settings

REPLICAS = 2
SKEW_MAX_S = 4.0  # of a replica's clock, either way; the worker tolerates 30
FAULTS_FOR_S = 420.0  # then the nemesis rests
SETTLED_WITHIN_S = 900.0  # after that everything has come to its end, or it never will
LOOK_EVERY_S = 10.0
DUMP_AGE_MAX_S = 60.0
MODES_DRAWN = {Mode.AUTO: 0.75, Mode.APPROVE: 0.15, Mode.SUGGEST: 0.05, Mode.OBSERVE: 0.05}
REPLAYED_RUNS = 0.3  # share of the runs whose alerts all come once more at the end
RESTART_MAX_S = 20.0  # from a crash to the next process
STOPPED_RUNS = 0.2  # share of the runs in which the kill switch is set for a while


@dataclass
class Run:
    """What happened, for the invariants to judge."""

    seed: int
    shared: Shared
    services: tuple[Service, ...]
    settings: Settings
    monitoring: Monitoring
    mode: Mode
    operators: Operators
    hosts: list[Host] = field(default_factory=list)
    lasted_s: float = 0.0
    replayed: Replayed | None = None

    @property
    def documents(self) -> list[SubjectDocument]:
        return documents_of(self.shared)


def simulate(
    seed: int,
    rates: Rates,
    mode: Mode | None = None,
    faults: Sequence[Fault] = (),
    services: tuple[Service, ...] = (),
    unanswered: str = "",
) -> Run:
    """The run of this seed, from its first alert until everything is settled; without a mode the
    seed chooses one, mostly auto, and without faults or services it chooses those. Nothing is ever
    said about the workload named `unanswered`."""
    random = Random(seed)
    shared = Shared(Nemesis(random, rates), PACK, unanswered=unanswered)
    drawn = draw(random, faults)
    return run(_simulate(seed, shared, services or drawn, mode))


async def _simulate(
    seed: int, shared: Shared, services: tuple[Service, ...], mode: Mode | None
) -> Run:
    random = shared.nemesis.random
    healthy = bystanders(random)
    drawn = random.choices(list(MODES_DRAWN), list(MODES_DRAWN.values()))[0]
    mode = mode or drawn
    living: list[Host] = []

    def alive() -> list[Host]:
        return [host for host in living if host.alive]

    monitoring = Monitoring(shared, alive)
    operators = Operators(shared, services, alive)
    here = Run(seed, shared, services, settings_of(mode), monitoring, mode, operators, living)
    deploy(shared.cluster, services, healthy)
    await asyncio.sleep(HEALTHY_FOR_S)
    fall_ill(shared.cluster, services)
    background = [
        asyncio.create_task(monitoring.run(), name="monitoring"),
        *(asyncio.create_task(_keep(here, number)) for number in range(REPLICAS)),
        *(asyncio.create_task(_heal(shared, one)) for one in services),
        asyncio.create_task(_stop_for_a_while(shared), name="kill switch"),
        asyncio.create_task(operators.answer(), name="answers"),
        asyncio.create_task(operators.meddle(), name="meddling"),
        asyncio.create_task(_put_back_a_dump(shared), name="old dump"),
    ]
    try:
        await asyncio.sleep(FAULTS_FOR_S)
        shared.nemesis.rest()
        await _until_settled(here)
        here.lasted_s = shared.clock.monotonic_s() - HEALTHY_FOR_S
        if random.random() < REPLAYED_RUNS:
            background[0].cancel()
            here.replayed = await replay(shared, living, monitoring.acknowledged)
    finally:
        for task in background:
            task.cancel()
        monitoring.end()
        for host in living:
            host.end()
        await asyncio.gather(*background, return_exceptions=True)
    shared.cluster.world.advance()
    return here


async def _keep(here: Run, number: int) -> None:
    """One replica, started again whenever it has crashed."""
    random = here.shared.nemesis.random
    starts = 0
    while True:
        starts += 1
        skew_s = random.uniform(-SKEW_MAX_S, SKEW_MAX_S)
        host = Host(here.shared, here.settings, f"replica-{number}-{starts}", skew_s)
        here.hosts.append(host)
        await host.dead.wait()
        await asyncio.sleep(random.uniform(1.0, RESTART_MAX_S))


async def _heal(shared: Shared, service: Service) -> None:
    if service.fault is Fault.PASSING:
        await asyncio.sleep(service.heals_after_s)
        heal_by_itself(shared.cluster, service)


async def _stop_for_a_while(shared: Shared) -> None:
    """In some runs somebody sets the kill switch, and lifts it again."""
    random = shared.nemesis.random
    if random.random() >= STOPPED_RUNS:
        return
    await asyncio.sleep(random.uniform(10.0, 120.0))
    shared.turn_kill_switch(True)
    await asyncio.sleep(random.uniform(10.0, 120.0))
    shared.turn_kill_switch(False)


async def _put_back_a_dump(shared: Shared) -> None:
    """In some runs somebody puts an old dump of the store back."""
    random = shared.nemesis.random
    if not shared.nemesis.strikes("store_restored"):
        return
    await asyncio.sleep(random.uniform(20.0, 150.0))
    dump = shared.store.dump()
    await asyncio.sleep(random.uniform(5.0, DUMP_AGE_MAX_S))
    shared.store.put_back(dump)
    shared.restored_s.append(shared.clock.now_s())


async def _until_settled(here: Run) -> None:
    """Until nothing is open but what a human has in hand, and nothing is owed."""
    began_s = here.shared.clock.monotonic_s()
    while here.shared.clock.monotonic_s() - began_s < SETTLED_WITHIN_S:
        await asyncio.sleep(LOOK_EVERY_S)
        if not here.monitoring.delivering and all(at_rest(one) for one in here.documents):
            return


def at_rest(document: SubjectDocument) -> bool:
    """Every incident has ended or is with a human who was told, and nothing is owed."""
    owes = document.inbox or document.intents or document.notices or document.unpublished
    return not owes and all(in_hand(one) for one in document.open_incidents)


def in_hand(incident: Incident) -> bool:
    """With a human, or held while others see to it, as the invariant then has to show."""
    waits = incident.hold is not None and incident.hold.patient
    return incident.escalated_for is not None or waits
