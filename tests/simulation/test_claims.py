"""[11] Whatever two replicas claim at the same time, a scope grants what it bears, and no more."""

from __future__ import annotations

import asyncio
from random import Random

from tests.simulation.fakes.virtual_time import run
from tests.simulation.gate import Gate
from tests.simulation.hostile import HostileStore
from tests.simulation.installation import PACK
from tests.simulation.nemesis import CALM, Nemesis
from tests.simulation.parts import Shared
from worker.domain.catalogue import Verb
from worker.domain.deciding.policy import Policy
from worker.domain.document.identity import Subject, SubjectKind, Target
from worker.domain.document.outbox import HeldLease, Intent
from worker.domain.scopes.scope import CLUSTER
from worker.engine.scopes import Scopes

SEEDS = range(60)
CLAIMANTS = 3
WITHIN_S = 0.1
POLICY = Policy()


async def claimed(seed: int) -> tuple[int, int, int]:
    """How many were granted at once, are on record, and are left when all are given back."""
    random = Random(seed)
    shared = Shared(Nemesis(random, CALM), PACK)
    store = HostileStore(Gate(random), shared)
    answers = await asyncio.gather(
        *(_claim(Scopes(store, POLICY), random, number) for number in range(CLAIMANTS))
    )
    granted = [number for number, answer in enumerate(answers) if answer]
    on_record = await _leases(store)
    await asyncio.gather(
        *(_give_back(Scopes(store, POLICY), random, number) for number in range(CLAIMANTS))
    )
    return len(granted), on_record, await _leases(store)


def _subject(number: int) -> Subject:
    return Subject(SubjectKind.SERVICE, f"team-{number}", "Deployment/web")


async def _claim(scopes: Scopes, random: Random, number: int) -> bool:
    target = Target("Pod", f"team-{number}", "web-1", "uid-1")
    intent = Intent(f"i-{number}", "inc-1", Verb.EVICT_POD, target, "7", 0, 0.0, 0.0)
    await asyncio.sleep(random.uniform(0.0, WITHIN_S))
    return await scopes.claim(_subject(number), intent, disrupts=True, now_s=0.0) is None


async def _give_back(scopes: Scopes, random: Random, number: int) -> None:
    await asyncio.sleep(random.uniform(0.0, WITHIN_S))
    ended = HeldLease(f"i-{number}", 0.0, POLICY.lease_s, ended=True)
    await scopes.give_back(_subject(number), [ended])


async def _leases(store: HostileStore) -> int:
    (cluster,) = await Scopes(store, POLICY).read([CLUSTER])
    return len(cluster.leases)


def test_no_more_than_it_bears_and_all_of_it_comes_back() -> None:
    most = POLICY.cluster.leases_max
    assert {seed: found for seed in SEEDS if (found := run(claimed(seed))) != (most, most, 0)} == {}
