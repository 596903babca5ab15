"""The simulated world's true causes: what falls ill, what heals it, and what doesn't.

That it does what a real control plane does is shown by tests/contracts; here are the causes that
only a simulation has.
"""

from __future__ import annotations

import pytest

from tests.unit.engine.parts import SetClock
from worker.adapters.simulated import SimulatedCluster
from worker.adapters.simulated.objects import is_ready, is_terminating
from worker.adapters.simulated.world import World
from worker.engine.ports import Json

MI = 2**20
LONG_S = 30.0  # everything that begins has happened by then


class Stage:
    def __init__(self) -> None:
        self.clock = SetClock()
        self.world: World = SimulatedCluster(self.clock).world
        self.world.nodes = {"node-a": True, "node-b": True}

    def deploy(self, replicas: int = 1, release: int = 1, memory_limit: str = "") -> None:
        self.world.deploy(
            "shop", "web", replicas=replicas, image=f"web:{release}", memory_limit=memory_limit
        )
        self.later()

    def later(self) -> None:
        """Long enough, in steps that a rollout takes."""
        for _ in range(10):
            self.clock.pass_s(LONG_S / 10)
            self.world.advance()

    def pods(self) -> list[Json]:
        return [one for one in self.world.of("Pod") if not is_terminating(one)]

    def ready(self) -> int:
        return sum(is_ready(one) for one in self.pods())

    def last(self) -> list[Json]:
        """How the containers ended."""
        statuses = [one["status"]["containerStatuses"][0] for one in self.pods()]
        return [one["lastState"]["terminated"] for one in statuses if "lastState" in one]

    def spec(self) -> Json:
        spec: Json = self.world.objects["Deployment", "shop", "web"]["spec"]
        return spec


@pytest.mark.parametrize(
    ("limit", "killed"),
    [("512Mi", True), ("767Mi", True), ("768Mi", False), ("1Gi", False), ("", False)],
)
def test_a_limit_below_the_need_kills(limit: str, killed: bool) -> None:
    """Without a limit of its own nothing is killed for it."""
    stage = Stage()
    stage.world.needs_memory["web"] = 768 * MI
    stage.deploy(memory_limit=limit)
    assert stage.ready() == (not killed)
    assert stage.last() == ([{"exitCode": 137, "reason": "OOMKilled"}] if killed else [])


def test_a_higher_limit_heals_and_a_restart_does_not() -> None:
    stage = Stage()
    stage.world.needs_memory["web"] = 768 * MI
    stage.deploy(memory_limit="512Mi")
    stage.world.delete(stage.pods()[0])
    stage.later()
    assert stage.ready() == 0
    stage.deploy(memory_limit="768Mi")
    assert (stage.ready(), len(stage.pods())) == (1, 1)


def test_a_bad_release_stays_bad_until_another_template() -> None:
    stage = Stage()
    stage.world.sick_images.add("web:2")
    stage.deploy(replicas=2)
    stage.deploy(replicas=2, release=2)
    for pod in stage.pods():
        if not is_ready(pod):
            stage.world.delete(pod)
    stage.later()
    assert (stage.ready(), len(stage.pods())) == (2, 3), "the old ones are kept"
    stage.deploy(replicas=2, release=1)
    assert (stage.ready(), len(stage.pods())) == (2, 2)


def test_load_is_no_sickness_of_pods() -> None:
    """They are ready, and too few: only callers, and so an alert, notice."""
    stage = Stage()
    stage.world.load["web"] = 3
    stage.deploy(replicas=2)
    assert stage.ready() == 2
    assert stage.world.overloaded("shop", "web")
    stage.deploy(replicas=3)
    assert not stage.world.overloaded("shop", "web")


def test_replicas_help_against_load_only_once_they_are_ready() -> None:
    stage = Stage()
    stage.world.load["web"] = 2
    stage.deploy()
    stage.spec()["replicas"] = 2
    stage.world.advance()
    assert stage.world.overloaded("shop", "web")
    stage.later()
    assert not stage.world.overloaded("shop", "web")


def test_an_autoscaler_follows_the_load_within_its_bounds() -> None:
    stage = Stage()
    stage.deploy(replicas=2)
    autoscaler = stage.world.autoscale("shop", "web", minimum=1, maximum=3)
    stage.later()
    assert stage.spec()["replicas"] == 2, "without a load nothing is known to want more"
    stage.world.load["web"] = 5
    stage.later()
    assert (stage.ready(), stage.world.overloaded("shop", "web")) == (3, True)
    assert autoscaler["status"] == {"currentReplicas": 3, "desiredReplicas": 3}
    autoscaler["spec"]["maxReplicas"] = 6
    stage.later()
    assert (stage.ready(), stage.world.overloaded("shop", "web")) == (5, False)
    stage.world.load["web"] = 0
    stage.later()
    assert stage.spec()["replicas"] == 1


def test_whoever_scales_below_an_autoscaler_is_overruled() -> None:
    stage = Stage()
    stage.world.load["web"] = 3
    stage.deploy()
    stage.world.autoscale("shop", "web", minimum=1, maximum=3)
    stage.spec()["replicas"] = 1
    stage.later()
    assert stage.ready() == 3


def test_nodes_that_are_not_named_any_more_are_cordoned_and_keep_their_pods() -> None:
    stage = Stage()
    stage.world.nodes = {"node-c": True}
    stage.deploy()
    stage.world.nodes = {"node-a": True}
    assert dict(stage.world.nodes) == {"node-a": True, "node-b": False, "node-c": False}
    stage.deploy(replicas=2)
    assert [one["spec"]["nodeName"] for one in stage.pods()] == ["node-c", "node-a"]
