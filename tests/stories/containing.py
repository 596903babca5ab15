"""Stories about what mends nothing and keeps harm from growing: a cordon, a suspended CronJob."""

from __future__ import annotations

from dataclasses import replace

from tests.stories.telling import Human, Story, Worker
from tests.unit.domain.builders import ACCEPTED, RESOLVED
from tests.unit.domain.containing import CORDON, NODE, SUSPEND, WATCH, facts_of, node
from tests.unit.domain.storytelling import answer, arrive, receive, told
from worker.domain.document.identity import Subject, SubjectKind
from worker.domain.people.approval import Say
from worker.domain.playbooks.pack import Pack
from worker.domain.playbooks.playbook import Matcher, Mode, Playbook, Step

SECOND = Subject(SubjectKind.NODE, "", "node-2")


def worker(step: Step, escalation: str) -> Worker:
    match = Matcher(subjects=frozenset({SubjectKind.NODE, SubjectKind.SERVICE}))
    return Worker(
        Pack(1, (Playbook("contain", match, (step,), soak_s=60.0, escalation=escalation),))
    )


def cordoned() -> str:
    """One node of five isn't ready; another one follows, and is a human's."""
    ours = worker(Step(CORDON.verb, watch=WATCH), "Look at its conditions and its kubelet.")
    first = told(
        (0, arrive(CORDON.news)),
        (1, ours.look(CORDON.sick)),
        (61, ours.look(CORDON.sick)),
        (62, answer(ACCEPTED)),
        (95, ours.look(CORDON.contained)),
        (120, arrive(replace(CORDON.news, status=RESOLVED))),
        (700, ours.look(CORDON.contained)),
        (701, ours.look(CORDON.contained)),
        (702, receive),
        *ours.looks(CORDON.well, 3000, 3120),
        (3121, ours.look(CORDON.well)),
        (3122, answer(ACCEPTED)),
        (3153, ours.look(CORDON.let_go)),
        (3154, receive),
        subject=NODE,
    )
    sick = node(target=replace(node().target, name="node-2", uid="uid-2"), cordoned_in_pool=1)
    second = told(
        (200, arrive(CORDON.news)),
        (261, ours.look(facts_of(sick, CORDON.news))),
        (262, receive),
        subject=SECOND,
    )
    return f"Of the first node:\n{first}\n\nOf the second one:\n{second}"


def suspended() -> str:
    """Three jobs failed since one succeeded, and a human says yes."""
    step = Step(SUSPEND.verb, watch=WATCH, mode=Mode.APPROVE)
    ours, sam = worker(step, "Repair it, and run it once by hand."), Human("sam")
    return told(
        (0, arrive(SUSPEND.news)),
        (61, ours.look(SUSPEND.sick)),
        (62, sam.reads),
        (63, receive),
        (120, sam.says(Say.YES)),
        (121, ours.look(SUSPEND.sick)),
        (122, answer(ACCEPTED)),
        (760, ours.look(SUSPEND.contained)),
        (761, ours.look(SUSPEND.contained)),
        (762, receive),
        *ours.looks(SUSPEND.well, 3000, 3120),
        (3121, ours.look(SUSPEND.well)),
        (3122, answer(ACCEPTED)),
        (3153, ours.look(SUSPEND.let_go)),
        (3154, receive),
        subject=SUSPEND.subject,
    )


STORIES = (
    Story(
        "23-cordoned", "An unfit node is cordoned and let go again; a second one is not touched.",
        cordoned,
    ),
    Story(
        "24-suspended", "A CronJob that fails each time is stopped until a job succeeds.", suspended
    ),
)  # fmt: skip
