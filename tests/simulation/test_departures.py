"""[2] At every moment: whoever is open is in the open index, however many leave and arrive.

News is accepted and a settled subject leaves the index, on several hosts at the same time; every
save is followed by a look at the store, as if all had died right then.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine, Sequence
from datetime import UTC, datetime
from random import Random

from tests.simulation.fakes.memory_store import MemoryStore
from tests.simulation.fakes.recording_telemetry import RecordingTelemetry
from tests.simulation.fakes.virtual_time import run
from tests.simulation.fooling import Deed, Sickness, Stage, play
from tests.simulation.gate import Gate
from tests.simulation.hostile import HostileStore
from tests.simulation.installation import PACK
from tests.simulation.nemesis import CALM, Nemesis
from tests.simulation.parts import Shared
from tests.simulation.watchman import APP, NAMESPACE, Rule
from worker.domain.document.identity import Subject, SubjectKind
from worker.domain.document.subject import SubjectDocument
from worker.domain.incoming.json_text import decode
from worker.engine.accept import Accept
from worker.engine.dead_letters import DeadLetters
from worker.engine.delivery import Delivery, Source
from worker.engine.departure import Departure
from worker.engine.documents import Documents, from_json, to_save
from worker.engine.indexes import OpenIndex, RecentIndex
from worker.engine.ports import Save

SEEDS = range(150)
WITHIN_S = 0.4  # all begin within this time
SERVICE = Subject(SubjectKind.SERVICE, NAMESPACE, f"Deployment/{APP}")


def forgotten(store: MemoryStore) -> list[str]:
    """Subjects that are open at this moment, and that nobody would ever look at again."""
    indexed = {key for value in store.values("open-") for key in value["entries"]}
    documents = [from_json(value) for value in store.values("subject-")]
    return [
        one.subject.text for one in documents if not one.settled and one.subject.key not in indexed
    ]


class Watched(HostileStore):
    """After each save somebody looks."""

    missed: list[str]

    async def save(self, saves: Sequence[Save]) -> frozenset[str]:
        saved = await super().save(saves)
        self.missed += forgotten(self.shared.store)
        return saved


class Nobody:
    """Is woken: the index alone has to bring it back."""

    def wake(self, subject_key: str, *, traceparent: str = "") -> None: ...

    def wake_at(self, subject_key: str, at_s: float) -> None: ...


async def race(seed: int) -> list[str]:
    """Two departures and two alerts, in any order; who was forgotten at any moment."""
    random = Random(seed)
    shared = Shared(Nemesis(random, CALM), PACK)
    shared.cluster.world.deploy(NAMESPACE, APP, replicas=1, image=f"{APP}:1")
    store = Watched(Gate(random), shared)
    store.missed = []
    await OpenIndex(store).add([SERVICE])
    if seed % 3:  # else its maker died before it was saved
        await store.save([to_save(SubjectDocument(SERVICE), "")])
    late = [
        *(_later(random, _depart(shared, store, f"host-{number}")) for number in range(2)),
        *(_later(random, _arrive(shared, store, f"pod-{number}")) for number in range(2)),
    ]
    await asyncio.gather(*late)
    assert any(not from_json(one).settled for one in shared.store.values("subject-"))
    return store.missed + forgotten(shared.store)


async def _later(random: Random, work: Coroutine[None, None, None]) -> None:
    await asyncio.sleep(random.uniform(0.0, WITHIN_S))
    await work


async def _depart(shared: Shared, store: HostileStore, name: str) -> None:
    documents, index = Documents(store), OpenIndex(store)
    departure = Departure(
        documents=documents, index=index, recent=RecentIndex(store), clock=shared.clock,
        instance=name,
    )  # fmt: skip
    loaded = await documents.load(SERVICE.key)
    if loaded is None:
        await departure.forget(SERVICE.key)
    elif loaded.document.settled:
        await departure.leave(loaded.document)


async def _arrive(shared: Shared, store: HostileStore, name: str) -> None:
    accept = Accept(
        documents=Documents(store), index=OpenIndex(store), inventory=shared.cluster,
        dead_letters=DeadLetters(store, shared.dead_letters, shared.clock), waker=Nobody(),
        clock=shared.clock, telemetry=RecordingTelemetry(), deadline_s=60.0,
        decode=lambda body: decode(body, depth_max=20, body_max_bytes=2**20),
    )  # fmt: skip
    labels = {"alertname": name, "namespace": NAMESPACE, "deployment": APP}
    began = datetime.fromtimestamp(shared.clock.now_s(), UTC).isoformat()
    body = {"status": "firing", "labels": labels, "startsAt": began, "fingerprint": name}
    assert await accept.accept([Delivery(json.dumps(body).encode(), Source.ALERTS)]) == [True]


def test_nobody_is_forgotten_at_any_moment() -> None:
    assert {seed: found for seed in SEEDS if (found := run(race(seed)))} == {}


def lose_the_index(stage: Stage) -> None:
    """Somebody flushed a part of the store."""
    kept = {
        key: value
        for key, value in stage.shared.store.dump().items()
        if not key.startswith("open-")
    }
    stage.shared.store.put_back(kept)


def test_whoever_is_looked_at_is_listed_again() -> None:
    """One whose entry was lost, for as long as one worker still remembers it."""
    deed: Deed = lose_the_index
    stage = play(Sickness.PLACES, Rule.OWNER, deed)
    assert stage.fooled_at_s is not None
    assert len(stage.told) == 1
    assert forgotten(stage.shared.store) == []
