"""Why an incident is where it is, and what would come of a look at it now.

Rules of this file: nothing is decided here. What would happen is what `decide` says of a copy whose
pause is over; the steps, plans and guards are shown as the turn asks them, none left out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from worker.domain.calendar.window import Window
from worker.domain.deciding.decision import decide, true_now_s
from worker.domain.deciding.policy import Policy
from worker.domain.deciding.situation import Situation
from worker.domain.deciding.waiting import waits
from worker.domain.deciding.weighing import weighed, without_its_question
from worker.domain.document.incident import Incident, Phase
from worker.domain.document.subject import SubjectDocument
from worker.domain.guards import Case, answers
from worker.domain.guards.permission import mode_in_force
from worker.domain.observed.evidence import Unknown
from worker.domain.observed.facts import Facts
from worker.domain.planners.plan import Plan, Refusal, Then
from worker.domain.playbooks.pack import Pack
from worker.domain.playbooks.playbook import Mode, Playbook, Step
from worker.domain.scopes.record import Demotion
from worker.domain.story.reason import Reason


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of the ladder: its plan, or why there is none, and what each guard says of it."""

    number: int  # from 1 on
    step: Step
    planned: Plan | Refusal
    answers: tuple[tuple[str, Refusal | None], ...] = ()
    mode: Mode | None = None
    lowered_by: Demotion | None = None

    @property
    def refusal(self) -> Refusal | None:
        """The first that says no."""
        if isinstance(self.planned, Refusal):
            return self.planned
        return next((one for _, one in self.answers if one is not None), None)


@dataclass(frozen=True, slots=True)
class Explanation:
    """`before`: what keeps it from looking at any step. `rungs`: from the current step to the first
    that isn't passed over. `mode` is the one in force there, the playbook's when there is no plan.
    `after`: what the incident would be after a look now."""

    playbook: Playbook | None
    before: Refusal | None
    rungs: tuple[Rung, ...]
    mode: Mode
    lowered_by: Demotion | None
    after: Incident


def explain(
    document: SubjectDocument,
    incident: Incident,
    facts: Facts,
    pack: Pack,
    policy: Policy,
    now_s: float,
    windows: tuple[Window, ...] = (),
) -> Explanation:
    """`document` has absorbed its inbox, and `incident` is one of its own."""
    after = _looked_at(document, incident, facts, pack, policy, now_s, windows)
    true_s = true_now_s(now_s, facts.clock_skew_s, policy)
    later_s = max(true_s, document.last_now_s)
    facts = replace(facts, at_s=true_now_s(facts.at_s, facts.clock_skew_s, policy))
    situation = Situation(facts, pack, policy, later_s, windows, lead_s=later_s - true_s)
    found = situation.playbook(document.subject, incident)
    playbook = found if isinstance(found, Playbook) else pack.named(incident.playbook)
    mode, lowered_by = policy.mode_in(document.subject.scope), None
    if playbook is not None:
        mode, lowered_by = situation.mode(document.subject, playbook)
    if incident.phase is not Phase.OPEN or incident.undoing:
        return Explanation(playbook, None, (), mode, lowered_by, after)
    before = _before(document, incident, found, situation)
    rungs = () if before or playbook is None else _rungs(document, incident, playbook, situation)
    if rungs and rungs[-1].mode is not None:
        mode, lowered_by = rungs[-1].mode, rungs[-1].lowered_by
    return Explanation(playbook, before, rungs, mode, lowered_by, after)


def _looked_at(
    document: SubjectDocument,
    incident: Incident,
    facts: Facts,
    pack: Pack,
    policy: Policy,
    now_s: float,
    windows: tuple[Window, ...],
) -> Incident:
    if incident.hold is not None:
        over = replace(incident.hold, until_s=incident.hold.since_s)
        document = document.with_incident(replace(incident, hold=over))
    decided = decide(document, facts, pack, policy, now_s, windows).document
    return decided.incident(incident.id) or incident


def _before(
    document: SubjectDocument,
    incident: Incident,
    playbook: Playbook | Unknown | None,
    situation: Situation,
) -> Refusal | None:
    """In the order of `remedy.consider`."""
    if not document.subject.has_object:
        return Refusal(Reason.OWNER_UNKNOWN, Then.ESCALATE, f"{document.subject.text} owns it")
    if (refusal := waits(document, situation)) is not None:
        return refusal
    if isinstance(playbook, Unknown):
        return Refusal(Reason.CONDITION_UNKNOWN, Then.HOLD, playbook.why)
    if playbook is None:
        return Refusal(Reason.NO_PLAYBOOK, Then.ESCALATE, f"cause {incident.cause}")
    soaked_s = incident.opened_at_s + playbook.soak_s
    if situation.now_s < soaked_s:
        return Refusal(Reason.SOAKING, Then.HOLD, f"for {playbook.soak_s:.0f} s", soaked_s)
    return None


def _rungs(
    document: SubjectDocument, incident: Incident, playbook: Playbook, situation: Situation
) -> tuple[Rung, ...]:
    if playbook.name != incident.playbook:
        incident = replace(incident, rung=incident.rung if incident.attempts else 0)
    rungs: list[Rung] = []
    here = replace(incident, playbook=playbook.name)
    for number in range(incident.rung, len(playbook.steps)):
        step, here = playbook.steps[number], replace(here, rung=number)
        found = weighed(document, here, playbook, situation)
        rung = Rung(number + 1, step, found.plan if isinstance(found, Case) else found)
        if isinstance(found, Case):
            mode, demotion = mode_in_force(found)
            rung = replace(rung, answers=answers(found), mode=mode, lowered_by=demotion)
        rungs.append(rung)
        here = without_its_question(here, step)
        if rung.refusal is None or rung.refusal.then is not Then.NEXT_STEP:
            break
    return tuple(rungs)
