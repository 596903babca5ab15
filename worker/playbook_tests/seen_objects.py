"""The facts of a case about what has no pods all the time: a node, a CronJob."""

from __future__ import annotations

from worker.adapters.playbook_files.case import GivenCronJob, GivenNode
from worker.domain.document.identity import CRON_JOB, Subject, Target
from worker.domain.observed.cron_jobs import CronJobHealth
from worker.domain.observed.nodes import NodeHealth


def seen_node(given: GivenNode, subject: Subject) -> NodeHealth:
    unready = given.unfit == "Ready"
    conditions = {"Ready": "False" if unready else "True"}
    if given.unfit and not unready:
        conditions[given.unfit] = "True"
    return NodeHealth(
        target=Target("Node", "", subject.name, f"uid-{subject.name}"),
        resource_version="1",
        pool="workers",
        ready=not unready,
        schedulable=not given.cordoned,
        conditions=conditions,
        control_plane=given.control_plane,
        nodes_in_pool=1 + given.others,
        cordoned_in_pool=given.others_out,
        leaving=given.leaving,
    )


def seen_cron_job(given: GivenCronJob, subject: Subject, opened_s: float) -> CronJobHealth:
    """Its last job succeeded a minute before the first of those failed, if any did."""
    _, name = subject.workload or ("", subject.name)
    failed = {f"{name}-{n}": opened_s - 60.0 * n for n in range(1, given.failed + 1)}
    return CronJobHealth(
        target=Target(CRON_JOB, subject.scope, name, f"uid-{name}"),
        resource_version="1",
        generation=1,
        suspended=given.suspended,
        active=0,
        failed=failed,
        succeeded_s=opened_s - 60.0 * (given.failed + 1),
    )
