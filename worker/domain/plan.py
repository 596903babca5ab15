"""What exactly a step would do to which object, made from live facts only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from worker.domain.evidence import Facts, Gone, Pod, PodHealth, RolloutHealth, Unknown
from worker.domain.identity import Target
from worker.domain.incident import Incident
from worker.domain.playbook import Verb
from worker.domain.reason import Reason


class Then(StrEnum):
    """What a refusal means for the incident."""

    HOLD = "hold"
    NEXT_STEP = "next_step"
    ESCALATE = "escalate"


@dataclass(frozen=True, slots=True)
class Refusal:
    reason: Reason
    then: Then
    detail: str = ""
    until_s: float | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """One write: its object, the fence values that were read, and why."""

    verb: Verb
    target: Target
    fence: str
    generation: int
    because: Reason
    detail: str
    pod: Pod | None = None


def plan(verb: Verb, incident: Incident, facts: Facts) -> Plan | Refusal:
    """The plan for this verb, or why there is none."""
    if isinstance(facts.rollout, Unknown):
        return Refusal(Reason.EVIDENCE_UNKNOWN, Then.HOLD, facts.rollout.why)
    if isinstance(facts.pods, Unknown):
        return Refusal(Reason.EVIDENCE_UNKNOWN, Then.HOLD, facts.pods.why)
    if isinstance(facts.rollout, Gone):
        return Refusal(Reason.TARGET_GONE, Then.ESCALATE, facts.rollout.what)
    return PLANNERS[verb](incident, facts.rollout, facts.pods)


def sick_pods(incident: Incident, pods: PodHealth) -> tuple[Pod, ...]:
    """The pods that show this incident's symptom, those that the alerts name first."""
    named = {record.pod for record in incident.alerts}
    sick = [pod for pod in pods.live if shows_symptom(incident.cause, pod)]
    return tuple(
        sorted(sick, key=lambda pod: (pod.target.name not in named, -pod.restarts, pod.target.name))
    )


def shows_symptom(cause: str, pod: Pod) -> bool:
    if cause == "crash_loop":
        return pod.crash_looping
    return not pod.ready and pod.phase == "Running"


def _evict_pod(incident: Incident, rollout: RolloutHealth, pods: PodHealth) -> Plan | Refusal:
    sick = sick_pods(incident, pods)
    if not sick:
        return Refusal(Reason.NOTHING_SICK, Then.HOLD, "no pod shows the symptom now")
    pod = sick[0]
    worst = max(pod.containers, key=lambda container: container.restarts)
    exited = f", last exit code {worst.last_exit_code}" if worst.last_exit_code is not None else ""
    return Plan(
        verb=Verb.EVICT_POD,
        target=pod.target,
        fence=pod.resource_version,
        generation=0,
        because=Reason.SICK_POD,
        detail=(
            f"{len(sick)} of {rollout.desired} pods sick; on {pod.node or 'no node'}, "
            f"container {worst.name} {worst.waiting_reason or 'not ready'}, "
            f"{worst.restarts} restarts{exited}"
        ),
        pod=pod,
    )


def _rollout_restart(incident: Incident, rollout: RolloutHealth, pods: PodHealth) -> Plan | Refusal:
    sick = sick_pods(incident, pods)
    if not sick:
        return Refusal(Reason.NOTHING_SICK, Then.HOLD, "no pod shows the symptom now")
    if rollout.paused:
        return Refusal(Reason.ROLLOUT_PAUSED, Then.ESCALATE, "somebody paused this rollout")
    if rollout.on_delete:
        return Refusal(Reason.UPDATE_ON_DELETE, Then.ESCALATE, "its pods change only when deleted")
    if rollout.rolling:
        return Refusal(Reason.ROLLOUT_IN_PROGRESS, Then.HOLD, f"revision {rollout.revision}")
    if incident.cause == "crash_loop" and len(sick) == len(pods.live):
        return Refusal(
            Reason.SICK_EVERYWHERE,
            Then.NEXT_STEP,
            f"all {len(sick)} pods crash by themselves again and again; another restart of the "
            "same template changes nothing",
        )
    return Plan(
        verb=Verb.ROLLOUT_RESTART,
        target=rollout.target,
        fence=rollout.resource_version,
        generation=rollout.generation,
        because=Reason.SICK_WORKLOAD,
        detail=f"{len(sick)} of {rollout.desired} pods sick, {rollout.available} available",
    )


PLANNERS: Mapping[Verb, Callable[[Incident, RolloutHealth, PodHealth], Plan | Refusal]] = {
    Verb.EVICT_POD: _evict_pod,
    Verb.ROLLOUT_RESTART: _rollout_restart,
}
