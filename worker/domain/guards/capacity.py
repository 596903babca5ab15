"""Does it leave enough running? Of this subject, and of everything around it."""

from __future__ import annotations

from worker.domain.deciding.policy import Policy
from worker.domain.document.identity import SubjectKind
from worker.domain.document.incident import Phase
from worker.domain.guards.case import Case
from worker.domain.observed.evidence import Gone, RolloutHealth, Unknown
from worker.domain.observed.nodes import NodeHealth
from worker.domain.observed.pods import PodHealth
from worker.domain.planners.plan import Refusal, Then
from worker.domain.scopes.common_cause import Root
from worker.domain.scopes.scope import Claim, ScopeDocument, room
from worker.domain.scopes.scopes_seen import ScopesSeen, scopes_of
from worker.domain.scopes.storm import storm
from worker.domain.story.reason import Reason


def no_storm(case: Case) -> Refusal | None:
    """Too much is sick at once: one cause, and not ours to guess. What runs already goes on."""
    seen = case.facts.scopes
    if not isinstance(seen, ScopesSeen):
        return Refusal(Reason.SCOPE_UNREADABLE, Then.HOLD, seen.why)
    if isinstance(seen.known, Unknown):
        return Refusal(Reason.EVIDENCE_UNKNOWN, Then.HOLD, f"number of services: {seen.known.why}")
    if seen.cluster is None:
        return None
    found = storm(seen.cluster, seen.known, case.policy.storm, case.now_s)
    return (
        Refusal(Reason.STORM, Then.HOLD, found.words, patient=True) if found is not None else None
    )


def no_common_cause(case: Case) -> Refusal | None:
    """What its node suffers from is decided about first."""
    return has_root(case.facts.root, case.policy, case.now_s)


def has_root(root: Root | Unknown | None, policy: Policy, now_s: float) -> Refusal | None:
    """Released when something is decided about the root, and when nobody does so in time."""
    if isinstance(root, Unknown):
        return Refusal(Reason.EVIDENCE_UNKNOWN, Then.HOLD, root.why)
    if root is None:
        return None
    until_s = root.since_s + policy.decide_within_s
    if now_s >= until_s:
        return None
    words = f"its sick pods are all on {root.subject.name}; see {root.subject.text}"
    again_s = min(now_s + policy.observe_again_s, until_s)
    return Refusal(Reason.COMMON_CAUSE, Then.HOLD, words, again_s, patient=True)


def one_disruption(case: Case) -> Refusal | None:
    """One of our changes a subject at a time, and none while somebody else's rollout runs.

    What ends a failing rollout (a rollback, a pause) is planned for that very state.
    """
    for other in case.document.open_incidents:
        busy = other.phase in (Phase.ACTING, Phase.VERIFYING)
        if other.id != case.incident.id and busy:
            return Refusal(Reason.BUSY, Then.HOLD, f"{other.id} is being worked on")
    rollout = case.facts.own
    if isinstance(rollout, Gone | Unknown):
        return Refusal(Reason.TARGET_UNKNOWN, Then.HOLD)
    if isinstance(rollout, RolloutHealth) and rollout.rolling and not case.plan.during_rollout:
        words = f"{rollout.updated} of {rollout.desired} pods are up to date"
        return Refusal(Reason.ROLLOUT_IN_PROGRESS, Then.HOLD, words)
    return None


def availability_floor(case: Case) -> Refusal | None:
    """Never take the last healthy replica, nor what a disruption budget protects.

    Evicting a pod that is not ready costs no availability, but a budget may still forbid it.
    """
    if not case.action.disrupts:
        return None
    if isinstance(case.facts.own, NodeHealth):
        return _pool_floor(case, case.facts.own)
    pods, rollout = case.facts.pods, case.facts.rollout
    if not isinstance(pods, PodHealth) or not isinstance(rollout, RolloutHealth):
        return Refusal(Reason.EVIDENCE_UNKNOWN, Then.HOLD)
    pod = case.plan.pod
    if pod is None:
        if pods.ready and rollout.restart_keeps < 1:
            return Refusal(
                Reason.LAST_HEALTHY_REPLICA, Then.ESCALATE,
                f"a restart of {case.plan.target.text} takes all {pods.ready} ready pods",
            )  # fmt: skip
        return None
    if pod.ready and pods.ready <= 1:
        return Refusal(Reason.LAST_HEALTHY_REPLICA, Then.ESCALATE, case.plan.target.text)
    for budget in pods.budgets:
        if budget.blocks(ready=pod.ready):
            return Refusal(Reason.DISRUPTION_BUDGET, Then.HOLD, f"budget {budget.name}")
    return None


def _pool_floor(case: Case, node: NodeHealth) -> Refusal | None:
    """Never the last node of its pool that takes pods, and none at all once too many of the pool
    take none, for whatever reason: that is one fault of something greater."""
    where = f"pool {node.pool} of {node.nodes_in_pool}"
    if node.spare < 1:
        return Refusal(Reason.LAST_NODE, Then.ESCALATE, f"no other node of {where} takes pods")
    out = 1 + node.cordoned_in_pool
    bound = case.policy.pool_out_bound(node.nodes_in_pool)
    if out > bound:
        words = f"{out} nodes of {where} would take no pods, {bound} may"
        return Refusal(Reason.POOL_UNWELL, Then.ESCALATE, words)
    return None


def subject_rate(case: Case) -> Refusal | None:
    """So many acts an hour on one subject, whatever they are about."""
    window_s = case.policy.acts_window_s
    since_s = case.now_s - window_s
    others = [act for act in case.document.acts if act.intent != case.intent]
    recent = [act.at_s for act in others if act.at_s > since_s]
    if len(recent) >= case.policy.acts_max:
        until_s = min(recent) + window_s
        words = f"{len(recent)} acts on this subject within {window_s:.0f} s"
        return Refusal(Reason.RATE_LIMITED, Then.HOLD, words, until_s)
    return None


def room_in_scopes(case: Case) -> Refusal | None:
    """Leases and rates of the namespace (or node pool) and the cluster, as they were read; the
    claim itself is made by compare-and-swap before anything is sent."""
    seen = case.facts.scopes
    if not isinstance(seen, ScopesSeen):
        return Refusal(Reason.SCOPE_UNREADABLE, Then.HOLD, seen.why)
    subject, policy = case.document.subject, case.policy
    claim = Claim(case.intent, subject.text, case.action.disrupts, policy.lease_s)
    pool = case.facts.node_pool
    if subject.kind is SubjectKind.NODE and not pool:
        return Refusal(Reason.TARGET_UNKNOWN, Then.HOLD)
    for scope in scopes_of(subject, pool):
        document = seen.of(scope) or ScopeDocument(scope.kind, scope.name)
        reason = room(document, claim, policy.limits_of(scope), case.now_s)
        if reason is not None:
            return Refusal(reason, Then.HOLD, scope.text)
    return None
