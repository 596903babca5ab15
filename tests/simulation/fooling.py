"""A sick service, and somebody who makes it look healed: one service, one host, no random faults.

What is true is kept apart from what can be seen. The true cause stays where it is, whatever
anybody does to the alert, the monitor, the probe or the workload; only the right repair heals it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random

from tests.simulation.fakes.virtual_time import run
from tests.simulation.host import Host
from tests.simulation.installation import PACK, settings_of
from tests.simulation.nemesis import CALM, Nemesis
from tests.simulation.parts import Shared
from tests.simulation.watchman import APP, KEY, NAMESPACE, Rule, Watchman
from worker.adapters.simulated.objects import is_ready, is_terminating
from worker.domain.document.incident import Incident, Phase
from worker.domain.document.subject import SubjectDocument
from worker.domain.playbooks.playbook import Mode
from worker.domain.story.reason import Reason
from worker.engine.documents import from_json
from worker.engine.ports import Json

REPLICAS = 2
ENOUGH, FAR_MORE = 3, 30  # consumers that a backlog needs; the playbook stops at 3
WELL_FOR_S = 3600.0  # before it falls sick
LASTS_S = 900.0  # from then on: twice as long as it ever takes until a human has it
LOOK_EVERY_S = 1.0
PROBE = {"httpGet": {"path": "/ready", "port": 8080}}


class Sickness(StrEnum):
    """The true cause."""

    PLACE = "place"  # one pod crashes where it runs, and another place heals it
    PLACES = "places"  # one pod crashes where it runs, and wherever it may go
    HANGS = "hangs"  # no pod works until all of them are restarted
    BROKEN = "broken"  # no pod works whatever is done; its readiness probe is all that shows it
    LAGS = "lags"  # its pods work and are too few: one more is enough
    LAGS_ON = "lags_on"  # they are far too few; an alert is all that shows it


@dataclass(frozen=True, slots=True)
class Ending:
    """An incident that was closed, and whether the service was truly well at that moment."""

    resolution: Reason
    truly_well: bool


@dataclass
class Stage:
    """The service with its sickness, everything around it, and what came of it."""

    sickness: Sickness
    rule: Rule
    host: Host = field(init=False)
    fooled_at_s: float | None = None
    endings: dict[str, Ending] = field(default_factory=dict)
    deeds: list[asyncio.Task[None]] = field(default_factory=list)  # those that take a while

    def __post_init__(self) -> None:
        self.shared = Shared(Nemesis(Random(1), CALM), PACK)
        self.world = self.shared.cluster.world
        self.watchman = Watchman(self.shared, lambda: [self.host], rule=self.rule)

    @property
    def documents(self) -> list[SubjectDocument]:
        return [from_json(value) for value in self.shared.store.values("subject-")]

    @property
    def incidents(self) -> list[Incident]:
        return [incident for one in self.documents for incident in one.incidents]

    @property
    def told(self) -> set[str]:
        """Incidents that a human was handed."""
        received = self.shared.sink.received
        return {notice.incident for notice, _ in received if notice.kind == "escalated"}

    @property
    def repairs_on_record(self) -> int:
        scopes = self.shared.store.values("scope-")
        return sum(one["repaired"] for scope in scopes for one in scope["records"])

    @property
    def written_since(self) -> tuple[str, ...]:
        """Kinds of what was written to after somebody fooled the worker, in that order."""
        since_s = self.fooled_at_s
        if since_s is None:
            return ()
        return tuple(one.request.ref.kind for one in self.shared.applied if one.at_s > since_s)

    @property
    def truly_well(self) -> bool:
        """As many replicas as the service needs, each of which works.

        How many it needs is for people to say, once they have it in hand; but never none.
        """
        deployment = self.world.objects.get(KEY)
        if deployment is None or self.sickness is Sickness.BROKEN:
            return False
        if self.world.overloaded(NAMESPACE, APP):
            return False
        needed = max(1, deployment["spec"]["replicas"]) if self.told else REPLICAS
        pods = [one for one in self.world.of("Pod", NAMESPACE) if not is_terminating(one)]
        return len(pods) >= needed and all(is_ready(one) for one in pods)

    def deploy(self) -> None:
        """Each replica on a node of its own; the second one will be sick."""
        self.world.nodes = dict.fromkeys(("node-a", "node-c"), True)
        self.world.deploy(NAMESPACE, APP, replicas=REPLICAS, image=f"{APP}:1")
        self.template()["spec"]["containers"][0]["readinessProbe"] = PROBE
        self.world.advance()

    def fall_sick(self) -> None:
        match self.sickness:
            case Sickness.HANGS:
                self.world.unready_templates.add(APP)
            case Sickness.BROKEN:
                self.world.unready_apps.add(APP)
            case Sickness.PLACE:
                self.world.sick_nodes.add("node-c")
                self.world.nodes = {"node-a": True, "node-b": True}
            case Sickness.PLACES:
                self.world.sick_nodes |= {"node-c", "node-d"}
                self.world.nodes = {"node-c": True, "node-d": True}
            case Sickness.LAGS:
                self.world.load[APP] = ENOUGH
            case Sickness.LAGS_ON:
                self.world.load[APP] = FAR_MORE

    def template(self) -> Json:
        """The pods' template, about to be changed by somebody."""
        deployment = self.world.objects[KEY]
        deployment["metadata"]["generation"] += 1
        self.world.put(KEY[0], deployment)
        template: Json = deployment["spec"]["template"]
        return template

    def look(self) -> None:
        """Put on record what has ended since the last look; the cluster goes on by itself."""
        self.world.advance()
        for one in self.incidents:
            if one.resolution is not None and one.id not in self.endings:
                self.endings[one.id] = Ending(one.resolution, self.truly_well)


Deed = Callable[[Stage], None]


def play(
    sickness: Sickness,
    rule: Rule,
    deed: Deed,
    moment: Phase = Phase.OPEN,
    lasts_s: float = LASTS_S,
) -> Stage:
    """The whole story; the deed is done once, as soon as an incident is in this phase."""
    return run(_play(Stage(sickness, rule), deed, moment, lasts_s))


async def _play(stage: Stage, deed: Deed, moment: Phase, lasts_s: float) -> Stage:
    stage.deploy()
    await asyncio.sleep(WELL_FOR_S)
    stage.fall_sick()
    stage.host = Host(stage.shared, settings_of(Mode.AUTO), "replica", skew_s=0.0)
    monitoring = asyncio.create_task(stage.watchman.run(), name="monitoring")
    try:
        for _ in range(int(lasts_s / LOOK_EVERY_S)):
            await asyncio.sleep(LOOK_EVERY_S)
            stage.look()
            ripe = any(one.phase is moment for one in stage.incidents)
            if stage.fooled_at_s is None and ripe:
                stage.fooled_at_s = stage.shared.clock.now_s()
                deed(stage)
        assert not monitoring.done(), "the rules are not evaluated any more"
    finally:
        for task in (monitoring, *stage.deeds):
            task.cancel()
        stage.watchman.end()
        stage.host.end()
        await asyncio.gather(monitoring, *stage.deeds, return_exceptions=True)
    return stage
