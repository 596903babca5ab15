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
    target: str = ""


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


def plan(verb: Verb, incident: Incident, facts: Facts, newborn_s: float) -> Plan | Refusal:
    """The plan for this verb, or why there is none; `newborn_s` as in `sick_pods`."""
    if isinstance(facts.rollout, Unknown):
        return Refusal(Reason.EVIDENCE_UNKNOWN, Then.HOLD, facts.rollout.why)
    if isinstance(facts.pods, Unknown):
        return Refusal(Reason.EVIDENCE_UNKNOWN, Then.HOLD, facts.pods.why)
    if isinstance(facts.rollout, Gone):
        return Refusal(Reason.TARGET_GONE, Then.ESCALATE, facts.rollout.what)
    sick = sick_pods(incident, facts, newborn_s)
    if not sick:
        return Refusal(Reason.NOTHING_SICK, Then.HOLD, "no pod shows the symptom now")
    return PLANNERS[verb](_Seen(incident.cause, facts.rollout, facts.pods, sick))


def sick_pods(incident: Incident, facts: Facts, newborn_s: float) -> tuple[Pod, ...]:
    """The pods that show this incident's symptom, those that the alerts name first.

    A pod that is younger than `newborn_s` may still be starting: unready is no symptom of it.
    """
    if not isinstance(facts.pods, PodHealth):
        return ()
    named = {record.pod for record in incident.alerts}
    born_by_s = facts.at_s - newborn_s
    sick = [pod for pod in facts.pods.live if _shows_symptom(incident.cause, pod, born_by_s)]
    return tuple(
        sorted(sick, key=lambda pod: (pod.target.name not in named, -pod.restarts, pod.target.name))
    )


def _shows_symptom(cause: str, pod: Pod, born_by_s: float) -> bool:
    if cause == "crash_loop":
        return pod.crash_looping
    return not pod.ready and pod.phase == "Running" and pod.created_at_s <= born_by_s


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a planner looks at: known evidence, with at least one sick pod."""

    cause: str
    rollout: RolloutHealth
    pods: PodHealth
    sick: tuple[Pod, ...]


def _evict_pod(seen: _Seen) -> Plan | Refusal:
    pod = seen.sick[0]
    return Plan(
        verb=Verb.EVICT_POD,
        target=pod.target,
        fence=pod.resource_version,
        generation=0,
        because=Reason.SICK_POD,
        detail=(
            f"{len(seen.sick)} of {seen.rollout.desired} pods sick; on {pod.node or 'no node'}, "
            f"{_worst_container(pod)}"
        ),
        pod=pod,
    )


def _worst_container(pod: Pod) -> str:
    worst = max(pod.containers, key=lambda container: container.restarts, default=None)
    if worst is None:
        return "no container"
    exited = f", last exit code {worst.last_exit_code}" if worst.last_exit_code is not None else ""
    state = worst.waiting_reason or "not ready"
    return f"container {worst.name} {state}, {worst.restarts} restarts{exited}"


def _rollout_restart(seen: _Seen) -> Plan | Refusal:
    rollout, sick = seen.rollout, seen.sick
    if rollout.paused:
        return Refusal(Reason.ROLLOUT_PAUSED, Then.ESCALATE, "somebody paused this rollout")
    if rollout.on_delete:
        return Refusal(Reason.UPDATE_ON_DELETE, Then.ESCALATE, "its pods change only when deleted")
    if rollout.rolling:
        return Refusal(Reason.ROLLOUT_IN_PROGRESS, Then.HOLD, f"revision {rollout.revision}")
    if seen.cause == "crash_loop" and len(sick) == len(seen.pods.live):
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


PLANNERS: Mapping[Verb, Callable[[_Seen], Plan | Refusal]] = {
    Verb.EVICT_POD: _evict_pod,
    Verb.ROLLOUT_RESTART: _rollout_restart,
}
