"""Plans that keep harm from growing where we can mend nothing: cordon a node, suspend a CronJob.

Rules of this file: what is contained already is left as it is, whoever did it.
"""

from __future__ import annotations

from worker.domain.catalogue import Verb
from worker.domain.document.identity import NODE_ALERT
from worker.domain.document.incident import Incident
from worker.domain.observed.cron_jobs import CronJobHealth
from worker.domain.observed.nodes import NodeHealth
from worker.domain.planners.plan import Plan, Refusal, Then
from worker.domain.playbooks.playbook import Step
from worker.domain.story.reason import Reason

FAILURES_DEFAULT = 3  # as in the catalogue
JOB_LABEL = "job_name"  # of an alert about a Job; source: kube-state-metrics


def cordon(node: NodeHealth, incident: Incident) -> Plan | Refusal:
    """A node that a condition shows unfit at this moment, whatever its alert says."""
    if not node.schedulable:
        whose = "we" if node.cordoned_by else "somebody"
        return Refusal(Reason.CONTAINED, Then.NEXT_STEP, f"{whose} cordoned it already")
    if not node.unfit:
        # What services say of it waits for no condition: a human looks at once.
        blamed = any(one.name == NODE_ALERT for one in incident.alerts)
        then = Then.NEXT_STEP if blamed else Then.HOLD
        return Refusal(Reason.NOTHING_SICK, then, "no condition shows the node unfit now")
    return Plan(
        verb=Verb.CORDON,
        target=node.target,
        fence=node.resource_version,
        generation=node.generation,
        because=Reason.SICK_NODE,
        detail=node.words,
        node_pool=node.pool,
    )


def suspend_cron_job(cron_job: CronJobHealth, incident: Incident, step: Step) -> Plan | Refusal:
    """One whose jobs failed again and again since the last that succeeded."""
    if cron_job.suspended:
        whose = "we" if cron_job.suspended_by else "somebody"
        return Refusal(Reason.CONTAINED, Then.NEXT_STEP, f"{whose} suspended it already")
    wanted = step.parameters.get("failures", FAILURES_DEFAULT)
    failed = failures(cron_job, incident)
    words = f"{len(failed)} of its jobs failed since one succeeded"
    if not isinstance(wanted, int) or len(failed) < wanted:
        return Refusal(Reason.FAILED_TOO_SELDOM, Then.NEXT_STEP, f"{words}, {wanted} are asked for")
    return Plan(
        verb=Verb.SUSPEND_CRON_JOB,
        target=cron_job.target,
        fence=cron_job.resource_version,
        generation=cron_job.generation,
        because=Reason.FAILS_AGAIN,
        detail=f"{words}, the last of them {max(failed)}; {cron_job.active} active go on",
    )


def failures(cron_job: CronJobHealth, incident: Incident) -> frozenset[str]:
    """Jobs known to have failed since the last success: those that are kept, and those that the
    incident's alerts named and that are not kept any more."""
    named = {
        one.labels[JOB_LABEL]
        for one in incident.alerts
        if one.labels.get(JOB_LABEL)
        and one.labels[JOB_LABEL] not in cron_job.failed
        and one.starts_at_s > cron_job.succeeded_s
    }
    return cron_job.failed_since | named
