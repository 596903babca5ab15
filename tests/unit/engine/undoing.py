"""A memory limit that was raised in vain: the next turn would put it back."""

from __future__ import annotations

from pathlib import Path

from tests.unit.engine.rig import Rig
from tests.unit.engine.stage import MORE_MEMORY, hungry, incident_of, pack_of, pass_time

BEFORE, RAISED = "64Mi", "96Mi"


async def undoing(folder: Path) -> Rig:
    """One write was done; what ate the memory is gone since, so that an undo comes to its end."""
    rig = Rig(folder)
    rig.pack = pack_of(MORE_MEMORY)
    rig.restart()
    await hungry(rig, needs_mebibytes=200)
    for _ in range(30):
        await rig.turn()
        if (await incident_of(rig)).undoing:
            break
        pass_time(rig, 10.0)
    assert len(rig.cluster.writes) == 1
    assert limit(rig) == RAISED
    rig.cluster.world.needs_memory["web"] = 0
    return rig


def limit(rig: Rig) -> str:
    """As it is in the cluster."""
    found = rig.cluster.world.objects["Deployment", "shop", "web"]
    (container,) = found["spec"]["template"]["spec"]["containers"]
    return str(container["resources"]["limits"]["memory"])
