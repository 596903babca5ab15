"""A worker that may only look, and what its playbook has earned by having been right."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.unit.engine.rig import Rig
from tests.unit.engine.stage import EVICT, NAMESPACE, change_scope, due, pack_of, scope, sick_pod
from worker.domain.playbooks.playbook import Mode, Promotion, Step
from worker.domain.scopes.record import Record, record_of

RIGHT_AFTER = 2
ONCE = replace(EVICT, attempts_max=1)


async def observing(folder: Path, step: Step = ONCE) -> Rig:
    """In observe mode, a crash loop is due: the next turn tells what it would do."""
    rig = Rig(folder, mode=Mode.OBSERVE)
    playing(rig, Mode.APPROVE, step)
    await due(rig)
    return rig


def playing(rig: Rig, mode_max: Mode, step: Step = ONCE, **settings: Any) -> None:
    """By a playbook that may be raised so far."""
    rig.pack = pack_of(step, promotion=Promotion(mode_max, RIGHT_AFTER))
    rig.restart(**settings)


async def record(rig: Rig) -> Record:
    return record_of((await scope(rig, NAMESPACE)).records, "crash-loop")


async def earned(rig: Rig, count: int) -> None:
    """So many of its decisions were right before."""
    made = Record("crash-loop", shadows_right=count, promoted_by=count // RIGHT_AFTER)
    await change_scope(rig, NAMESPACE, records=(made,))


async def by_hand(rig: Rig) -> None:
    """Somebody deletes the very pod that we would have evicted."""
    rig.cluster.world.remove("Pod", "shop", sick_pod(rig))
