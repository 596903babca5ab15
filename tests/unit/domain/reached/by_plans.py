"""Why we act, and why a verb has no plan for what is seen."""

from __future__ import annotations

from dataclasses import replace

from tests.unit.domain.builders import (
    CRASH_LOOP,
    NOW_S,
    SICK,
    WELL,
    acting,
    crashing,
    decided,
    facts,
    opened,
    pod,
    rollout,
)
from tests.unit.domain.reached import Way, Ways
from tests.unit.domain.remedies import (
    AT_BOUND,
    DEPLOYED,
    DEPLOYED_S,
    HPA,
    LAGGING,
    MEMORY,
    PAUSE,
    ROLL_BACK,
    SCALE,
    SETTLED_S,
    STOPPED,
    Remedy,
    killed,
    revision,
    scaler,
)
from worker.domain.catalogue import Verb
from worker.domain.document.subject import SubjectDocument
from worker.domain.observed.facts import Facts
from worker.domain.observed.history import RolloutHistory
from worker.domain.observed.ownership import Ownership
from worker.domain.playbooks.pack import Pack
from worker.domain.playbooks.playbook import Step
from worker.domain.story.reason import Reason

EVERYWHERE = facts(*(crashing(f"web-{n}") for n in (1, 2, 3)))


def restarting(seen: Facts) -> Way:
    pack = Pack(1, (replace(CRASH_LOOP, steps=(Step(Verb.ROLLOUT_RESTART),)),))
    return lambda: decided(opened(), seen, pack=pack).document


def tried(remedy: Remedy, seen: Facts) -> Way:
    def way() -> SubjectDocument:
        document: SubjectDocument = remedy.looked(opened(remedy.news), seen, 60.0).document
        return document

    return way


def undone() -> SubjectDocument:
    document: SubjectDocument = SCALE.looked(
        SCALE.failed(), SCALE.in_vain, SCALE.judged_s + 1.0
    ).document
    return document


def not_undone() -> SubjectDocument:
    sick = replace(PAUSE.before, rollout=STOPPED.rollout)
    document: SubjectDocument = PAUSE.looked(PAUSE.failed(sick), sick, SETTLED_S + 1.0).document
    return document


def of_history(*revisions: object) -> Facts:
    return replace(DEPLOYED, history=RolloutHistory(revisions))  # type: ignore[arg-type]


NEW = revision(6, "bad", DEPLOYED_S)
LONG_AGO = revision(6, "bad", NOW_S - 864000.0)
WELL_TOO = replace(
    DEPLOYED,
    pods=facts(*(crashing(f"web-{n}", created_at_s=DEPLOYED_S) for n in (1, 2)),
               pod("web-3", created_at_s=DEPLOYED_S)).pods,
)  # fmt: skip
WAYS: Ways = {
    Reason.SICK_POD: acting,
    Reason.SICK_WORKLOAD: restarting(SICK),
    Reason.CHANGED_LATELY: ROLL_BACK.acting,
    Reason.KILLED_FOR_MEMORY: MEMORY.acting,
    Reason.TOO_SMALL: SCALE.acting,
    Reason.UNDONE: undone,
    Reason.NOT_UNDONE: not_undone,
    Reason.NOTHING_SICK: lambda: decided(opened(), WELL).document,
    Reason.SICK_EVERYWHERE: restarting(EVERYWHERE),
    Reason.ROLLOUT_IN_PROGRESS: restarting(replace(SICK, rollout=rollout(updated=2))),
    Reason.ROLLOUT_PAUSED: restarting(replace(SICK, rollout=rollout(paused=True))),
    Reason.UPDATE_ON_DELETE: restarting(replace(SICK, rollout=rollout(on_delete=True))),
    Reason.NO_HEALTHY_REVISION: tried(ROLL_BACK, of_history(NEW)),
    Reason.NOT_CHANGED_LATELY: tried(ROLL_BACK, of_history(LONG_AGO)),
    Reason.RUNS_WELL_ELSEWHERE: tried(ROLL_BACK, WELL_TOO),
    Reason.NOT_ROLLING: tried(PAUSE, replace(PAUSE.before, rollout=rollout())),
    Reason.NOT_KILLED_FOR_MEMORY: tried(MEMORY, SICK),
    Reason.NO_LIMIT: tried(MEMORY, facts(killed(), pod("web-2"), pod("web-3"))),
    Reason.AT_CEILING: tried(replace(SCALE, parameters={"ceiling": 3}), LAGGING),
    Reason.NO_AUTOSCALER: tried(HPA, replace(AT_BOUND, ownership=Ownership())),
    Reason.NOT_AT_BOUND: tried(HPA, replace(AT_BOUND, ownership=scaler(9))),
}
