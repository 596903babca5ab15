"""Stories about what is too small: memory, replicas, and an autoscaler's bound."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.stories.telling import Story, Worker, ladder, step
from tests.unit.domain.builders import ACCEPTED, NOW_S, RESOLVED, alert, facts, pod
from tests.unit.domain.builders import rollout as workload
from tests.unit.domain.remedies import killed, limited, scaler
from tests.unit.domain.storytelling import answer, arrive, receive, told
from worker.domain.catalogue import Verb
from worker.domain.document.subject import SubjectDocument
from worker.domain.observed.evidence import AlertStates
from worker.domain.observed.facts import Facts
from worker.domain.scopes.scope import ScopeDocument, ScopeKind, Sick
from worker.domain.scopes.scope_notes import applied
from worker.domain.scopes.scopes_seen import ScopesSeen

MIB = 1 << 20
QUIET = AlertStates(frozenset(), frozenset())
LAG = alert("KafkaConsumerLag", pod="", severity="critical")
SCALING = ladder(
    "consumer-lag", step(Verb.SCALE, ceiling=6), step(Verb.RAISE_HPA_MAX, ceiling=6, percent=50)
)


def replicas(count: int, **changes: Any) -> Facts:
    names = [f"web-{n}" for n in range(1, count + 1)]
    sized = workload(desired=count, updated=count, ready=count, available=count)
    seen = facts(*(pod(name) for name in names), rollout=sized, firing=[LAG.fingerprint])
    return replace(seen, **changes)


def killed_twice() -> str:
    ours = Worker(
        ladder("memory", step(Verb.RAISE_MEMORY_LIMIT, ceiling="512Mi"),
               escalation="Look for a leak: compare its memory over the last days.")
    )  # fmt: skip
    first = facts(killed(), pod("web-2"), pod("web-3"), rollout=limited("256Mi", 256 * MIB))
    again = facts(killed("web-4", created_at_s=NOW_S + 70), pod("web-2"), pod("web-3"),
                  rollout=limited("384Mi", 384 * MIB, revision="6"))  # fmt: skip
    put_back = replace(first, rollout=limited("256Mi", 256 * MIB, revision="7"))
    return told(
        (0, arrive(alert())),
        (60, ours.look(first)),
        (61, answer(ACCEPTED)),
        (95, ours.look(again)),
        (96, ours.look(again)),
        (97, answer(ACCEPTED)),
        (130, ours.look(put_back)),
        (131, ours.look(put_back)),
        (132, receive),
    )


def too_slow() -> str:
    ours = Worker(SCALING)
    four = replicas(4)
    return told(
        (0, arrive(LAG)),
        (60, ours.look(replicas(3))),
        (61, answer(ACCEPTED)),
        *ours.looks(four, 95, 155),
        (160, arrive(replace(LAG, status=RESOLVED))),
        *ours.looks(replace(four, alerts=QUIET), 165, 465),
    )


def autoscaler() -> str:
    ours = Worker(SCALING)
    bound = replicas(3, ownership=scaler(3))
    wider = replicas(4, ownership=scaler(4), alerts=QUIET)
    return told(
        (0, arrive(LAG)),
        (60, ours.look(bound)),
        (61, answer(ACCEPTED)),
        *ours.looks(wider, 95, 395),
    )


def worse() -> str:
    ours = Worker(ladder("consumer-lag", step(Verb.SCALE, ceiling=6)))
    hurt = tuple(
        Sick(f"service/shop/Deployment/{name}", NOW_S + 70.0, "error_rate")
        for name in ("cart", "checkout")
    )
    cluster = ScopesSeen((ScopeDocument(ScopeKind.CLUSTER, sick=hurt),), known=40)
    four = replicas(4, alerts=QUIET, scopes=cluster)
    namespace = ScopeDocument(ScopeKind.NAMESPACE, "shop")

    def demoted(document: SubjectDocument, now_s: float) -> SubjectDocument:
        nonlocal namespace
        for note in document.scope_notes:
            namespace = applied(namespace, note, now_s)
        scopes = ScopesSeen((namespace,), known=40)
        return ours.look(replicas(3, scopes=scopes))(document, now_s)

    return told(
        (0, arrive(LAG)),
        (60, ours.look(replicas(3))),
        (61, answer(ACCEPTED)),
        *ours.looks(four, 91, 391),
        (392, ours.look(four)),
        (393, answer(ACCEPTED)),
        (425, ours.look(replicas(3))),
        (426, receive),
        *ours.looks(replicas(3, alerts=QUIET), 500, 620),
        (621, receive),
        (7200, arrive(replace(LAG, starts_at_s=NOW_S + 7200.0))),
        (7260, demoted),
        (7261, receive),
    )


STORIES = (
    Story("02-killed-for-memory-twice",
          "Killed for memory: one bounded raise, and when that doesn't help, a human.",
          killed_twice),
    Story("04-made-worse",
          "A repair that hurts its neighbours is undone, and its playbook only suggests since.",
          worse),
    Story("10-autoscaler", "An autoscaler owns the replicas, so its bound is raised instead.",
          autoscaler),
    Story("20-consumer-too-slow", "A consumer is too slow: one replica more, within bounds.",
          too_slow),
)  # fmt: skip
