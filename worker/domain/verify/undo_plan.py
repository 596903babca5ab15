"""What an undo would write, from live state: only where what we set is there still."""

from __future__ import annotations

from worker.domain.catalogue import DESCRIPTOR_OF, Verb
from worker.domain.deciding.situation import Situation
from worker.domain.document.incident import Attempt, Incident
from worker.domain.observed.evidence import Gone, RolloutHealth, Unknown
from worker.domain.observed.facts import Facts, Own
from worker.domain.observed.history import RolloutHistory
from worker.domain.observed.ownership import Autoscaler, Ownership
from worker.domain.planners.plan import Plan, Refusal, Then
from worker.domain.planners.symptom import sick_pods
from worker.domain.scopes.repair import contains
from worker.domain.story.reason import Reason


def undo_plan(attempt: Attempt, incident: Incident, situation: Situation) -> Plan | Refusal | None:
    """The undo from live state; None when what we set is not there any more."""
    facts, rollout = situation.facts, situation.facts.own
    if isinstance(rollout, Gone):
        return None
    if isinstance(rollout, Unknown):
        return Refusal(Reason.EVIDENCE_UNKNOWN, Then.HOLD, "what it was done to can't be read")
    verb = DESCRIPTOR_OF[Verb(attempt.action)].undo
    assert verb is not None, attempt.action
    ours = _ours(attempt, facts, rollout)
    if isinstance(ours, Refusal):
        return ours
    if not ours:
        return None
    sick = sick_pods(incident, facts, situation.policy.newborn_s)
    if verb is Verb.RESUME_ROLLOUT and sick:
        words = "going on would replace more good pods"
        return Refusal(Reason.STILL_SICK, Then.ESCALATE, words)
    fence, generation = rollout.resource_version, rollout.generation
    if verb is Verb.RAISE_HPA_MAX and isinstance(facts.ownership, Ownership):
        autoscaler = facts.ownership.autoscaler
        fence = autoscaler.resource_version if isinstance(autoscaler, Autoscaler) else ""
        generation = 0
    return Plan(
        verb=verb,
        target=attempt.target,
        fence=fence,
        generation=generation,
        because=Reason.UNDONE,
        detail=_because(attempt),
        parameters=attempt.found,
        found=attempt.parameters,
        during_rollout=True,
        node_pool=facts.node_pool,
    )


def _because(attempt: Attempt) -> str:
    if contains(attempt):
        return "its subject is well again"
    return f"it ended as {attempt.verdict}{_back_to(attempt)}".replace("_", " ")


def _back_to(attempt: Attempt) -> str:
    """What is put back, in words, where that is not all of it."""
    told = ("replicas", "limit", "maximum", "replica_set")
    found = [f"{name} {attempt.found[name]}" for name in told if name in attempt.found]
    return f": back to {', '.join(found)}" if found else ""


def _ours(attempt: Attempt, facts: Facts, rollout: Own) -> bool | Refusal:
    """Whether the field still has the value that we gave it."""
    if not isinstance(rollout, RolloutHealth):
        return rollout.target.uid == attempt.target.uid and rollout.ours == attempt.intent_id
    if rollout.target.uid != attempt.target.uid and attempt.target.kind == rollout.target.kind:
        return False
    set_to = attempt.parameters
    match Verb(attempt.action):
        case Verb.SCALE:
            return rollout.desired == set_to["replicas"]
        case Verb.RAISE_MEMORY_LIMIT:
            return any(
                one.name == set_to["container"] and one.memory_limit == set_to["limit"]
                for one in rollout.containers
            )
        case Verb.PAUSE_ROLLOUT:
            return rollout.paused and rollout.paused_by == attempt.intent_id
        case Verb.ROLL_BACK:
            history = facts.history
            if not isinstance(history, RolloutHistory):
                return Refusal(Reason.EVIDENCE_UNKNOWN, Then.HOLD, f"history: {history.why}")
            current = history.current
            return current is not None and current.template == set_to["template"]
        case Verb.RAISE_HPA_MAX:
            ownership = facts.ownership
            if not isinstance(ownership, Ownership):
                return Refusal(Reason.EVIDENCE_UNKNOWN, Then.HOLD, f"autoscaler: {ownership.why}")
            found = ownership.autoscaler
            if isinstance(found, Unknown):
                return Refusal(Reason.EVIDENCE_UNKNOWN, Then.HOLD, f"autoscaler: {found.why}")
            if found is None or found.target.uid != attempt.target.uid:
                return False
            return found.max_replicas == set_to["maximum"]
    return False
