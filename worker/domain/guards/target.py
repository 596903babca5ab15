"""Is this a thing that we may touch at all?"""

from __future__ import annotations

from worker.domain.catalogue import Verb
from worker.domain.guards.case import Case
from worker.domain.observed.evidence import Gone, Unknown
from worker.domain.observed.nodes import NodeHealth
from worker.domain.planners.plan import Refusal, Then
from worker.domain.story.reason import Reason

REPLICAS_CHANGERS = frozenset({Verb.SCALE})
RESOURCE_CHANGERS = frozenset({Verb.RAISE_MEMORY_LIMIT})


def protected(case: Case) -> Refusal | None:
    """Never the cluster's own parts, never what carries us, never ourselves."""
    target, own = case.plan.target, case.facts.own
    texts = {target.text}
    if not isinstance(own, Gone | Unknown):
        texts.add(own.target.text)
    if isinstance(own, NodeHealth) and own.control_plane:
        return Refusal(Reason.PROTECTED, Then.ESCALATE, "a node of the control plane")
    if target.namespace in case.policy.protected_namespaces:
        return Refusal(Reason.PROTECTED, Then.ESCALATE, f"namespace {target.namespace}")
    if texts & case.policy.protected_workloads:
        return Refusal(Reason.PROTECTED, Then.ESCALATE, target.text)
    return None


def opted_out(case: Case) -> Refusal | None:
    """An annotation on the workload (or node) may narrow what policy allows, never widen it."""
    own = case.facts.own
    if isinstance(own, Gone | Unknown):
        return Refusal(Reason.TARGET_UNKNOWN, Then.HOLD)
    name = f"{case.policy.annotation_prefix}/enabled"
    if own.annotations.get(name, "true") != "true":
        where = "the node" if isinstance(own, NodeHealth) else "its workload"
        return Refusal(Reason.OPTED_OUT, Then.ESCALATE, f"annotation {name} on {where}")
    return None


def has_controller(case: Case) -> Refusal | None:
    """A pod that nothing recreates would be lost, not restarted."""
    if case.plan.pod is not None and not case.plan.pod.controlled:
        return Refusal(Reason.NO_CONTROLLER, Then.ESCALATE, case.plan.target.text)
    return None


def owned_by_others(case: Case) -> Refusal | None:
    """Who owns a field puts it back: GitOps, an operator, an autoscaler. Another remedy, then.

    What changes no field (an eviction) or only asks for new pods (a restart) fights nobody but an
    operator, which restarts its own. Nobody owns whether a node takes pods, but who takes the node
    away is not to be disturbed.
    """
    node, ownership, verb = case.facts.own, case.facts.ownership, case.plan.verb
    if isinstance(node, NodeHealth):
        words = f"{node.leaving} is taking the node away"
        return Refusal(Reason.OWNED_BY_OTHERS, Then.NEXT_STEP, words) if node.leaving else None
    if isinstance(ownership, Unknown):
        return Refusal(Reason.EVIDENCE_UNKNOWN, Then.HOLD, f"ownership: {ownership.why}")
    if verb is Verb.EVICT_POD:
        return None
    owners: list[str | Unknown] = [ownership.operator]
    if verb is not Verb.ROLLOUT_RESTART and ownership.self_heals is not False:
        owners.append(ownership.gitops)
    if verb in REPLICAS_CHANGERS:
        owners.append(ownership.replicas_owned_by)
    if verb in RESOURCE_CHANGERS:
        owners.append(ownership.resources_owned_by)
    for owner in owners:
        if isinstance(owner, Unknown):
            return Refusal(Reason.EVIDENCE_UNKNOWN, Then.HOLD, f"ownership: {owner.why}")
        if owner:
            return Refusal(Reason.OWNED_BY_OTHERS, Then.NEXT_STEP, f"{owner} would put it back")
    return None


def still_there(case: Case) -> Refusal | None:
    """An empty selection is an error, never everything."""
    if isinstance(case.facts.own, Gone) or not case.plan.target.uid:
        return Refusal(Reason.TARGET_GONE, Then.ESCALATE, case.plan.target.text)
    return None
