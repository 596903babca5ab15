"""Did those who decide about it say yes: the playbook, the mode, a human, the kill switch?"""

from __future__ import annotations

from worker.domain.deciding.holding import only_watched
from worker.domain.guards.case import Case
from worker.domain.observed.evidence import Unknown
from worker.domain.observed.facts import Facts
from worker.domain.people.approval import digest_of
from worker.domain.planners.plan import Refusal, Then
from worker.domain.playbooks.playbook import Mode, Step, lower
from worker.domain.scopes.record import Demotion
from worker.domain.story.reason import Reason


def conditions(case: Case) -> Refusal | None:
    """The playbook's own: `never` before `when`; one that is not known is no yes."""
    return _conditions(case.step, case.facts)


def inapplicable(step: Step, facts: Facts) -> Refusal | None:
    """What is known to speak against this step, before any plan is made: a step that isn't for
    this trouble is passed, whatever its planner would wait for."""
    refusal = _conditions(step, facts)
    return refusal if refusal is not None and refusal.then is Then.NEXT_STEP else None


def _conditions(step: Step, facts: Facts) -> Refusal | None:
    answers = facts.conditions
    for one in step.never:
        answer = answers.get(one.id, Unknown("not evaluated"))
        if isinstance(answer, Unknown):
            return Refusal(Reason.CONDITION_UNKNOWN, Then.HOLD, f"never {one.text}: {answer.why}")
        if answer is not False:
            return Refusal(Reason.NEVER_ALLOWED, Then.NEXT_STEP, one.text)
    for one in step.when:
        answer = answers.get(one.id, Unknown("not evaluated"))
        if isinstance(answer, Unknown):
            return Refusal(Reason.CONDITION_UNKNOWN, Then.HOLD, f"{one.text}: {answer.why}")
        if answer is not True:
            return Refusal(Reason.CONDITION_NOT_MET, Then.NEXT_STEP, one.text)
    return None


def mode_in_force(case: Case) -> tuple[Mode, Demotion | None]:
    """The installation's or the playbook's mode, what its record earned or lost, and what the
    step asks for: whichever allows least."""
    mode, demotion = case.situation.mode(case.document.subject, case.playbook)
    step = case.step.mode or (Mode.APPROVE if case.step.asks_by_default else Mode.AUTO)
    return lower(mode, step), demotion


def mode_allows(case: Case) -> Refusal | None:
    """After all that judges the plan, so that a lower mode tells what auto would have done."""
    mode, demotion = mode_in_force(case)
    plan = case.plan
    again_s = case.now_s + case.policy.observe_again_s
    match mode:
        case Mode.AUTO:
            return None
        case Mode.OBSERVE:
            return Refusal(
                Reason.OBSERVE_MODE, Then.HOLD, plan.detail, again_s, plan.target.text, patient=True
            )  # fmt: skip
        case Mode.SUGGEST:
            reason = Reason.SUGGEST_MODE if demotion is None else Reason.DEMOTED
            words = plan.detail
            if demotion is not None:
                words += f"; {demotion.what} ended as {demotion.reason}".replace("_", " ")
            # What was lowered is told too, and goes to a human when nobody sees to it.
            asked = demotion is None
            return Refusal(reason, Then.HOLD, words, again_s, plan.target.text, patient=asked)
        case Mode.APPROVE:
            return _approved(case)


def _approved(case: Case) -> Refusal | None:
    request, plan = case.incident.request, case.plan
    if _used_for(case):
        return None
    digest = digest_of(plan.verb, plan.target, plan.generation, plan.parameters)
    waiting = Refusal(
        Reason.AWAITING_APPROVAL, Then.HOLD, plan.detail, None, plan.target.text, patient=True
    )
    if request is None or not request.approved_by:
        return waiting
    if case.now_s >= request.expires_at_s:
        words = f"{request.id} was approved by {request.approved_by}, and not done in time"
        return Refusal(Reason.APPROVAL_EXPIRED, Then.ESCALATE, words)
    if digest != request.digest:
        words = f"{request.approved_by} approved another state of it"
        return Refusal(Reason.PLAN_CHANGED, Then.HOLD, words, None, plan.target.text, patient=True)
    return None


def _used_for(case: Case) -> bool:
    """Whether an answer was used for the very intent that is sent again, in the same state."""
    plan, attempt = case.plan, case.incident.attempt(case.resending)
    sent = next((one for one in case.document.intents if one.id == case.resending), None)
    if attempt is None or sent is None or not attempt.approved_by:
        return False
    return (sent.parameters, sent.generation) == (plan.parameters, plan.generation)


def not_only_observing(case: Case) -> Refusal | None:
    """In observe mode nothing is written at all, not even to put back what was done before."""
    if not only_watched(case.document, case.incident, case.situation):
        return None
    target = case.plan.target.text
    return Refusal(Reason.OBSERVE_MODE, Then.HOLD, case.plan.detail, None, target, patient=True)


def kill_switch(case: Case) -> Refusal | None:
    """Set stops every write; unreadable counts as set."""
    answer = case.facts.kill_switch_set
    if isinstance(answer, Unknown):
        return Refusal(Reason.KILL_SWITCH_UNREADABLE, Then.HOLD, answer.why)
    return Refusal(Reason.KILL_SWITCH, Then.HOLD) if answer else None
