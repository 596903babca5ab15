"""Plans for what is too small: more replicas, a higher bound, more memory. Bounded steps."""

from __future__ import annotations

from worker.domain.catalogue import Verb
from worker.domain.observed.evidence import AlertStates, Unknown
from worker.domain.observed.ownership import Ownership
from worker.domain.observed.quantity import bytes_of, text_of
from worker.domain.planners.plan import Plan, Refusal, Seen, Then
from worker.domain.planners.pods import not_rolling_out
from worker.domain.planners.symptom import KILLED_FOR_MEMORY
from worker.domain.story.reason import Reason

SCALE_PERCENT = 50
HPA_PERCENT = 20
MEMORY_PERCENT = 50
MEBIBYTE = 1024 * 1024


def scale(seen: Seen) -> Plan | Refusal:
    """More replicas while the alert fires, if they are ours to set."""
    refused = _not_firing(seen) or _no_ownership(seen)
    if refused is not None:
        return refused
    desired = seen.rollout.desired
    if seen.rollout.available < desired:
        words = f"{seen.rollout.available} of {desired} replicas available; more would wait too"
        return Refusal(Reason.NOT_AT_BOUND, Then.NEXT_STEP, words)
    more = max(desired + 1, seen.more(desired, SCALE_PERCENT))
    wanted = min(more, seen.count("ceiling", desired))
    if wanted <= desired or desired < 1:
        return Refusal(Reason.AT_CEILING, Then.NEXT_STEP, f"{desired} replicas")
    return Plan(
        verb=Verb.SCALE,
        target=seen.rollout.target,
        fence=seen.rollout.resource_version,
        generation=seen.rollout.generation,
        because=Reason.TOO_SMALL,
        detail=f"{desired} replicas, all available, and the alert fires: {wanted} wanted",
        parameters={"from": desired, "replicas": wanted},
        found={"from": wanted, "replicas": desired},
    )


def raise_hpa_max(seen: Seen) -> Plan | Refusal:
    """A higher bound for an autoscaler that stands at it, with all its replicas available."""
    refused = _not_firing(seen) or _no_ownership(seen)
    if refused is not None:
        return refused
    ownership = seen.facts.ownership
    assert isinstance(ownership, Ownership)
    found = ownership.autoscaler
    if isinstance(found, Unknown):
        return Refusal(Reason.EVIDENCE_UNKNOWN, Then.HOLD, f"autoscaler: {found.why}")
    if found is None:
        return Refusal(Reason.NO_AUTOSCALER, Then.NEXT_STEP, "no autoscaler targets it")
    if found.keda:
        return Refusal(Reason.OWNED_BY_OTHERS, Then.NEXT_STEP, found.owner_text)
    maximum = found.max_replicas
    if found.current_replicas < maximum or seen.rollout.available < maximum:
        available = seen.rollout.available
        words = f"{found.current_replicas} replicas, {available} available, {maximum} allowed"
        return Refusal(Reason.NOT_AT_BOUND, Then.NEXT_STEP, words)
    more = max(maximum + 1, seen.more(maximum, HPA_PERCENT))
    wanted = min(more, seen.count("ceiling", maximum))
    if wanted <= maximum:
        return Refusal(Reason.AT_CEILING, Then.NEXT_STEP, f"{maximum} allowed")
    return Plan(
        verb=Verb.RAISE_HPA_MAX,
        target=found.target,
        fence=found.resource_version,
        generation=0,
        because=Reason.TOO_SMALL,
        detail=f"{maximum} replicas, the most its autoscaler may make, and the alert fires",
        parameters={"from": maximum, "maximum": wanted},
        found={"from": wanted, "maximum": maximum},
    )


def raise_memory_limit(seen: Seen) -> Plan | Refusal:
    """One bounded step for the container that was killed for it, once; a leak eats any limit."""
    killed = {
        container.name
        for pod in seen.sick
        for container in pod.containers
        if container.last_exit_reason == KILLED_FOR_MEMORY
    }
    if not killed:
        return Refusal(Reason.NOT_KILLED_FOR_MEMORY, Then.NEXT_STEP, f"{len(seen.sick)} sick pods")
    if any(one.done and one.action == Verb.RAISE_MEMORY_LIMIT for one in seen.incident.attempts):
        words = "raised once, and killed again: it grows, or needs far more"
        return Refusal(Reason.ATTEMPTS_USED, Then.NEXT_STEP, words)
    if seen.done_before:
        words = "raised within a day, and killed again: it grows, or needs far more"
        return Refusal(Reason.ATTEMPTS_USED, Then.NEXT_STEP, words)
    if (refusal := not_rolling_out(seen.rollout)) is not None:
        return refusal
    specs = [one for one in seen.rollout.containers if one.name in killed]
    limited = ((one, one.memory_limit_bytes) for one in specs if one.memory_limit_bytes)
    spec, limit = next(limited, (None, 0))
    if spec is None:
        return Refusal(
            Reason.NO_LIMIT, Then.NEXT_STEP, f"container {min(killed)} has none of its own"
        )
    ceiling = bytes_of(str(seen.parameters.get("ceiling", "0"))) or 0
    wanted = min(seen.more(limit, MEMORY_PERCENT), ceiling) // MEBIBYTE * MEBIBYTE
    if wanted <= limit:
        return Refusal(Reason.AT_CEILING, Then.NEXT_STEP, spec.memory_limit)
    text = text_of(wanted)
    return Plan(
        verb=Verb.RAISE_MEMORY_LIMIT,
        target=seen.rollout.target,
        fence=seen.rollout.resource_version,
        generation=seen.rollout.generation,
        because=Reason.KILLED_FOR_MEMORY,
        detail=f"container {spec.name} was killed for memory at {spec.memory_limit}: {text} wanted",
        parameters={"container": spec.name, "from": spec.memory_limit, "limit": text},
        found={"container": spec.name, "from": text, "limit": spec.memory_limit},
    )


def _not_firing(seen: Seen) -> Refusal | None:
    """Load has no sick pods: the alert itself is the symptom, so it has to be known to fire."""
    states = seen.facts.alerts
    if not isinstance(states, AlertStates):
        return Refusal(Reason.EVIDENCE_UNKNOWN, Then.HOLD, f"alerts: {states.why}")
    if all(one.fingerprint not in states.firing for one in seen.incident.alerts):
        return Refusal(Reason.NOTHING_SICK, Then.HOLD, "the alert doesn't fire now")
    return None


def _no_ownership(seen: Seen) -> Refusal | None:
    if isinstance(seen.facts.ownership, Unknown):
        return Refusal(Reason.EVIDENCE_UNKNOWN, Then.HOLD, seen.facts.ownership.why)
    return None
