"""One world for each verb that can be undone: before it, after it in vain, and in others' hands.

The story they share is that of the builders; every remedy is the only rung but one of its ladder,
so that what follows is seen as well.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from tests.unit.domain.builders import (
    ACCEPTED,
    NOW_S,
    POLICY,
    SOAKED_S,
    WATCH,
    WEB,
    alert,
    crashing,
    decided,
    facts,
    only,
    opened,
    pod,
    rollout,
)
from worker.domain.catalogue import Verb
from worker.domain.deciding.outcome import Outcome, record
from worker.domain.document.identity import Target
from worker.domain.document.incident import incident_id
from worker.domain.document.subject import SubjectDocument
from worker.domain.incoming.alert import Alert
from worker.domain.incoming.correlation import cause_of
from worker.domain.observed.evidence import ContainerSpec
from worker.domain.observed.facts import Facts
from worker.domain.observed.history import Revision, RolloutHistory
from worker.domain.observed.ownership import Autoscaler, Ownership
from worker.domain.observed.pods import Container, Pod
from worker.domain.playbooks.pack import Pack
from worker.domain.playbooks.playbook import Matcher, Playbook, Step

MADE_S = SOAKED_S + 5.0  # pods that were made by what we did
SETTLED_S = 60.0 + WATCH.settle_s  # seconds after NOW_S
DEADLINE_S = SETTLED_S + WATCH.deadline_s
HPA_TARGET = Target("HorizontalPodAutoscaler", "shop", "web", "uid-hpa")


@dataclass(frozen=True)
class Remedy:
    """`judged_s` is when it is known that it was in vain; `set_back` what its undo sets."""

    verb: Verb
    news: Alert
    parameters: dict[str, int | str]
    before: Facts
    in_vain: Facts
    theirs: Facts
    judged_s: float
    set_to: dict[str, int | str]
    set_back: dict[str, int | str]
    undo: Verb

    @property
    def intent_id(self) -> str:
        return f"{incident_id(WEB, cause_of(self.news.name), 1)}-s1-a1"

    @property
    def pack(self) -> Pack:
        steps = (
            Step(self.verb, self.parameters, watch=WATCH),
            Step(Verb.ROLLOUT_RESTART, watch=WATCH),
        )
        return Pack(1, (Playbook("try", Matcher(), steps),))

    def looked(self, document: SubjectDocument, seen: Facts, after_s: float, **kw: Any) -> Any:
        return decided(document, seen, NOW_S + after_s, pack=self.pack, **kw)

    def acting(self) -> SubjectDocument:
        document: SubjectDocument = self.looked(opened(self.news), self.before, 60.0).document
        return document

    def verifying(self, outcome: Outcome = ACCEPTED) -> SubjectDocument:
        document = self.acting()
        return record(document, document.intents[0].id, outcome, POLICY, SOAKED_S)

    def failed(self, seen: Facts | None = None) -> SubjectDocument:
        """It was judged, and its undo is next."""
        wanted = seen or self.in_vain
        document = self.looked(self.verifying(), wanted, SETTLED_S).document
        if only(document).undoing or only(document).escalated_for:
            return document  # type: ignore[no-any-return]
        return self.looked(document, wanted, self.judged_s).document  # type: ignore[no-any-return]


def well(*names: str, **changes: Any) -> tuple[Pod, ...]:
    return tuple(pod(name, **changes) for name in names)


def killed(name: str = "web-1", **changes: Any) -> Pod:
    """A pod whose container was killed for memory."""
    container = Container("app", False, 5, "CrashLoopBackOff", 137, "OOMKilled")
    return pod(name, ready=False, containers=(container,), **changes)


def limited(limit: str, size_bytes: int, **changes: Any) -> Any:
    spec = ContainerSpec("app", "web:1", limit, size_bytes)
    return rollout(containers=(spec,), ready=2, available=2, **changes)


def scaler(maximum: int, **changes: Any) -> Ownership:
    one = Autoscaler(HPA_TARGET, "77", 1, maximum, maximum, maximum, **changes)
    return Ownership(replicas_owned_by="HorizontalPodAutoscaler/web", autoscaler=one)


def revision(number: int, template: str, from_s: float, ready: int = 0) -> Revision:
    target = Target("ReplicaSet", "shop", f"web-{template}", f"uid-{template}")
    return Revision(target, number, template, from_s, ready, (f"web:{template}",))


DEPLOYED_S = NOW_S - 600.0
OLD = NOW_S - 864000.0
LAG = alert("KafkaConsumerLag", pod="")
MAXED = alert("KubeHpaMaxedOut", pod="")
LAGGING = facts(*well("web-1", "web-2", "web-3"), firing=[LAG.fingerprint])
FOUR = replace(
    facts(*well("web-1", "web-2", "web-3"), pod("web-4", created_at_s=MADE_S)),
    alerts=LAGGING.alerts,
    rollout=rollout(desired=4, updated=4, ready=4, available=4),
)
SCALE = Remedy(
    Verb.SCALE, LAG, {"ceiling": 6}, before=LAGGING, in_vain=FOUR,
    theirs=replace(FOUR, rollout=rollout(desired=5, updated=5, ready=5, available=5)),
    judged_s=DEADLINE_S, set_to={"from": 3, "replicas": 4}, set_back={"from": 4, "replicas": 3},
    undo=Verb.SCALE,
)  # fmt: skip

OOM = facts(killed(), *well("web-2", "web-3"), rollout=limited("256Mi", 256 << 20))
MORE = facts(killed("web-4", created_at_s=MADE_S), *well("web-2", "web-3"))
MEMORY = Remedy(
    Verb.RAISE_MEMORY_LIMIT, alert(), {"ceiling": "1Gi"}, before=OOM,
    in_vain=replace(MORE, rollout=limited("384Mi", 384 << 20, revision="6")),
    theirs=replace(MORE, rollout=limited("512Mi", 512 << 20, revision="7")),
    judged_s=SETTLED_S,
    set_to={"container": "app", "from": "256Mi", "limit": "384Mi"},
    set_back={"container": "app", "from": "384Mi", "limit": "256Mi"},
    undo=Verb.RAISE_MEMORY_LIMIT,
)  # fmt: skip

AT_BOUND = replace(
    facts(*well("web-1", "web-2", "web-3"), firing=[MAXED.fingerprint]), ownership=scaler(3)
)
HPA = Remedy(
    Verb.RAISE_HPA_MAX, MAXED, {"percent": 50, "ceiling": 6}, before=AT_BOUND,
    in_vain=replace(AT_BOUND, ownership=scaler(4, last_intent="ours")),
    theirs=replace(AT_BOUND, ownership=scaler(5)),
    judged_s=DEADLINE_S, set_to={"from": 3, "maximum": 4}, set_back={"from": 4, "maximum": 3},
    undo=Verb.RAISE_HPA_MAX,
)  # fmt: skip

BAD = (crashing("web-1", created_at_s=DEPLOYED_S), crashing("web-2", created_at_s=DEPLOYED_S))
DEPLOYED = facts(
    *BAD, pod("web-3"), rollout=rollout(revision="6", updated=2, ready=1, available=1),
    history=RolloutHistory((revision(6, "bad", DEPLOYED_S, 1), revision(5, "good", OLD))),
)  # fmt: skip
ROLLED_BACK = facts(
    crashing("web-4", created_at_s=MADE_S), crashing("web-5", created_at_s=MADE_S), pod("web-6"),
    rollout=rollout(revision="7", available=1),
    history=RolloutHistory((revision(7, "good", OLD, 1), revision(6, "bad", DEPLOYED_S))),
)  # fmt: skip
ROLL_BACK = Remedy(
    Verb.ROLL_BACK, alert(), {}, before=DEPLOYED, in_vain=ROLLED_BACK,
    theirs=replace(
        ROLLED_BACK, history=RolloutHistory((revision(8, "fix", SOAKED_S), revision(7, "good", 0)))
    ),
    judged_s=SETTLED_S,
    set_to={"replica_set": "web-good", "replica_set_uid": "uid-good", "template": "good"},
    set_back={"replica_set": "web-bad", "replica_set_uid": "uid-bad", "template": "bad"},
    undo=Verb.ROLL_BACK,
)  # fmt: skip

ROLLING = facts(
    crashing("web-4", created_at_s=DEPLOYED_S), *well("web-2", "web-3"),
    rollout=rollout(revision="6", updated=1, ready=2, available=2),
)  # fmt: skip
PAUSED_BY = f"{incident_id(WEB, 'crash_loop', 1)}-s1-a1"
HALTED = rollout(revision="6", updated=1, paused=True, paused_by=PAUSED_BY)
STOPPED = facts(*well("web-4", "web-2", "web-3"), rollout=HALTED)
PAUSE = Remedy(
    Verb.PAUSE_ROLLOUT, alert(), {}, before=ROLLING, in_vain=STOPPED,
    theirs=replace(STOPPED, rollout=replace(HALTED, paused=False)),
    judged_s=DEADLINE_S, set_to={}, set_back={}, undo=Verb.RESUME_ROLLOUT,
)  # fmt: skip
REMEDIES = (SCALE, MEMORY, HPA, ROLL_BACK, PAUSE)
