"""What somebody does to make a sick service look healed, in good faith or not; nothing heals it."""

from __future__ import annotations

from tests.simulation.fooling import Deed, Stage
from tests.simulation.watchman import APP, KEY


def nothing(stage: Stage) -> None:
    """Somebody looks."""


def delete(stage: Stage) -> None:
    stage.world.remove(*KEY)


def scale_to(replicas: int) -> Deed:
    def scale(stage: Stage) -> None:
        deployment = stage.world.objects[KEY]
        deployment["spec"]["replicas"] = replicas
        deployment["metadata"]["generation"] += 1
        stage.world.put(KEY[0], deployment)

    return scale


def silence(stage: Stage) -> None:
    stage.watchman.silence()


def cordon_all(stage: Stage) -> None:
    """A pod that is made anew stays Pending, which no alert about crashes speaks of."""
    stage.world.nodes = {}


def remove_the_probe(stage: Stage) -> None:
    """From now on nothing asks the pods whether they work; they still don't."""
    del stage.template()["spec"]["containers"][0]["readinessProbe"]
    stage.world.unready_apps.discard(APP)


def forget(stage: Stage) -> None:
    """Its metric isn't scraped any more: every alert is resolved at once."""
    stage.watchman.go_blind()


def forget_unseen(stage: Stage) -> None:
    """The same, and nobody can be asked whether it is still scraped."""
    stage.watchman.go_blind()
    stage.shared.rules.away = True


def forget_the_rule(stage: Stage) -> None:
    """It is deleted where it was evaluated."""
    stage.watchman.blind = True
    stage.shared.rules.known.clear()


def cut_off(stage: Stage) -> None:
    stage.shared.monitor.away = True
