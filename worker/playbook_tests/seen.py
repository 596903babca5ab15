"""The facts of a case: everything is well but for what it gives.

Rules of this file: nothing is read and nothing is drawn; the same case is the same facts.
"""

from __future__ import annotations

from dataclasses import replace

from worker.adapters.playbook_files.case import Given, GivenFacts, GivenPod
from worker.domain.document.identity import CRON_JOB, Subject, SubjectKind, Target
from worker.domain.observed.evidence import (
    NOT_ASKED,
    AlertStates,
    ContainerSpec,
    RolloutHealth,
    Unknown,
)
from worker.domain.observed.facts import Facts
from worker.domain.observed.history import Revision, RolloutHistory
from worker.domain.observed.ownership import Autoscaler, Ownership
from worker.domain.observed.pods import Container, Pod, PodHealth
from worker.domain.observed.quantity import bytes_of
from worker.domain.scopes.scopes_seen import ScopesSeen
from worker.playbook_tests.seen_objects import seen_cron_job, seen_node

SERVICES_KNOWN = 100  # so that one sick service is no storm
PROVEN_S, TRIED_S = 7 * 86400.0, 600.0  # how long the older revision lasted, when it is or isn't
AFTER_CHANGE_S = 30.0  # from the new template to the first pod of it
CRASHES = 5
FIELD_OF = {
    "rollout": "rollout", "pods": "pods", "history": "history", "ownership": "ownership",
    "alerts": "alerts", "killSwitch": "kill_switch_set", "clock": "clock_skew_s",
    "scopes": "scopes", "node": "node", "cronJob": "cron_job",
}  # fmt: skip
"""What a case calls unknown, as the facts call it."""


def seen(
    given: Given, subject: Subject, fingerprints: frozenset[str], opened_s: float, now_s: float
) -> Facts:
    """What would be seen `now_s` of this subject, whose incident opened at `opened_s`."""
    facts = given.facts
    kind, name = subject.workload or ("Deployment", subject.name or "none")
    target = Target(kind, subject.scope, name, f"uid-{name}")
    changed_s = opened_s - facts.changed_before_s
    pods = _pods(facts, target, changed_s, now_s)
    known = Facts(
        at_s=now_s,
        rollout=_rollout(facts, target, pods, changed_s),
        pods=PodHealth(pods),
        alerts=AlertStates(
            firing=frozenset() if facts.silenced else fingerprints,
            suppressed=fingerprints if facts.silenced else frozenset(),
        ),
        kill_switch_set=facts.kill_switch,
        clock_skew_s=0.0,
        history=_history(facts, target, changed_s, sum(one.ready for one in pods)),
        ownership=_ownership(facts, target),
        scopes=ScopesSeen((), SERVICES_KNOWN),
    )
    if subject.kind is SubjectKind.NODE:
        node = seen_node(facts.node, subject)
        known = replace(known, rollout=NOT_ASKED, pods=NOT_ASKED, node=node)
    if kind == CRON_JOB:
        cron_job = seen_cron_job(facts.cron_job, subject, opened_s)
        known = replace(known, rollout=NOT_ASKED, pods=NOT_ASKED, cron_job=cron_job)
    unknown = {FIELD_OF[name]: Unknown("a case says so") for name in facts.unknown}
    return replace(known, **unknown)  # type: ignore[arg-type]


def _rollout(
    facts: GivenFacts, target: Target, pods: tuple[Pod, ...], changed_s: float
) -> RolloutHealth:
    ready = sum(one.ready for one in pods)
    return RolloutHealth(
        target=target,
        resource_version="1",
        generation=2,
        observed_generation=2,
        desired=facts.replicas,
        updated=max(facts.replicas - 1, 0) if facts.rolling else facts.replicas,
        ready=ready,
        available=ready,
        paused=facts.paused,
        on_delete=False,
        revision="2",
        changed_at_s=changed_s,
        restart_keeps=max(ready - 1, 0),
        last_intent="",
        annotations={},
        containers=(
            ContainerSpec("app", "app:2", facts.memory_limit, bytes_of(facts.memory_limit)),
        ),
    )


def _pods(facts: GivenFacts, target: Target, changed_s: float, now_s: float) -> tuple[Pod, ...]:
    """Of the new template; while it is rolled out, what is well is of the older one still."""
    new_s, old_s = min(changed_s + AFTER_CHANGE_S, now_s), changed_s - AFTER_CHANGE_S
    sick = [(one, new_s if one.age_s is None else now_s - one.age_s) for one in facts.sick]
    well = GivenPod("well", "", "", 0, None, "", None)
    others = [(well, old_s if facts.rolling else new_s)] * (facts.replicas - len(sick))
    return tuple(
        _pod(one, number, target, born_s)
        for number, (one, born_s) in enumerate((*sick, *others), start=1)
    )


def _pod(given: GivenPod, number: int, target: Target, born_s: float) -> Pod:
    name = given.name or f"{target.name}-{number}"
    crashing = given.state == "crashing"
    container = Container(
        name="app",
        ready=given.state == "well",
        restarts=given.restarts if given.restarts is not None else CRASHES * crashing,
        waiting_reason={"crashing": "CrashLoopBackOff", "waiting": "ImagePullBackOff"}.get(
            given.state, ""
        ),
        last_exit_code=given.exit_code if given.exit_code is not None or not crashing else 1,
        last_exit_reason=given.reason or ("Error" if crashing else ""),
    )
    return Pod(
        target=Target("Pod", target.namespace, name, f"uid-{name}"),
        resource_version="1",
        node="" if given.state == "pending" else given.node or f"node-{number}",
        phase="Pending" if given.state in ("pending", "waiting") else "Running",
        created_at_s=born_s,
        terminating=False,
        controlled=True,
        containers=(container,),
    )


def _history(
    facts: GivenFacts, target: Target, changed_s: float, ready: int
) -> RolloutHistory | Unknown:
    if target.kind != "Deployment":
        return Unknown(f"a {target.kind} has no ReplicaSets; only a Deployment's history is read")
    lasted_s = PROVEN_S if facts.proven else TRIED_S
    new, old = (0, ready) if facts.rolling else (ready, 0)
    return RolloutHistory(
        (_revision(target, 2, changed_s, new), _revision(target, 1, changed_s - lasted_s, old))
    )


def _revision(target: Target, number: int, from_s: float, ready: int) -> Revision:
    name = f"{target.name}-{number}"
    return Revision(
        target=Target("ReplicaSet", target.namespace, name, f"uid-rs-{name}"),
        number=number,
        template=f"template-{number}",
        current_from_s=from_s,
        ready=ready,
        images=(f"app:{number}",),
    )


def _ownership(facts: GivenFacts, target: Target) -> Ownership:
    scaler = facts.autoscaler
    if scaler is None:
        return Ownership(gitops=facts.gitops, operator=facts.operator)
    least, most = scaler
    name = target.name
    return Ownership(
        gitops=facts.gitops,
        operator=facts.operator,
        replicas_owned_by=f"HorizontalPodAutoscaler/{name}",
        autoscaler=Autoscaler(
            target=Target("HorizontalPodAutoscaler", target.namespace, name, f"uid-hpa-{name}"),
            resource_version="1",
            min_replicas=least,
            max_replicas=most,
            current_replicas=facts.replicas,
            desired_replicas=facts.replicas,
        ),
    )
