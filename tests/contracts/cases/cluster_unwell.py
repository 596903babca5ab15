"""ClusterApi: what shows that a node or a CronJob is unwell, as the probes read it."""

from __future__ import annotations

from tests.contracts.observing import Note, until
from tests.contracts.rigs.cluster import ClusterRig
from worker.domain.document.identity import Subject, SubjectKind
from worker.domain.observed.cron_jobs import CronJobHealth
from worker.domain.observed.nodes import NodeHealth
from worker.domain.observed.question import ProbeName, Question
from worker.engine.ports import Json
from worker.probes.cron_job_health import cron_job_health
from worker.probes.node_health import node_health

NODE = "node-b"
APART_S = 3.0  # a moment is told in whole seconds


async def unfit_node(rig: ClusterRig, note: Note) -> None:
    """What its kubelet or a detector says of it shows, and then shows no more."""
    for type_ in ("KernelDeadlock", "Ready"):
        bad, good = ("False", "True") if type_ == "Ready" else ("True", "False")
        await rig.condition(NODE, type_, bad)

        async def shown(type_: str = type_) -> NodeHealth | None:
            health = await node_seen(rig, NODE)
            return health if type_ in health.unfit else None

        health = await until(rig.clock, f"{type_} shows", shown)
        note("unfit", words=health.unfit, ready=health.ready, spare=health.spare,
             schedulable=health.schedulable, leaving=health.leaving)  # fmt: skip
        await rig.condition(NODE, type_, good)

    async def fit() -> bool:
        return not (await node_seen(rig, NODE)).unfit

    note("fit again", fit=await until(rig.clock, "the node is fit", fit))


async def jobs_of_a_cron_job(rig: ClusterRig, note: Note) -> None:
    """One fails, and counts until another one succeeds."""
    await rig.cron_job("report")

    async def seen() -> CronJobHealth:
        subject = Subject(SubjectKind.SERVICE, rig.namespace, "CronJob/report")
        question = Question(ProbeName.CRON_JOB_HEALTH, subject)
        health = await cron_job_health(rig.api, question, "aiops-operator.io")
        assert isinstance(health, CronJobHealth), health
        return health

    async def has_failed() -> CronJobHealth | None:
        health = await seen()
        return health if health.failed else None

    async def has_succeeded() -> CronJobHealth | None:
        health = await seen()
        return health if health.succeeded_s else None

    note("none yet", **_jobs_look(await seen()))
    await rig.job("report", "report-1", fails=True)
    note("one failed", **_jobs_look(await until(rig.clock, "a failed job", has_failed)))
    await rig.clock.sleep(APART_S)
    await rig.job("report", "report-2", fails=False)
    note("one succeeded", **_jobs_look(await until(rig.clock, "a good job", has_succeeded)))


def _jobs_look(health: CronJobHealth) -> Json:
    return {
        "failed": sorted(health.failed),
        "since": sorted(health.failed_since),
        "succeeded": health.succeeded_s > 0.0,
        "suspended": health.suspended,
    }


async def node_seen(rig: ClusterRig, name: str) -> NodeHealth:
    """What the probe makes of it."""
    question = Question(ProbeName.NODE_HEALTH, Subject(SubjectKind.NODE, "", name))
    health = await node_health(rig.api, question, "aiops-operator.io")
    assert isinstance(health, NodeHealth), health
    return health


CASES = (unfit_node, jobs_of_a_cron_job)
