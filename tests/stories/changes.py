"""Stories about what somebody changed: deploys, rollouts, and who owns the template."""

from __future__ import annotations

from dataclasses import replace

from tests.stories.telling import Story, Timeline, Worker, happened, ladder, step
from tests.unit.domain.builders import ACCEPTED, NOW_S, RESOLVED, alert, crashing, facts, pod
from tests.unit.domain.builders import rollout as workload
from tests.unit.domain.remedies import revision
from tests.unit.domain.storytelling import answer, arrive, receive, told
from worker.domain.catalogue import Verb
from worker.domain.document.subject import SubjectDocument
from worker.domain.incoming.ops_event import OpsEventKind
from worker.domain.observed.history import RolloutHistory
from worker.domain.observed.ownership import Ownership

DEPLOYED_S = -480.0  # eight minutes before noon
MADE_S = NOW_S + 65.0
ROLL_BACK = ladder("bad-deploy", step(Verb.ROLL_BACK), escalation="Ask who deployed web last.")
BAD = revision(6, "1.5", NOW_S + DEPLOYED_S)
GOOD = revision(5, "1.4", NOW_S - 604800.0)
CRASHED = facts(
    *(crashing(f"web-{n}", created_at_s=NOW_S + DEPLOYED_S, restarts=4) for n in (7, 8)),
    pod("web-3"),
    rollout=workload(revision="6", updated=2, ready=1, available=1),
    history=RolloutHistory((BAD, GOOD)),
    firing=["KubePodCrashLooping-web-7"],
)
GOING_BACK = replace(
    CRASHED,
    rollout=workload(revision="7", updated=1, ready=2, available=2),
    pods=facts(crashing("web-7", created_at_s=NOW_S + DEPLOYED_S), pod("web-3"),
               pod("web-9", created_at_s=MADE_S)).pods,
)  # fmt: skip
BACK = facts(
    *(pod(f"web-{n}", created_at_s=MADE_S) for n in (9, 10)), pod("web-3"),
    rollout=workload(revision="7"),
)  # fmt: skip
CRASH = alert(pod="web-7", severity="critical")
DEPLOY: Timeline = [
    (-600, happened(OpsEventKind.DEPLOY_STARTED, "ci", image="web:1.5")),
    (-420, happened(OpsEventKind.DEPLOY_FINISHED, "ci", image="web:1.5")),
]


def bad_deploy() -> str:
    ours = Worker(ROLL_BACK)
    return told(
        *DEPLOY,
        (0, arrive(CRASH)),
        (60, ours.look(CRASHED)),
        (61, answer(ACCEPTED)),
        (95, ours.look(GOING_BACK)),
        *ours.looks(BACK, 130, 220),
        (225, arrive(replace(CRASH, status=RESOLVED))),
        *ours.looks(BACK, 230, 430),
    )


def gitops() -> str:
    ours = Worker(ROLL_BACK)
    owned = replace(
        CRASHED, ownership=Ownership(gitops="Argo CD application shop", self_heals=True)
    )
    return told(
        *DEPLOY,
        (0, arrive(CRASH)),
        (60, ours.look(owned)),
        (61, receive),
        *ours.looks(BACK, 900, 1020),
        (1021, receive),
    )


def somebody_fixed_it() -> str:
    ours = Worker(ladder("crash-loop", step(Verb.EVICT_POD)))
    sick = facts(crashing("web-1"), pod("web-2"), pod("web-3"))
    fixed = facts(*(pod(f"web-{n}", created_at_s=NOW_S + 130) for n in (5, 6, 7)),
                  rollout=workload(revision="6"))  # fmt: skip
    return told(
        (0, arrive(alert())),
        (60, ours.look(sick)),
        (61, answer(ACCEPTED)),
        (120, happened(OpsEventKind.DEPLOY_STARTED, "ada", image="web:1.4.1")),
        (180, happened(OpsEventKind.DEPLOY_FINISHED, "ada", image="web:1.4.1")),
        *ours.looks(fixed, 200, 500),
    )


def paused() -> str:
    ours = Worker(ladder("stuck-rollout", step(Verb.PAUSE_ROLLOUT), step(Verb.ROLL_BACK)))
    rolling = workload(
        revision="6", updated=1, ready=2, available=2, changed_at_s=NOW_S + DEPLOYED_S
    )
    going_bad = facts(
        crashing("web-7", created_at_s=NOW_S + DEPLOYED_S, restarts=4), pod("web-2"), pod("web-3"),
        rollout=rolling,
    )  # fmt: skip

    def halted(document: SubjectDocument, now_s: float) -> SubjectDocument:
        mine = document.incidents[0].attempts[0].intent_id
        stopped = replace(rolling, paused=True, paused_by=mine)
        return ours.look(replace(going_bad, rollout=stopped))(document, now_s)

    return told(
        *DEPLOY[:1],
        (-60, happened(OpsEventKind.DEPLOY_FINISHED, "ci", image="web:1.5")),
        (0, arrive(CRASH)),
        (60, ours.look(going_bad)),
        (61, answer(ACCEPTED)),
        (95, halted),
        (96, halted),
        (97, receive),
    )


STORIES = (
    Story("01-bad-deploy", "A bad deploy is rolled back, and the repair is proven.", bad_deploy),
    Story("11-gitops", "GitOps owns the template and would undo a rollback, so a human is told.",
          gitops),
    Story("17-somebody-else-fixed-it", "Somebody else fixes it: the credit is theirs.",
          somebody_fixed_it),
    Story("21-rollout-paused", "A rollout that goes bad is stopped, and stays so for a human.",
          paused),
)  # fmt: skip
