"""A node that is unfit and a CronJob whose jobs fail, told and soaked: where the tests begin."""

from __future__ import annotations

from collections.abc import Callable

from tests.unit.engine.rig import Rig, alert, body
from tests.unit.engine.stage import SOAK_S, pass_time, turns
from worker.domain.catalogue import Verb
from worker.domain.document.identity import Subject, SubjectKind
from worker.domain.playbooks.pack import Pack
from worker.domain.playbooks.playbook import Matcher, Playbook, Step, Watch
from worker.domain.scopes.scope import Scope, ScopeKind
from worker.engine.ports import Json

POOL = Scope(ScopeKind.NODE_POOL, "workers")
NIGHTLY = Subject(SubjectKind.SERVICE, "shop", "CronJob/nightly")
WATCH = Watch(settle_s=30.0, window_s=60.0, deadline_s=300.0)
DETECTED = "KernelDeadlock"


def node(number: int = 1) -> Subject:
    return Subject(SubjectKind.NODE, "", f"node-{number}")


def containing() -> Callable[[], Pack]:
    """Cordon and suspend, by itself."""
    anything = frozenset({SubjectKind.NODE, SubjectKind.SERVICE})
    made = Pack(
        1,
        tuple(
            Playbook(
                str(verb), Matcher(causes=frozenset({cause}), subjects=anything),
                (Step(verb, watch=WATCH),), soak_s=SOAK_S,
            )
            for verb, cause in (
                (Verb.CORDON, "node_not_ready"), (Verb.SUSPEND_CRON_JOB, "job_failed"),
            )
        ),
    )  # fmt: skip
    return lambda: made


def cluster_of(rig: Rig, nodes: int) -> None:
    """So many nodes of one pool, and services to count."""
    rig.pack = containing()
    rig.restart()
    for number in range(1, nodes + 1):
        rig.cluster.world.nodes[f"node-{number}"] = True
    for number in range(10):
        rig.cluster.world.deploy("shop", f"web-{number}", replicas=1, image="web:1")
    pass_time(rig, 40.0)


def node_of(rig: Rig, number: int = 1) -> Json:
    return rig.cluster.world.objects["Node", "", f"node-{number}"]


async def unfit(rig: Rig, number: int = 1, *, nodes: int = 5) -> None:
    """A node is told to be unfit, and is; soaked, so that the next turn would act."""
    if ("Node", "", "node-1") not in rig.cluster.world.objects:
        cluster_of(rig, nodes)
    rig.cluster.world.nodes.condition(f"node-{number}", DETECTED, "True")
    news = alert("KubeNodeNotReady", at_s=rig.clock.now_s(), node=f"node-{number}")
    assert await rig.deliver(body(news)) == [True]
    assert await rig.turn(node(number))
    pass_time(rig, SOAK_S + 1.0)


async def failing(rig: Rig, failures: int = 3) -> None:
    """Jobs of it failed one after the other, and the last one is told; soaked."""
    cluster_of(rig, 3)
    rig.cluster.world.repeat("shop", "nightly", schedule="0 0 30 2 *")
    for number in range(failures):
        rig.cluster.world.job("shop", "nightly", f"nightly-{number}", fails=True)
        pass_time(rig, 20.0)
    labels = {"namespace": "shop", "job_name": f"nightly-{failures - 1}"}
    news = alert("KubeJobFailed", at_s=rig.clock.now_s(), **labels)
    assert await rig.deliver(body(news)) == [True]
    assert await rig.turn(NIGHTLY)
    pass_time(rig, SOAK_S + 1.0)


def written(rig: Rig) -> list[tuple[str, str, int]]:
    """Every mutating request that arrived: kind, name and answer."""
    return [(one.kind, one.name, one.code) for one in rig.cluster.writes]


async def for_minutes(rig: Rig, subject: Subject, count: int = 8) -> None:
    await turns(rig, subject, count=count)
