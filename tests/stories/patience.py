"""Stories about what is not done: storms, loops, flapping, and what nobody knows for a while."""

from __future__ import annotations

from dataclasses import replace

from tests.stories.telling import Story, Timeline, Worker, ladder, step
from tests.unit.domain.builders import ACCEPTED, FIRING, NOW_S, RESOLVED, SICK, WELL, alert
from tests.unit.domain.containing import facts_of, fit
from tests.unit.domain.storytelling import UNREACHABLE, answer, arrive, receive, told
from worker.domain.catalogue import Verb
from worker.domain.document.identity import STORM, SubjectKind
from worker.domain.incoming.alert import Alert
from worker.domain.observed.facts import Facts
from worker.domain.playbooks.pack import Pack
from worker.domain.playbooks.playbook import Matcher, Playbook, Watch
from worker.domain.scopes.common_cause import Root, node_alert, node_subject
from worker.domain.scopes.scope import CLUSTER, ScopeDocument, Sick
from worker.domain.scopes.scopes_seen import ScopesSeen
from worker.domain.scopes.storm import StormLimits, storm

NODE = node_subject("node-1")
OURS = Worker(ladder("crash-loop", step(Verb.EVICT_POD)))
DOWN = tuple(
    Sick(f"service/shop/Deployment/{name}", NOW_S + 5.0, "not_ready", node="node-1")
    for name in ("web", "cart", "checkout", "search", "login")
)


def cluster(*sick: Sick, known: int = 12) -> ScopesSeen:
    return ScopesSeen((ScopeDocument(CLUSTER.kind, sick=sick),), known)


def node_is_gone() -> str:
    """One of the services that a node took down, and the one incident that a human is told of."""
    stormy, calm = replace(SICK, scopes=cluster(*DOWN)), replace(WELL, scopes=cluster())
    service = told(
        (0, arrive(alert())),
        (60, OURS.look(stormy)),
        (600, OURS.look(stormy)),
        (1200, OURS.look(stormy)),
        *OURS.looks(calm, 1300, 1420),
    )
    found = storm(ScopeDocument(CLUSTER.kind, sick=DOWN), 12, StormLimits(), NOW_S + 60.0)
    assert found is not None
    news = Alert(
        name="aiops/storm", status=FIRING, annotations={}, starts_at_s=NOW_S + 60.0,
        labels={"severity": "critical", "words": found.words}, ends_at_s=None,
        fingerprint="aiops/storm",
    )  # fmt: skip
    over = Facts(NOW_S, clock_skew_s=0.0, scopes=cluster())
    whole = told(
        (60, arrive(news)),
        (61, OURS.look(replace(over, scopes=cluster(*DOWN)))),
        (62, receive),
        (1430, OURS.look(over)),
        (1431, receive),
        subject=STORM,
    )
    return f"Of the service web:\n{service}\n\nOf the storm:\n{whole}"


def one_node() -> str:
    """One of four services that are sick on one node, and the node's own incident."""
    blaming = tuple(replace(one, node="node-1") for one in DOWN[:4])
    seen = replace(SICK, scopes=cluster(*blaming, known=40))
    root = Root(NODE, "inc-root", NOW_S + 30.0)
    service = told(
        (0, arrive(alert())),
        (30, OURS.look(replace(seen, root=root))),
        (90, OURS.look(seen)),
        (91, answer(ACCEPTED)),
        *OURS.looks(replace(WELL, scopes=cluster(known=40)), 125, 500),
    )
    nothing = facts_of(fit())
    nodes = Matcher(subjects=frozenset({SubjectKind.NODE}))
    words = "Look at its conditions and its kubelet."
    theirs = Worker(Pack(1, (Playbook("node-not-ready", nodes, (), escalation=words),)))
    whole = told(
        (30, arrive(node_alert("node-1", 4, NOW_S + 30.0))),
        (31, theirs.look(replace(nothing, scopes=seen.scopes))),
        (92, theirs.look(replace(nothing, scopes=seen.scopes))),
        (93, receive),
        *theirs.looks(replace(nothing, scopes=cluster(known=40)), 620, 740),
        (741, receive),
        subject=NODE,
    )
    return f"Of the service web:\n{service}\n\nOf the node:\n{whole}"


def later(number: int, at_s: float) -> Alert:
    return alert(fingerprint=f"again-{number}", starts_at_s=NOW_S + at_s)


def flapping() -> str:
    timeline: Timeline = []
    for number in range(6):
        at_s = 300.0 * number
        timeline += [
            (at_s, arrive(later(number, at_s))),
            (at_s + 1, OURS.look(SICK)),
        ]
        if number < 5:
            over = replace(later(number, at_s), status=RESOLVED)
            timeline += [(at_s + 30, arrive(over)), *OURS.looks(WELL, at_s + 40, at_s + 160)]
    return told(*timeline, (1560, OURS.look(SICK)), (1561, receive))


def looping() -> str:
    quick = replace(step(Verb.EVICT_POD), cool_down_s=60.0, watch=Watch(30.0, 120.0, 900.0))
    ours = Worker(ladder("crash-loop", quick))
    timeline: Timeline = []
    for number in range(4):
        at_s = 4000.0 * number
        timeline += [
            (at_s, arrive(later(number, at_s))),
            (at_s + 60, ours.look(SICK)),
            (at_s + 61, answer(ACCEPTED)),
            *ours.looks(WELL, at_s + 95, at_s + 215),
        ]
    return told(
        *timeline, (16000, arrive(later(4, 16000))), (16060, ours.look(SICK)), (16061, receive)
    )


def applied_without_an_answer() -> str:
    return told(
        (0, arrive(alert())),
        (60, OURS.look(SICK)),
        (61, answer(UNREACHABLE)),
        (62, OURS.look(SICK)),
        *OURS.looks(WELL, 80, 450),
    )


def policy_behind() -> str:
    older, newer = OURS, Worker(Pack(2, OURS.pack.playbooks))
    return told(
        (0, arrive(alert())),
        (5, newer.look(SICK)),
        (60, older.look(SICK)),
        (75, older.look(SICK)),
        (90, newer.look(SICK)),
        (91, answer(ACCEPTED)),
    )


STORIES = (
    Story("03-storm", "A node takes many services down: nothing is done, one human is told.",
          node_is_gone),
    Story("22-one-node", "Four services are sick on one node: one root, and they wait for it.",
          one_node),
    Story("12-flapping", "What comes and goes by itself six times in half an hour is a human's.",
          flapping),
    Story("13-looping", "Repaired four times, and back each time: the loop is a human's.", looping),
    Story("18-no-answer", "The API server doesn't answer, and it was done all the same.",
          applied_without_an_answer),
    Story("19-policy-behind", "A replica with older playbooks leaves deciding to a newer one.",
          policy_behind),
)  # fmt: skip
