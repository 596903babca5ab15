"""The facts that a recording doesn't hold, assumed from the alerts that fire and what was written.

Rules of this file: every assumption is one of ASSUMPTIONS, which the report repeats. A write is
accepted, its fields hold what was written, and nothing gets well or sick by it: whether an act
would have helped, no recording can tell.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from worker.backtest.symptoms import Symptom, symptom_of
from worker.domain.catalogue import DESCRIPTOR_OF, Verb
from worker.domain.document.identity import Subject
from worker.domain.document.outbox import Intent
from worker.domain.incoming.alert import Alert, AlertStatus
from worker.domain.incoming.ops_event import OpsEvent, OpsEventKind

ASSUMPTIONS = (
    "each service has 3 replicas, or as many as alerts named at once, and a memory limit of 512Mi",
    "a pod that a firing alert names is sick until the alert resolves; the others are well",
    "an alert about load, errors or memory makes no pod sick",
    "a deploy makes a new revision; the one before it had been healthy for a month",
    "a node is unfit while an alert about it fires, one of ten in its pool; the others are well",
    "no autoscaler, no GitOps, no disruption budget; the kill switch is open, the clocks agree",
    "every write is accepted at once; a pod that is evicted, restarted or rolled back comes back "
    "as sick as it was",
    "what came of an act neither promotes nor demotes a playbook",
    "nobody answers a question, and notices are received at once",
    "an alert fires until the recording says that it has resolved",
    "what gets well after an act is told as repaired, whatever cured it",
    "a repair is looked at once a minute",
)
REPLICAS = 3
LIMIT = "512Mi"
MONTH_S = 30 * 86400.0
REVISIONS_MAX = 10  # kept, as a Deployment does by default
FIRING_MAX = 256  # alerts of one service that are looked at, the latest; more change no answer
DEPLOY_MAX_S = 3600.0  # a deploy that hasn't finished by then is over
DEPLOYING_MAX = 64  # actors who deploy one service at once
NAMED_MAX = 64  # pods that were named and are remembered


@dataclass(frozen=True, slots=True)
class Template:
    """One revision: its number, what it runs, and since when."""

    number: int
    name: str
    from_s: float


@dataclass
class Assumed:
    """What is assumed of one service as its recording goes on. `since_s` is its first moment;
    `changes` counts them, for whoever keeps what was made of this."""

    subject: Subject
    since_s: float
    firing: dict[str, Alert] = field(default_factory=dict)
    muted: set[str] = field(default_factory=set)
    sick: dict[str, tuple[Symptom, Alert]] = field(default_factory=dict)
    named: dict[str, int] = field(default_factory=dict)  # pod → how often it was replaced
    reborn_s: dict[str, float] = field(default_factory=dict)
    revisions: list[Template] = field(default_factory=list)
    replicas: int = REPLICAS
    limit: str = LIMIT
    paused_by: str = ""
    cordoned_by: str = ""
    last_intent: str = ""
    changes: int = 0
    _deploying: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.revisions.append(Template(1, "template-1", self.since_s - MONTH_S))

    def take(self, item: Alert | OpsEvent, now_s: float, *, muted: bool = False) -> None:
        """The next thing that was recorded about it."""
        self.changes += 1
        if isinstance(item, OpsEvent):
            self._event(item, min(item.at_s, now_s))
            return
        self.muted.discard(item.fingerprint)
        self.firing.pop(item.fingerprint, None)
        if item.status is AlertStatus.FIRING:
            self.firing[item.fingerprint] = item
            if muted:
                self.muted.add(item.fingerprint)
            if len(self.firing) > FIRING_MAX:
                oldest = next(iter(self.firing))
                del self.firing[oldest]
                self.muted.discard(oldest)
        self._look()

    def mutes(self, item: Alert | OpsEvent, muted: bool) -> bool:
        """A firing alert that is known already was silenced, or is silenced no more; whether that
        is news."""
        if isinstance(item, OpsEvent) or item.fingerprint not in self.firing:
            return False
        if item.status is AlertStatus.RESOLVED or muted is (item.fingerprint in self.muted):
            return False
        self.changes += 1
        (self.muted.add if muted else self.muted.discard)(item.fingerprint)
        return True

    def written(self, intent: Intent, now_s: float) -> None:
        """A write was accepted."""
        self.changes += 1
        given, verb = intent.parameters, Verb(intent.action)
        match verb:
            case Verb.EVICT_POD:
                self.named[intent.target.name] = self.named.get(intent.target.name, 0) + 1
                self.reborn_s[intent.target.name] = now_s
                return
            case Verb.SCALE:
                self.replicas = int(given["replicas"])
            case Verb.RAISE_MEMORY_LIMIT:
                self.limit = str(given["limit"])
                self._roll_out(f"template-{self.revisions[-1].number + 1}", now_s)
            case Verb.ROLL_BACK:
                self._roll_out(str(given["template"]), now_s)
            case Verb.ROLLOUT_RESTART:
                self._roll_out(self.revisions[-1].name, now_s)
            case Verb.PAUSE_ROLLOUT:
                self.paused_by = intent.id
            case Verb.RESUME_ROLLOUT:
                self.paused_by = ""
            case Verb.CORDON:
                self.cordoned_by = intent.id
            case Verb.UNCORDON:
                self.cordoned_by = ""
        if DESCRIPTOR_OF[verb].target_kinds & {"Deployment", "Node"}:
            self.last_intent = intent.id

    def _event(self, event: OpsEvent, at_s: float) -> None:
        """A deploy that says when it starts and when it has finished is one deploy."""
        if event.kind is OpsEventKind.DEPLOY_FINISHED:
            started_s = self._deploying.pop(event.actor, None)
            if started_s is not None and at_s - started_s <= DEPLOY_MAX_S:
                return
        elif event.kind is OpsEventKind.DEPLOY_STARTED:
            self._deploying[event.actor] = at_s
            if len(self._deploying) > DEPLOYING_MAX:
                del self._deploying[next(iter(self._deploying))]
        else:
            return
        self.named.clear()
        self._roll_out(f"template-{self.revisions[-1].number + 1}", at_s)
        self._look()

    def _roll_out(self, template: str, at_s: float) -> None:
        """The next revision; one that comes back is no older one any more."""
        last = self.revisions[-1]
        fresh = Template(last.number + 1, template, max(at_s, last.from_s))
        kept = [one for one in self.revisions if one.name != template or one is last]
        self.revisions = [*kept, fresh][-REVISIONS_MAX:]
        self.reborn_s.clear()

    def _look(self) -> None:
        """Which pods are sick now."""
        _, name = self.subject.workload or ("", self.subject.name)
        sick: dict[str, tuple[Symptom, Alert]] = {}
        there: set[str] = set()
        order = list(Symptom)
        for alert in self.firing.values():
            pod = alert.labels.get("pod", "")
            own = pod.startswith(f"{name}-")  # else it is an exporter's, or nobody's
            if own:
                self.named[pod] = self.named.pop(pod, 0)
                there.add(pod)
            symptom = symptom_of(alert)
            if symptom is None:
                continue
            pod = pod if own else f"{name}-1"
            if pod not in sick or order.index(symptom) < order.index(sick[pod][0]):
                sick[pod] = (symptom, alert)
        while len(self.named) > NAMED_MAX:
            del self.named[next(iter(self.named))]
        self.sick = sick
        self.replicas = max(self.replicas, len(there | sick.keys()))
