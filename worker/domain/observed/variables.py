"""What a playbook's conditions may ask about: plain values. An unknown part is absent, so that
whoever touches it gets no answer, and no answer is never a yes."""

from __future__ import annotations

from typing import Any

from worker.domain.deciding.policy import Policy
from worker.domain.document.incident import Incident
from worker.domain.document.subject import SubjectDocument
from worker.domain.observed.cron_jobs import CronJobHealth
from worker.domain.observed.evidence import RolloutHealth
from worker.domain.observed.facts import Facts
from worker.domain.observed.history import RolloutHistory
from worker.domain.observed.nodes import NodeHealth
from worker.domain.observed.ownership import Ownership
from worker.domain.observed.pods import Pod, PodHealth
from worker.domain.planners.symptom import KILLED_FOR_MEMORY, sick_pods

PROVEN_S = 3600.0  # as the rollback's own default


def variables(
    document: SubjectDocument, incident: Incident, facts: Facts, policy: Policy, now_s: float
) -> dict[str, Any]:
    """`alert`, `subject`, `incident`, `facts`, `now`."""
    kind, name = document.subject.workload or ("", document.subject.name)
    given: dict[str, Any] = {
        "subject": {
            "kind": str(document.subject.kind), "namespace": document.subject.scope,
            "name": name, "workload_kind": kind,
        },
        "incident": {
            "cause": incident.cause, "severity": incident.severity,
            "opened_at_s": incident.opened_at_s, "attempts": incident.attempts_made,
        },
        "facts": _facts(document, incident, facts, policy),
        "now": now_s,
    }  # fmt: skip
    if incident.alerts:
        latest = incident.alerts[-1]
        given["alert"] = {
            "name": latest.name, "labels": dict(latest.labels),
            "severity": latest.severity, "starts_at_s": latest.starts_at_s,
        }  # fmt: skip
    return given


def _facts(
    document: SubjectDocument, incident: Incident, facts: Facts, policy: Policy
) -> dict[str, Any]:
    known: dict[str, Any] = {
        "changes": [{"kind": one.kind, "at_s": one.at_s, "by": one.by} for one in document.changes],
    }
    rollout = facts.rollout
    if isinstance(rollout, RolloutHealth):
        known["rollout"] = {
            "desired": rollout.desired, "updated": rollout.updated, "ready": rollout.ready,
            "available": rollout.available, "paused": rollout.paused, "rolling": rollout.rolling,
            "revision": rollout.revision, "changed_at_s": rollout.changed_at_s,
        }  # fmt: skip
    own = facts.own
    if isinstance(own, NodeHealth):
        known["node"] = {
            "ready": own.ready, "schedulable": own.schedulable, "unfit": bool(own.unfit),
            "conditions": dict(own.conditions), "pool": own.pool, "in_pool": own.nodes_in_pool,
            "spare": own.spare, "control_plane": own.control_plane,
        }  # fmt: skip
    if isinstance(own, CronJobHealth):
        known["cron_job"] = {
            "suspended": own.suspended,
            "active": own.active,
            "failed": len(own.failed_since),
        }
    if isinstance(facts.pods, PodHealth):
        sick = sick_pods(incident, facts, policy.newborn_s)
        known["pods"] = _pods(facts.pods, sick)
    if isinstance(facts.history, RolloutHistory):
        proven = facts.history.last_proven(PROVEN_S, frozenset())
        known["history"] = {"proven": proven is not None}
    if isinstance(facts.ownership, Ownership):
        known["ownership"] = {
            "gitops": str(facts.ownership.gitops),
            "operator": str(facts.ownership.operator),
        }
        owner = facts.ownership.replicas_owned_by
        if isinstance(owner, str):
            known["ownership"]["replicas_owned_by"] = owner
    return known


def _pods(health: PodHealth, sick: tuple[Pod, ...]) -> dict[str, Any]:
    containers = [container for pod in sick for container in pod.containers]
    return {
        "live": len(health.live),
        "sick": len(sick),
        "ready": health.ready,
        "nodes_of_sick": sorted({pod.node for pod in sick}),
        "killed_for_memory": any(
            container.last_exit_reason == KILLED_FOR_MEMORY for container in containers
        ),
        "exit_codes": sorted(
            {one.last_exit_code for one in containers if one.last_exit_code is not None}
        ),
    }
