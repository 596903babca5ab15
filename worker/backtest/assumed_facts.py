"""What a decision is shown of a service that is only assumed: the same facts as of a real one."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf

from worker.backtest.assumed import Assumed, Template
from worker.backtest.assumed_node import assumed_node
from worker.backtest.symptoms import CRASHES_SHOW_S, Symptom, sick_container
from worker.domain.document.identity import UNDERSTOOD_KINDS, SubjectKind, Target
from worker.domain.incoming.correlation import cause_of
from worker.domain.observed.evidence import AlertStates, ContainerSpec, RolloutHealth, Unknown
from worker.domain.observed.facts import Facts
from worker.domain.observed.history import Revision, RolloutHistory
from worker.domain.observed.ownership import Ownership
from worker.domain.observed.pods import Container, Pod, PodHealth
from worker.domain.observed.quantity import bytes_of
from worker.domain.observed.rule_window import NO_RULES
from worker.domain.scopes.scopes_seen import ScopesSeen

NOBODY = Ownership()
NO_RULES_KNOWN = Unknown(NO_RULES)


@dataclass
class AssumedFacts:
    """Facts of one service, made anew only when something about it has changed."""

    assumed: Assumed
    _made: Facts = field(default=Facts(0.0), init=False)
    _made_of: int = field(default=-1, init=False)
    _until_s: float = field(default=inf, init=False)

    def facts(self, now_s: float, scopes: ScopesSeen) -> Facts:
        """All that is assumed at this moment."""
        if self._made_of != self.assumed.changes or now_s >= self._until_s:
            self._made, self._made_of = _facts(self.assumed, now_s), self.assumed.changes
            shows_s = (_crashes_show_s(self.assumed, name) for name in self.assumed.sick)
            self._until_s = min((at_s for at_s in shows_s if at_s > now_s), default=inf)
        made = self._made
        return Facts(
            at_s=now_s, rollout=made.rollout, pods=made.pods, alerts=made.alerts,
            kill_switch_set=made.kill_switch_set, clock_skew_s=0.0, history=made.history,
            ownership=made.ownership, node=made.node, rules=made.rules, rule_data=NO_RULES_KNOWN,
            scopes=scopes,
        )  # fmt: skip


def _facts(assumed: Assumed, now_s: float) -> Facts:
    subject = assumed.subject
    if not subject.has_object:
        return Facts(0.0, rule_data=NO_RULES_KNOWN)  # nothing else is asked of what has no object
    alerts = AlertStates(frozenset(assumed.firing) - assumed.muted, frozenset(assumed.muted))
    if subject.kind is SubjectKind.NODE:
        return Facts(
            0.0, node=assumed_node(assumed), alerts=alerts, kill_switch_set=False,
            rules=NO_RULES_KNOWN, rule_data=NO_RULES_KNOWN,
        )  # fmt: skip
    kind, name = subject.workload or ("", "")
    if kind not in UNDERSTOOD_KINDS:
        unknown = Unknown(f"workloads of kind {kind} are not understood")
        return Facts(
            0.0, rollout=unknown, pods=unknown, alerts=alerts, kill_switch_set=False,
            history=unknown, ownership=NOBODY, rules=NO_RULES_KNOWN,
        )  # fmt: skip
    pods = _pods(assumed, name, now_s)
    ready = sum(pod.ready for pod in pods)
    return Facts(
        0.0, rollout=_rollout(assumed, kind, name, ready), pods=PodHealth(pods), alerts=alerts,
        kill_switch_set=False, history=_history(assumed, kind, name, ready), ownership=NOBODY,
        rules=NO_RULES_KNOWN,
    )  # fmt: skip


def _rollout(assumed: Assumed, kind: str, name: str, ready: int) -> RolloutHealth:
    current, wanted = assumed.revisions[-1], assumed.replicas
    stuck = any(cause_of(one.name) == "rollout_stuck" for one in assumed.firing.values())
    counted = kind == "Deployment"  # the others' revision is a hash, and its age isn't told
    return RolloutHealth(
        target=Target(kind, assumed.subject.scope, name, f"uid-{name}"),
        resource_version=str(assumed.changes),
        generation=current.number,
        observed_generation=current.number,
        desired=wanted,
        updated=wanted - 1 if stuck else wanted,
        ready=ready,
        available=ready,
        paused=bool(assumed.paused_by),
        on_delete=False,
        revision=str(current.number) if counted else f"{name}-{current.number:x}",
        changed_at_s=current.from_s if counted else 0.0,
        restart_keeps=max(ready - 1, 0),
        last_intent=assumed.last_intent,
        annotations={},
        containers=_specs(assumed, current),
        paused_by=assumed.paused_by,
    )


def _specs(assumed: Assumed, current: Template) -> tuple[ContainerSpec, ...]:
    """One of every container that is sick, and `app`."""
    names = {"app"} | {alert.labels.get("container") or "app" for _, alert in assumed.sick.values()}
    limit_bytes = bytes_of(assumed.limit)
    return tuple(
        ContainerSpec(name, f"{name}:{current.name}", assumed.limit, limit_bytes)
        for name in sorted(names)
    )


def _pods(assumed: Assumed, name: str, now_s: float) -> tuple[Pod, ...]:
    """Those that are sick, those that were, and as many more as are wanted."""
    names = [*assumed.sick, *(one for one in reversed(assumed.named) if one not in assumed.sick)]
    spare = (f"{name}-well-{number}" for number in range(assumed.replicas))
    names = [*names, *spare][: assumed.replicas]
    return tuple(_pod(assumed, one, now_s) for one in names)


def _pod(assumed: Assumed, name: str, now_s: float) -> Pod:
    current = assumed.revisions[-1]
    symptom, alert = assumed.sick.get(name, (None, None))
    container = Container("app", True, 0)
    if symptom is not None and alert is not None:
        starting = symptom is Symptom.CRASHES and now_s < _crashes_show_s(assumed, name)
        container = sick_container(Symptom.UNREADY if starting else symptom, alert)
    replaced = assumed.named.get(name, 0)
    return Pod(
        target=Target(
            "Pod", assumed.subject.scope, name, f"uid-{name}-{current.number}-{replaced}"
        ),
        resource_version=str(assumed.changes),
        node=f"node-{name}",
        phase="Pending" if symptom is Symptom.WAITS else "Running",
        created_at_s=_born_s(assumed, name),
        terminating=False,
        controlled=True,
        containers=(container,),
    )


def _born_s(assumed: Assumed, name: str) -> float:
    return assumed.reborn_s.get(name, assumed.revisions[-1].from_s)


def _crashes_show_s(assumed: Assumed, name: str) -> float:
    """When a pod can be seen in a crash loop: at once when it is older than its alert."""
    born_s, (_, alert) = _born_s(assumed, name), assumed.sick[name]
    return born_s + CRASHES_SHOW_S if born_s > alert.starts_at_s else born_s


def _history(assumed: Assumed, kind: str, name: str, ready: int) -> RolloutHistory | Unknown:
    if kind != "Deployment":
        return Unknown(f"a {kind} has no ReplicaSets; only a Deployment's history is read")
    current = assumed.revisions[-1]
    return RolloutHistory(
        tuple(
            _revision(assumed, name, one, ready if one is current else 0)
            for one in reversed(assumed.revisions)
        )
    )


def _revision(assumed: Assumed, name: str, one: Template, ready: int) -> Revision:
    replica_set = f"{name}-{one.number}"
    return Revision(
        target=Target("ReplicaSet", assumed.subject.scope, replica_set, f"uid-{replica_set}"),
        number=one.number,
        template=one.name,
        current_from_s=one.from_s,
        ready=ready,
        images=(f"app:{one.name}",),
    )
