"""From a step to a plan: one planner a verb. A verb without one is only ever an undo."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from worker.domain.catalogue import DESCRIPTOR_OF, Verb
from worker.domain.deciding.cooling import COOL_DOWN_MEMORY_S, done_lately
from worker.domain.deciding.situation import Situation
from worker.domain.document.identity import UNDERSTOOD_KINDS
from worker.domain.document.incident import Incident
from worker.domain.document.subject import SubjectDocument
from worker.domain.observed.cron_jobs import CronJobHealth
from worker.domain.observed.evidence import Gone, RolloutHealth, Unknown
from worker.domain.observed.nodes import NodeHealth
from worker.domain.planners.capacity import raise_hpa_max, raise_memory_limit, scale
from worker.domain.planners.containment import cordon, suspend_cron_job
from worker.domain.planners.plan import Plan, Refusal, Seen, Then
from worker.domain.planners.pods import evict_pod, rollout_restart
from worker.domain.planners.rollout import pause_rollout, roll_back
from worker.domain.planners.symptom import sick_pods
from worker.domain.playbooks.playbook import Step
from worker.domain.story.reason import Reason

WORKLOAD_PLANNERS: Mapping[Verb, Callable[[Seen], Plan | Refusal]] = {
    Verb.EVICT_POD: evict_pod,
    Verb.ROLLOUT_RESTART: rollout_restart,
    Verb.ROLL_BACK: roll_back,
    Verb.PAUSE_ROLLOUT: pause_rollout,
    Verb.SCALE: scale,
    Verb.RAISE_HPA_MAX: raise_hpa_max,
    Verb.RAISE_MEMORY_LIMIT: raise_memory_limit,
}
"""For a workload that has pods all the time."""
NODE_PLANNERS: Mapping[Verb, Callable[[NodeHealth, Incident], Plan | Refusal]] = {
    Verb.CORDON: cordon,
}
CRON_JOB_PLANNERS: Mapping[Verb, Callable[[CronJobHealth, Incident, Step], Plan | Refusal]] = {
    Verb.SUSPEND_CRON_JOB: suspend_cron_job,
}
PLANNED = frozenset({*WORKLOAD_PLANNERS, *NODE_PLANNERS, *CRON_JOB_PLANNERS})
"""The verbs that a playbook may name."""


def plan(
    step: Step, document: SubjectDocument, incident: Incident, situation: Situation
) -> Plan | Refusal:
    """The plan for this step, or why there is none."""
    match own := situation.facts.own:
        case Unknown():
            return Refusal(Reason.EVIDENCE_UNKNOWN, Then.HOLD, own.why)
        case Gone():
            return Refusal(Reason.TARGET_GONE, Then.ESCALATE, own.what)
        case NodeHealth():
            for_node = NODE_PLANNERS.get(step.verb)
            return for_node(own, incident) if for_node else _unsupported(own.target.kind)
        case CronJobHealth():
            for_jobs = CRON_JOB_PLANNERS.get(step.verb)
            return for_jobs(own, incident, step) if for_jobs else _unsupported(own.target.kind)
        case RolloutHealth():
            return _of_rollout(own, step, document, incident, situation)


def _unsupported(kind: str) -> Refusal:
    return Refusal(Reason.UNSUPPORTED, Then.NEXT_STEP, f"not for a {kind}")


def _of_rollout(
    rollout: RolloutHealth,
    step: Step,
    document: SubjectDocument,
    incident: Incident,
    situation: Situation,
) -> Plan | Refusal:
    facts, policy = situation.facts, situation.policy
    if isinstance(facts.pods, Unknown):
        return Refusal(Reason.EVIDENCE_UNKNOWN, Then.HOLD, facts.pods.why)
    kind, kinds = rollout.target.kind, DESCRIPTOR_OF[step.verb].target_kinds
    planner = WORKLOAD_PLANNERS.get(step.verb)
    if planner is None:
        return _unsupported(kind)
    if kinds & UNDERSTOOD_KINDS - {"Pod"} and kind not in kinds:
        return _unsupported(kind)
    done_s = done_lately(document, incident, step.verb, situation.now_s - COOL_DOWN_MEMORY_S)
    return planner(
        Seen(
            incident=incident,
            facts=facts,
            rollout=rollout,
            pods=facts.pods,
            sick=sick_pods(incident, facts, policy.newborn_s),
            parameters=step.parameters,
            changes=document.changes,
            change_window_s=policy.change_window_s,
            done_before=bool(done_s),
        )
    )
