"""Plans that make pods anew from the same template: evict one, restart all."""

from __future__ import annotations

from worker.domain.catalogue import Verb
from worker.domain.observed.evidence import RolloutHealth
from worker.domain.planners.plan import Plan, Refusal, Seen, Then
from worker.domain.planners.symptom import worst_container
from worker.domain.story.reason import Reason


def evict_pod(seen: Seen) -> Plan | Refusal:
    """The sick pod that the alerts name, or the one that restarted most."""
    if not seen.sick:
        return nothing_sick()
    pod = seen.sick[0]
    return Plan(
        verb=Verb.EVICT_POD,
        target=pod.target,
        fence=pod.resource_version,
        generation=0,
        because=Reason.SICK_POD,
        detail=(
            f"{len(seen.sick)} of {seen.rollout.desired} pods sick; on {pod.node or 'no node'}, "
            f"{worst_container(pod)}"
        ),
        pod=pod,
    )


def rollout_restart(seen: Seen) -> Plan | Refusal:
    """Everything anew, unless all pods crash by themselves: then the template does that."""
    rollout, sick = seen.rollout, seen.sick
    if not sick:
        return nothing_sick()
    if (refusal := not_rolling_out(rollout)) is not None:
        return refusal
    if rollout.rolling:
        return Refusal(Reason.ROLLOUT_IN_PROGRESS, Then.HOLD, f"revision {rollout.revision}")
    if seen.incident.cause == "crash_loop" and len(sick) == len(seen.pods.live):
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


def not_rolling_out(rollout: RolloutHealth) -> Refusal | None:
    """Why another template would reach no pod."""
    if rollout.paused:
        return Refusal(Reason.ROLLOUT_PAUSED, Then.ESCALATE, "somebody paused this rollout")
    if rollout.on_delete:
        return Refusal(Reason.UPDATE_ON_DELETE, Then.ESCALATE, "its pods change only when deleted")
    return None


def nothing_sick() -> Refusal:
    """The symptom that the alert speaks of can't be seen: nothing is done about it."""
    return Refusal(Reason.NOTHING_SICK, Then.HOLD, "no pod shows the symptom now")
