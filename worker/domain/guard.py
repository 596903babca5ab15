"""Who may say no. A guard refuses with a reason and never acts; the order of GUARDS is the policy.

Every guard is pure and fails closed: what it cannot know, it refuses. A guard is never "passed
with a warning".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from worker.domain.cooling import COOL_DOWN_MEMORY_S, done_lately
from worker.domain.evidence import Facts, PodHealth, RolloutHealth, Unknown
from worker.domain.incident import Incident, Phase
from worker.domain.plan import Plan, Refusal, Then
from worker.domain.playbook import Mode, Playbook, Step
from worker.domain.policy import Policy
from worker.domain.reason import Reason
from worker.domain.situation import Situation
from worker.domain.subject import SubjectDocument


@dataclass(frozen=True, slots=True)
class Case:
    """All that a guard may look at."""

    document: SubjectDocument
    incident: Incident
    playbook: Playbook
    step: Step
    plan: Plan
    situation: Situation

    @property
    def facts(self) -> Facts:
        return self.situation.facts

    @property
    def policy(self) -> Policy:
        return self.situation.policy

    @property
    def now_s(self) -> float:
        return self.situation.now_s


Guard = Callable[[Case], Refusal | None]


def first_refusal(case: Case) -> Refusal | None:
    return next((refusal for guard in GUARDS if (refusal := guard(case)) is not None), None)


def protected(case: Case) -> Refusal | None:
    """Never the cluster's own parts, never what carries us, never ourselves."""
    target = case.plan.target
    workload = case.facts.rollout
    texts = {target.text}
    if isinstance(workload, RolloutHealth):
        texts.add(workload.target.text)
    if target.namespace in case.policy.protected_namespaces:
        return Refusal(Reason.PROTECTED, Then.ESCALATE, f"namespace {target.namespace}")
    if texts & case.policy.protected_workloads:
        return Refusal(Reason.PROTECTED, Then.ESCALATE, target.text)
    return None


def opted_out(case: Case) -> Refusal | None:
    """An annotation on the workload may narrow what policy allows; it can never widen it."""
    rollout = case.facts.rollout
    if not isinstance(rollout, RolloutHealth):
        return Refusal(Reason.TARGET_UNKNOWN, Then.HOLD)
    name = f"{case.policy.annotation_prefix}/enabled"
    if rollout.annotations.get(name, "true") != "true":
        return Refusal(Reason.OPTED_OUT, Then.ESCALATE, f"annotation {name} on its workload")
    return None


def has_controller(case: Case) -> Refusal | None:
    """A pod that nothing recreates would be lost, not restarted."""
    if case.plan.pod is not None and not case.plan.pod.controlled:
        return Refusal(Reason.NO_CONTROLLER, Then.ESCALATE, case.plan.target.text)
    return None


def clocks_agree(case: Case) -> Refusal | None:
    skew = case.facts.clock_skew_s
    if isinstance(skew, Unknown):
        return Refusal(Reason.EVIDENCE_UNKNOWN, Then.HOLD, f"clock skew: {skew.why}")
    if abs(skew) > case.policy.clock_skew_max_s:
        return Refusal(
            Reason.CLOCKS_DISAGREE, Then.HOLD, f"{skew:+.0f} s to the API server's clock"
        )
    return None


def one_disruption(case: Case) -> Refusal | None:
    """One of our changes a subject at a time, and none while somebody else's rollout runs."""
    for other in case.document.open_incidents:
        busy = other.phase in (Phase.ACTING, Phase.VERIFYING)
        if other.id != case.incident.id and busy:
            return Refusal(Reason.BUSY, Then.HOLD, f"{other.id} is being worked on")
    rollout = case.facts.rollout
    if not isinstance(rollout, RolloutHealth):
        return Refusal(Reason.TARGET_UNKNOWN, Then.HOLD)
    if rollout.rolling:
        words = f"{rollout.updated} of {rollout.desired} pods are up to date"
        return Refusal(Reason.ROLLOUT_IN_PROGRESS, Then.HOLD, words)
    return None


def availability_floor(case: Case) -> Refusal | None:
    """Never take the last healthy replica, nor what a disruption budget protects.

    Evicting a pod that is not ready costs no availability, but a budget may still forbid it.
    """
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


def attempts_left(case: Case) -> Refusal | None:
    """A bound on the same fix for the same cause; a remedy that keeps failing is none."""
    here = [a for a in case.incident.attempts if a.done and a.rung == case.incident.rung]
    if len(here) >= case.step.attempts_max:
        return Refusal(Reason.ATTEMPTS_USED, Then.NEXT_STEP, f"{len(here)} here")
    window_s = case.policy.attempts_window_s
    recent = len(done_lately(case.document, case.incident, case.step.verb, case.now_s - window_s))
    if recent >= case.policy.attempts_max:
        return Refusal(
            Reason.ATTEMPTS_USED, Then.ESCALATE,
            f"{recent} within {window_s:.0f} s",
        )  # fmt: skip
    return None


def cooled_down(case: Case) -> Refusal | None:
    """After an action about this cause the next incident waits, twice as long at each repeat."""
    since_s = case.now_s - COOL_DOWN_MEMORY_S
    done_s = done_lately(case.document, case.incident, case.step.verb, since_s)
    if not done_s:
        return None
    wait_s = min(case.step.cool_down_s * 2 ** (len(done_s) - 1), case.policy.cool_down_max_s)
    until_s = max(done_s) + wait_s
    if case.now_s < until_s:
        return Refusal(Reason.COOL_DOWN, Then.HOLD, f"{until_s - case.now_s:.0f} s left", until_s)
    return None


def kill_switch(case: Case) -> Refusal | None:
    """Set stops every write; unreadable counts as set."""
    answer = case.facts.kill_switch_set
    if isinstance(answer, Unknown):
        return Refusal(Reason.KILL_SWITCH_UNREADABLE, Then.HOLD, answer.why)
    return Refusal(Reason.KILL_SWITCH, Then.HOLD) if answer else None


def mode_allows(case: Case) -> Refusal | None:
    """After all that judges the plan, so that observe mode tells what auto would have done."""
    if case.policy.mode_of(case.playbook) is Mode.AUTO:
        return None
    until_s = case.now_s + case.policy.observe_again_s
    target = case.plan.target.text
    return Refusal(Reason.OBSERVE_MODE, Then.HOLD, case.plan.detail, until_s, target)


GUARDS: tuple[Guard, ...] = (
    protected,
    opted_out,
    has_controller,
    clocks_agree,
    one_disruption,
    attempts_left,
    cooled_down,
    availability_floor,
    mode_allows,
    kill_switch,
)
