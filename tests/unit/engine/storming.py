"""Twenty services, ten of them of a release that crashes, and somebody who is called."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.unit.engine.parts import ScriptedSink
from tests.unit.engine.rig import Rig
from tests.unit.engine.stage import EVICT, SICK_NODE, fire, pack_of, pass_time, service, turns
from worker.domain.document.identity import STORM

ALL = tuple(f"s-{number:02d}" for number in range(20))
SICK = ALL[:10]


async def storming(folder: Path) -> Rig:
    """Nobody has told of it yet."""
    rig = Rig(folder, sinks=[ScriptedSink("pager", ["received"])])
    rig.pack = pack_of(replace(EVICT, attempts_max=9))
    rig.restart()
    world = rig.cluster.world
    world.step_s = 0.5  # sixty pods
    for node in ("node-1", "node-2", SICK_NODE):
        world.nodes[node] = True
    world.sick_images.add("bad:1")
    for name in ALL:
        world.deploy("shop", name, replicas=3, image="bad:1" if name in SICK else "good:1")
    pass_time(rig, 40.0)
    return rig


def pager(rig: Rig) -> ScriptedSink:
    (sink,) = rig.sinks
    assert isinstance(sink, ScriptedSink)
    return sink


def paged(rig: Rig, kind: str = "escalated") -> list[str]:
    """The incidents that a human was called for."""
    return [one.incident for one in pager(rig).taken if one.kind == kind]


async def break_out(rig: Rig, *names: str) -> None:
    for name in names or SICK:
        await fire(rig, name)
    pass_time(rig, 61.0)


async def work(rig: Rig, *names: str, count: int = 4) -> None:
    """Turns of these services, and of the storm itself."""
    for _ in range(count):
        await rig.turn(STORM)
        await turns(rig, *(service(one) for one in names or SICK), count=1)


async def heal(rig: Rig, *names: str) -> None:
    """Somebody rolls the release back."""
    for name in names:
        rig.cluster.world.deploy("shop", name, replicas=3, image="good:1")
    for _ in range(12):
        pass_time(rig, 10.0)
