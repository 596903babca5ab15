"""Documents, facts and playbooks for the tests of the core: real values, nothing imitated.

The story they share: Deployment `web` in namespace `shop` wants three pods, and `web-1` crashes.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from worker.domain.catalogue import Verb
from worker.domain.deciding.decision import Decision, decide
from worker.domain.deciding.outcome import Answer, Outcome, record
from worker.domain.deciding.policy import Policy
from worker.domain.document.identity import Subject, SubjectKind, Target
from worker.domain.document.incident import Incident
from worker.domain.document.subject import SubjectDocument
from worker.domain.incoming.absorb import absorb
from worker.domain.incoming.alert import Alert, AlertStatus
from worker.domain.incoming.inbox import accept
from worker.domain.incoming.ops_event import OpsEvent, OpsEventKind
from worker.domain.observed.evidence import AlertStates, RolloutHealth, Unknown
from worker.domain.observed.facts import Facts
from worker.domain.observed.ownership import Ownership
from worker.domain.observed.pods import Container, Pod, PodHealth
from worker.domain.observed.rule_window import NO_RULES
from worker.domain.playbooks.pack import Pack
from worker.domain.playbooks.playbook import Matcher, Mode, Playbook, Step, Watch
from worker.domain.scopes.scopes_seen import ScopesSeen
from worker.domain.story.reason import Reason

NOW_S = 1_769_860_800.0  # 2026-01-31 12:00:00 UTC
WEB = Subject(SubjectKind.SERVICE, "shop", "Deployment/web")
WEB_TARGET = Target("Deployment", "shop", "web", "uid-web")
POLICY = Policy(mode=Mode.AUTO)
WATCH = Watch(settle_s=30.0, window_s=300.0, deadline_s=900.0)
EVICT = Step(Verb.EVICT_POD, attempts_max=2, cool_down_s=600.0, watch=WATCH)
RESTART = Step(Verb.ROLLOUT_RESTART, attempts_max=1, cool_down_s=1800.0, watch=WATCH)
CRASH_LOOP = Playbook(
    "crash-loop", Matcher(causes=frozenset({"crash_loop"})), (EVICT, RESTART), soak_s=60.0
)
NOT_READY = Playbook(
    "not-ready", Matcher(causes=frozenset({"not_ready"})), (EVICT, RESTART), soak_s=60.0
)
PACK = Pack(1, (CRASH_LOOP, NOT_READY))
SOAKED_S = NOW_S + 60.0
ACCEPTED = Outcome(Answer.ACCEPTED, Reason.ACCEPTED, "HTTP 201")
FIRING, RESOLVED = AlertStatus.FIRING, AlertStatus.RESOLVED


def alert(
    name: str = "KubePodCrashLooping",
    *,
    pod: str = "web-1",
    status: AlertStatus = FIRING,
    starts_at_s: float = NOW_S,
    fingerprint: str = "",
    severity: str = "warning",
) -> Alert:
    labels = {"alertname": name, "namespace": "shop", "severity": severity}
    if pod:
        labels["pod"] = pod
    return Alert(
        name=name,
        status=status,
        labels=labels,
        annotations={},
        starts_at_s=starts_at_s,
        ends_at_s=None,
        fingerprint=fingerprint or f"{name}-{pod}",
    )


def ops_event(number: int = 1, *, at_s: float = NOW_S, **detail: str) -> OpsEvent:
    return OpsEvent(
        f"event-{number}", OpsEventKind.DEPLOY_FINISHED, at_s, "ci", {"deployment": "web"}, detail
    )


def pod(
    name: str = "web-1",
    *,
    ready: bool = True,
    restarts: int = 0,
    waiting: str = "",
    uid: str = "",
    **changes: Any,
) -> Pod:
    container = Container("app", ready, restarts, waiting, 1 if restarts else None)
    made = Pod(
        target=Target("Pod", "shop", name, uid or f"uid-{name}"),
        resource_version="7",
        node="node-1",
        phase="Running",
        created_at_s=NOW_S - 3600.0,
        terminating=False,
        controlled=True,
        containers=(container,),
    )
    return replace(made, **changes)


def crashing(name: str = "web-1", *, restarts: int = 5, **changes: Any) -> Pod:
    return pod(name, ready=False, restarts=restarts, waiting="CrashLoopBackOff", **changes)


def rollout(**changes: Any) -> RolloutHealth:
    made = RolloutHealth(
        target=WEB_TARGET, resource_version="42", generation=3, observed_generation=3,
        desired=3, updated=3, ready=3, available=3, paused=False, on_delete=False,
        revision="5", changed_at_s=NOW_S - 86400.0, restart_keeps=2, last_intent="",
        annotations={},
    )  # fmt: skip
    return replace(made, **changes)


def facts(*pods: Pod, firing: Sequence[str] = (), **changes: Any) -> Facts:
    """All is known and nothing forbids; the rollout counts the ready pods unless it is given."""
    ready = sum(one.ready for one in pods)
    known = Facts(
        at_s=NOW_S,
        rollout=rollout(ready=ready, available=ready),
        pods=PodHealth(pods),
        alerts=AlertStates(frozenset(firing), frozenset()),
        kill_switch_set=False,
        clock_skew_s=0.0,
        ownership=Ownership(),
        scopes=ScopesSeen((), known=10),
        rules=Unknown(NO_RULES),
        rule_data=Unknown(NO_RULES),
    )
    return replace(known, **changes)


SICK = facts(crashing("web-1"), pod("web-2"), pod("web-3"), firing=["KubePodCrashLooping-web-1"])
WELL = facts(pod("web-4"), pod("web-2"), pod("web-3"))
BLANK = Facts(NOW_S, rule_data=Unknown(NO_RULES))
"""Nothing is asked, where there is no rule that could be asked for its data."""


def opened(*news: Alert | OpsEvent, subject: Subject = WEB, at_s: float = NOW_S) -> SubjectDocument:
    """The document after its first turn has absorbed the news."""
    return absorb(accept(SubjectDocument(subject), news or (alert(),)), POLICY, at_s)


def only(document: SubjectDocument) -> Incident:
    (incident,) = document.incidents
    return incident


def decided(
    document: SubjectDocument,
    seen: Facts = SICK,
    now_s: float = SOAKED_S,
    *,
    pack: Pack = PACK,
    policy: Policy = POLICY,
) -> Decision:
    return decide(document, replace(seen, at_s=now_s), pack, policy, now_s)


def acting(*news: Alert) -> SubjectDocument:
    """An eviction of `web-1` is decided and owed."""
    return decided(opened(*news)).document


def verifying(outcome: Outcome = ACCEPTED, at_s: float = SOAKED_S) -> SubjectDocument:
    """The eviction was answered."""
    document = acting()
    return record(document, document.intents[0].id, outcome, POLICY, at_s)


def watched(document: SubjectDocument, *looks: tuple[float, Facts]) -> SubjectDocument:
    """The document after it was looked at some seconds after NOW_S, once for each look."""
    for after_s, seen in looks:
        document = decided(document, seen, NOW_S + after_s).document
    return document


def steadily(seen: Facts, from_s: float, to_s: float) -> list[tuple[float, Facts]]:
    """The same seen at looks as far apart as unbroken health bears, the last one at `to_s`."""
    count = math.ceil((to_s - from_s) / POLICY.look_gap_max_s)
    return [*((from_s + n * POLICY.look_gap_max_s, seen) for n in range(count)), (to_s, seen)]


def reasons(document: SubjectDocument) -> list[str]:
    """What the journal tells, as words."""
    return [f"{entry.kind}:{entry.reason}" for entry in document.journal]
