"""People around the worker: they answer, hold, deploy and delete, at the worst of moments.

What they said yes to is the harness' own record; the worker's word for it counts nothing.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from tests.simulation.host import Host
from tests.simulation.parts import Shared
from tests.simulation.scenario import Fault, Service
from worker.domain.document.identity import Subject, SubjectKind
from worker.domain.people.approval import Say
from worker.engine.delivery import Delivery, Source
from worker.engine.ports import Json, PermanentError, TransientError

PAUSE_MIN_S, PAUSE_MAX_S = 5.0, 30.0  # between two things that somebody does
ANSWERS_EVERY_S = 6.0
HOLD_MAX_S = 60.0


@dataclass(frozen=True, slots=True)
class Yes:
    """One yes that was taken in: to which deed, and when."""

    action: str
    target_uid: str
    incident: str
    at_s: float


@dataclass
class Operators:
    """`hosts` are those that live now."""

    shared: Shared
    services: tuple[Service, ...]
    hosts: Callable[[], list[Host]]
    said_yes: list[Yes] = field(default_factory=list)

    async def answer(self) -> None:
        """Look at what is asked, again and again, and answer it rightly or wrongly."""
        while True:
            await asyncio.sleep(ANSWERS_EVERY_S)
            hosts = self.hosts()
            if hosts:
                host = self.shared.nemesis.random.choice(hosts)
                await _or_dead(host, self._answer(host))

    async def _answer(self, host: Host) -> None:
        nemesis = self.shared.nemesis
        for asked in await host.engine.steering.approvals.all():
            if asked["approved_by"]:
                continue
            if nemesis.strikes("answer_wrong"):
                await self._say(host, {**asked, "digest": "0" * 64}, Say.YES)
            elif nemesis.strikes("answer_by_machine"):
                await self._say(host, asked, Say.YES, bot=True)
            elif nemesis.strikes("answer_no"):
                await self._say(host, asked, Say.NO)
            else:
                await self._yes(host, asked)

    async def _yes(self, host: Host, asked: Json) -> None:
        times = 2 if self.shared.nemesis.strikes("answer_again") else 1
        for _ in range(times):
            # Said before it is taken in: an answer whose receipt is lost may count all the same.
            target = asked["target"]
            uid = target["uid"] if isinstance(target, dict) else str(target)
            now_s = self.shared.clock.now_s()
            self.said_yes.append(Yes(asked["action"], uid, asked["incident"], now_s))
            await self._say(host, asked, Say.YES)

    async def _say(self, host: Host, asked: Json, say: Say, *, bot: bool = False) -> None:
        await host.engine.steering.approvals.answer(
            asked["id"], digest=asked["digest"], nonce=asked["nonce"], say=say,
            by="robot" if bot else "ana", bot=bot, words="",
        )  # fmt: skip

    async def meddle(self) -> None:
        """Somebody does something, at random, as often as the nemesis wants it."""
        random = self.shared.nemesis.random
        while True:
            await asyncio.sleep(random.uniform(PAUSE_MIN_S, PAUSE_MAX_S))
            hosts = self.hosts()
            if not hosts or not self.shared.nemesis.strikes("person_acts"):
                continue
            host, service = random.choice(hosts), random.choice(self.services)
            deed = random.choice((self._hold, self._announce, self._delete_pod, self._deploy_again))
            await _or_dead(host, deed(host, service))

    async def _hold(self, host: Host, service: Service) -> None:
        subject = Subject(SubjectKind.SERVICE, service.namespace, f"Deployment/{service.name}")
        for_s = self.shared.nemesis.random.uniform(1.0, HOLD_MAX_S)
        await host.engine.steering.holds.hold(subject, by="ben", for_s=for_s, words="looking")

    async def _announce(self, host: Host, service: Service) -> None:
        random = self.shared.nemesis.random
        kind = random.choice(("on_it", "released", "maintenance_started", "maintenance_ended",
                              "deploy_finished", "chaos_started", "person_acted"))  # fmt: skip
        event = {
            "kind": kind, "actor": "ben", "id": f"event-{random.random()}",
            "at": datetime.fromtimestamp(self.shared.clock.now_s(), UTC).isoformat(),
            "labels": {"namespace": service.namespace, "deployment": service.name},
            "detail": {"for": "40s"},
        }  # fmt: skip
        await host.accept(Delivery(json.dumps(event).encode(), Source.OPS_EVENTS))

    async def _delete_pod(self, host: Host, service: Service) -> None:
        world = self.shared.cluster.world
        pods = [
            pod
            for pod in world.of("Pod", service.namespace)
            if pod["metadata"]["labels"]["app"] == service.name
            and pod["metadata"].get("ownerReferences")
        ]
        if pods:
            self.shared.meddled_with.add((service.namespace, service.name))
            world.remove("Pod", service.namespace, self._chosen(pods)["metadata"]["name"])

    async def _deploy_again(self, host: Host, service: Service) -> None:
        """One replica more, by somebody who believes that it helps."""
        if service.fault is Fault.NAKED:
            return
        deployment = self.shared.cluster.world.objects[
            "Deployment", service.namespace, service.name
        ]
        deployment["spec"]["replicas"] += 1
        deployment["metadata"]["generation"] += 1
        self.shared.cluster.world.put("Deployment", deployment)

    def _chosen(self, pods: list[Json]) -> Json:
        return self.shared.nemesis.random.choice(pods)


async def _or_dead(host: Host, asked: object) -> None:
    """Until it is done, or its host has died and will never answer; trouble is shrugged off."""
    task = asyncio.ensure_future(asked)  # type: ignore[call-overload]
    dead = asyncio.ensure_future(host.dead.wait())
    await asyncio.wait({task, dead}, return_when=asyncio.FIRST_COMPLETED)
    dead.cancel()
    if not task.done():
        task.cancel()
        return
    error = task.exception()
    if error is not None and not isinstance(error, (TransientError, PermanentError)):
        raise error
