"""One question per file. A probe answers with evidence or Unknown; it changes nothing."""

from __future__ import annotations

from collections.abc import Mapping

from worker.domain.observed.question import ProbeName, Question
from worker.engine.observe import Probe
from worker.engine.ports import ClusterApi, KillSwitch, Monitor, Rules
from worker.probes.alert_state import alert_state
from worker.probes.cron_job_health import cron_job_health
from worker.probes.node_health import node_health
from worker.probes.ownership import ownership
from worker.probes.pod_health import pod_health
from worker.probes.rollout_health import rollout_health
from worker.probes.rollout_history import rollout_history
from worker.probes.rule_data import rule_data
from worker.probes.rule_windows import rule_windows


def probes(
    cluster: ClusterApi,
    monitor: Monitor | None,
    kill_switch: KillSwitch,
    rules: Rules | None,
    annotation_prefix: str,
) -> Mapping[ProbeName, Probe]:
    """The catalog: every question that can be asked, with who answers it."""

    async def kill_switch_set(_: Question) -> bool:
        return await kill_switch.is_set()

    return {
        ProbeName.ROLLOUT_HEALTH: lambda q: rollout_health(cluster, q, annotation_prefix),
        ProbeName.POD_HEALTH: lambda q: pod_health(cluster, q),
        ProbeName.ALERT_STATE: lambda q: alert_state(monitor, q),
        ProbeName.KILL_SWITCH: kill_switch_set,
        ProbeName.ROLLOUT_HISTORY: lambda q: rollout_history(cluster, q),
        ProbeName.OWNERSHIP: lambda q: ownership(cluster, q, annotation_prefix),
        ProbeName.NODE_HEALTH: lambda q: node_health(cluster, q, annotation_prefix),
        ProbeName.CRON_JOB_HEALTH: lambda q: cron_job_health(cluster, q, annotation_prefix),
        ProbeName.RULES: lambda _: rule_windows(rules),
        ProbeName.RULE_DATA: lambda q: rule_data(rules, q),
    }
