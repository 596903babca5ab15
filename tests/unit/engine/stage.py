"""Services that fall sick, short playbooks and a monitor, for tests that count what is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from tests.unit.engine.rig import SHOP, Rig, alert, body
from worker.adapters.simulated import SimulatedWrite
from worker.domain.catalogue import Verb
from worker.domain.document.identity import Subject, SubjectKind
from worker.domain.document.incident import Incident
from worker.domain.playbooks.pack import Pack
from worker.domain.playbooks.playbook import Matcher, Playbook, Step, Watch
from worker.domain.scopes.scope import CLUSTER, Scope, ScopeDocument, ScopeKind
from worker.engine import carry_out
from worker.engine.ports import Json, TransientError
from worker.engine.scopes import Scopes

EVICT = Step(Verb.EVICT_POD, attempts_max=3, watch=Watch(30.0, 300.0, 900.0))
RESTART = Step(Verb.ROLLOUT_RESTART, watch=Watch(30.0, 300.0, 900.0))
MORE_MEMORY = replace(RESTART, verb=Verb.RAISE_MEMORY_LIMIT, parameters={"ceiling": "2Gi"})
SOAK_S = 60.0
SICK_NODE = "node-3"
NAMESPACE = Scope(ScopeKind.NAMESPACE, "shop")


def pack_of(*steps: Step, **changes: Any) -> Callable[[], Pack]:
    """One playbook for crash loops."""
    matcher = Matcher(causes=frozenset({"crash_loop"}))
    playbook = replace(Playbook("crash-loop", matcher, steps, soak_s=SOAK_S), **changes)
    made = Pack(1, (playbook,))
    return lambda: made


@dataclass
class ScriptedMonitor:
    """Says the same of every alert that it is asked about."""

    says: str = "firing"
    away: bool = False
    asked: list[str] = field(default_factory=list)

    async def states(self, fingerprints: Sequence[str]) -> Mapping[str, str]:
        if self.away:
            raise TransientError("monitor: away")
        self.asked += fingerprints
        return dict.fromkeys(fingerprints, self.says) if self.says else {}


class CrashError(BaseException):
    """The process ends here: nothing of it catches this."""


async def crash_before_the_write(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the claim and the write; another process starts on what is left."""

    async def end(_: str) -> None:
        raise CrashError

    written = len(rig.cluster.writes)
    monkeypatch.setattr(carry_out, "failpoint", end)
    with pytest.raises(CrashError):
        await rig.turn()
    monkeypatch.undo()
    assert len(rig.cluster.writes) == written
    rig.restart()


def service(name: str, namespace: str = "shop") -> Subject:
    return Subject(SubjectKind.SERVICE, namespace, f"Deployment/{name}")


def deploy(rig: Rig, *names: str, namespace: str = "shop") -> None:
    """Three replicas of each, one on a node where pods crash; what is made later is elsewhere."""
    world = rig.cluster.world
    for node in ("node-1", "node-2", SICK_NODE):
        world.nodes[node] = True
    world.sick_nodes.add(SICK_NODE)
    for name in names:
        world.deploy(namespace, name, replicas=3, image=f"{name}:1")
    pass_time(rig, 40.0)
    world.nodes[SICK_NODE] = False


def pods(rig: Rig, name: str, namespace: str = "shop") -> list[Json]:
    """Those that stay."""
    return [
        one
        for one in rig.cluster.world.of("Pod", namespace)
        if one["metadata"]["labels"]["app"] == name and "deletionTimestamp" not in one["metadata"]
    ]


def sick_pod(rig: Rig, name: str = "web", namespace: str = "shop") -> str:
    return next(
        str(one["metadata"]["name"])
        for one in pods(rig, name, namespace)
        if any(status["restartCount"] for status in one["status"].get("containerStatuses", []))
    )


async def fire(rig: Rig, name: str = "web", namespace: str = "shop") -> None:
    """Its crash loop is told and looked at once."""
    labels = {"namespace": namespace, "pod": sick_pod(rig, name, namespace)}
    assert await rig.deliver(body(alert(at_s=rig.clock.now_s(), **labels))) == [True]
    assert await rig.turn(service(name, namespace))


async def due(rig: Rig, *names: str) -> None:
    """Sick, told and soaked: the next turn of each would act."""
    deploy(rig, *(names or ("web",)))
    for name in names or ("web",):
        await fire(rig, name)
    pass_time(rig, SOAK_S + 1.0)


async def due_again(rig: Rig, name: str = "web", namespace: str = "shop") -> None:
    """All of its pods are made anew, one on the sick node: its next crash loop, told and soaked."""
    rig.cluster.world.nodes[SICK_NODE] = True
    for one in pods(rig, name, namespace):
        rig.cluster.world.remove("Pod", namespace, str(one["metadata"]["name"]))
    pass_time(rig, 40.0)
    rig.cluster.world.nodes[SICK_NODE] = False
    await fire(rig, name, namespace)
    pass_time(rig, SOAK_S + 1.0)


async def hungry(rig: Rig, needs_mebibytes: int = 90) -> None:
    """Every pod of it is killed again and again at 64Mi; told and soaked."""
    deploy(rig)
    rig.cluster.world.sick_nodes.clear()
    rig.cluster.world.needs_memory["web"] = needs_mebibytes * 1024 * 1024
    rig.cluster.world.deploy("shop", "web", replicas=3, image="web:1", memory_limit="64Mi")
    pass_time(rig, 40.0)
    assert await rig.deliver(body(alert(namespace="shop", deployment="web"))) == [True]
    assert await rig.turn()
    pass_time(rig, SOAK_S + 1.0)


def pass_time(rig: Rig, seconds: float) -> None:
    """The cluster lives on meanwhile."""
    for _ in range(4):
        rig.clock.pass_s(seconds / 4)
        rig.cluster.world.advance()


async def turns(rig: Rig, *subjects: Subject, count: int = 8, every_s: float = 20.0) -> None:
    """Several turns of each subject, over minutes."""
    for _ in range(count):
        for subject in subjects or (SHOP,):
            await rig.turn(subject)
        pass_time(rig, every_s)


def done(rig: Rig) -> list[SimulatedWrite]:
    """The writes that did something."""
    return [one for one in rig.cluster.writes if one.code < 400]


async def incident_of(rig: Rig, subject: Subject = SHOP) -> Incident:
    """Its latest."""
    return (await rig.document(subject)).incidents[-1]


async def scope(rig: Rig, of: Scope) -> ScopeDocument:
    (found,) = await Scopes(rig.store, rig.settings.policy).read([of])
    return found


async def change_scope(rig: Rig, of: Scope, **changes: Any) -> None:
    scopes = Scopes(rig.store, rig.settings.policy)
    await scopes.change(of, lambda document: replace(document, **changes))


async def leases(rig: Rig, where: Scope) -> list[str]:
    """The intents that hold one."""
    return [one.intent for one in (await scope(rig, where)).leases]


async def acts(rig: Rig, where: Scope) -> list[str]:
    """The intents that are counted."""
    return [one.intent for one in (await scope(rig, where)).acts]


async def sick(rig: Rig) -> list[str]:
    return [one.subject for one in (await scope(rig, CLUSTER)).sick]


async def nothing_is_claimed(rig: Rig, subject: Subject = SHOP) -> None:
    """Neither in the scopes nor by the subject."""
    for where in (NAMESPACE, CLUSTER):
        assert await leases(rig, where) == await acts(rig, where) == []
    document = await rig.document(subject)
    assert document.leases == ()
    assert document.acts == ()
