"""What would have been done and somebody then did is counted as right, once.

Nothing else counts: neither what got well by itself, nor what we did ourselves.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from tests.unit.engine.promoting import by_hand, observing, record
from tests.unit.engine.rig import SHOP, Rig
from tests.unit.engine.stage import (
    NAMESPACE,
    RESTART,
    pass_time,
    pods,
    sick_pod,
    turns,
)
from worker.domain.observed.history import RESTART_ANNOTATION
from worker.domain.people.shadow import JUDGED_WITHIN_S
from worker.domain.playbooks.playbook import Mode


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    made = await observing(tmp_path)
    yield made
    await made.close()


async def test_somebody_did_the_same_and_it_counts_once(rig: Rig) -> None:
    await turns(rig, count=8)
    assert len((await rig.document()).shadows) == 1, "the same plan again is the same decision"
    await by_hand(rig)
    other = rig.another_engine()
    for _ in range(6):
        await other.shell.work(SHOP.key)
        await turns(rig, count=1)
    assert rig.cluster.writes == []
    found = await record(rig)
    assert (found.shadows_right, found.promoted_by) == (1, 0)
    assert (await rig.document()).shadows == ()
    told = [one for one in rig.telemetry.story() if "Somebody did what crash-loop" in one]
    assert len(told) == 1


@pytest.mark.parametrize("trouble", ["lost", "unanswered"])
async def test_saves_of_which_nobody_knows_count_it_once(rig: Rig, trouble: str) -> None:
    await turns(rig, count=1)
    await by_hand(rig)
    getattr(rig.store, trouble).extend([NAMESPACE.key, "subject-"] * 3)
    await turns(rig, count=6)
    assert (await record(rig)).shadows_right == 1


async def healed(rig: Rig) -> None:
    """By itself: the pod is the same one."""
    rig.cluster.world.sick_nodes.clear()


async def another_pod(rig: Rig) -> None:
    sick = sick_pod(rig)
    names = [str(one["metadata"]["name"]) for one in pods(rig, "web")]
    rig.cluster.world.remove("Pod", "shop", next(one for one in names if one != sick))


async def too_late(rig: Rig) -> None:
    rig.clock.pass_s(JUDGED_WITHIN_S + 1.0)
    await by_hand(rig)


async def unseen(rig: Rig) -> None:
    """Gone, as far as anybody could say: the pods can't be listed any more."""
    rig.cluster.unlisted = {"Pod"}


async def whole_workload(rig: Rig) -> None:
    rig.cluster.world.remove("Deployment", "shop", "web")


async def ourselves(rig: Rig) -> None:
    """In another mode, which somebody has set since."""
    rig.restart(mode=Mode.AUTO)
    await turns(rig, count=4)
    assert len(rig.cluster.writes) == 1


@pytest.mark.parametrize(
    "happens",
    [healed, another_pod, too_late, unseen, whole_workload, ourselves],
    ids=lambda one: one.__name__,
)
async def test_nothing_else_counts(rig: Rig, happens: Callable[[Rig], Awaitable[None]]) -> None:
    await turns(rig, count=2)
    await happens(rig)
    await turns(rig, count=12)
    assert (await record(rig)).shadows_right == 0
    if happens is not ourselves:
        assert rig.cluster.writes == []


def restart(rig: Rig, image: str) -> None:
    """By hand, of this image."""
    rig.cluster.world.deploy("shop", "web", replicas=3, image=image)
    found = rig.cluster.world.objects["Deployment", "shop", "web"]
    found["spec"]["template"]["metadata"]["annotations"][RESTART_ANNOTATION] = "now"
    rig.cluster.world.put("Deployment", found)
    for _ in range(4):
        pass_time(rig, 20.0)


@pytest.mark.parametrize(("image", "count"), [("web:1", 1), ("web:2", 0)])
async def test_a_restart_by_hand_counts_and_a_release_does_not(
    tmp_path: Path, image: str, count: int
) -> None:
    rig = await observing(tmp_path, RESTART)
    await turns(rig, count=2)
    assert [one.action for one in (await rig.document()).shadows] == ["rollout_restart"]
    restart(rig, image)
    await turns(rig, count=4)
    assert (await record(rig)).shadows_right == count
    assert rig.cluster.writes == []
    await rig.close()
