"""Long lives from a seed: sick for a while, then well, again and again; and what was sent in them.

What was sent is counted from what `decide` gave out and from what became of it, never from what
the document says of itself.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random

from tests.property.lives import PACK, Move, live
from tests.property.tales import HINDRANCES
from tests.property.worlds import CRASHED, HEALTHY, PODS
from tests.unit.domain.builders import ACCEPTED, POLICY, WEB, alert, crashing, pod
from worker.domain.deciding.outcome import Answer, Outcome
from worker.domain.deciding.policy import Policy
from worker.domain.incoming.alert import Alert, AlertStatus
from worker.domain.observed.facts import Facts
from worker.domain.observed.pods import PodHealth
from worker.domain.people.approval import Say
from worker.domain.playbooks.pack import Pack
from worker.domain.story.reason import Reason

MOVES = 300
UNCLEAR = Outcome(Answer.UNCLEAR, Reason.UNREACHABLE)
REFUSED = Outcome(Answer.REJECTED, Reason.THROTTLED)
EAGER = Pack(
    1,
    tuple(
        replace(
            one, soak_s=0.0,
            steps=tuple(replace(s, attempts_max=99, cool_down_s=0.0) for s in one.steps),
        )
        for one in PACK.playbooks
    ),
)  # fmt: skip
"""Only the rate is left to say no."""
UNBOUND = replace(POLICY, attempts_max=10**6, loops_max=10**6, flaps_max=10**6, cool_down_max_s=0.0)


@dataclass
class Life:
    """A long one from a seed: it is sick for a while, then well, again and again."""

    random: Random
    own: tuple[Facts, ...] = ()
    news: Alert | None = None
    now_s: float = 0.0
    sick: bool = True
    kept: Facts | None = None

    def moves(self) -> list[Move]:
        return [self._move() for _ in range(MOVES)]

    def _move(self) -> Move:
        passed_s = self.random.choice((15.0, 31.0, 50.0, 59.0))
        if self.random.random() < 0.05:
            passed_s = self.random.choice((400.0, 901.0))
        self.now_s += passed_s
        self.sick = self.sick != (self.random.random() < 0.15)
        came = (self._alert(), self.news) if self.news else (self._alert(),)
        answered = self.random.choice((ACCEPTED, ACCEPTED, ACCEPTED, UNCLEAR, REFUSED, None))
        return Move(passed_s, came, self._seen(), answered, True, True, said=Say.YES)

    def _alert(self) -> Alert:
        return alert(
            self.random.choice(("KubePodCrashLooping", "PodRestarting", "KubePodNotReady")),
            pod=self.random.choice(PODS),
            status=AlertStatus.FIRING if self.sick else AlertStatus.RESOLVED,
            starts_at_s=alert().starts_at_s + self.now_s,
        )

    def _seen(self) -> Facts:
        if not self.sick:
            return HEALTHY
        if self.random.random() < 0.03:
            return self.random.choice(HINDRANCES)
        if self.own:
            self.kept = self.random.choice(self.own) if self.random.random() < 0.1 else self.kept
            return self.own[0] if self.kept is None else self.kept
        sick = crashing(self.random.choice(PODS), uid=f"uid-{self.random.randrange(99)}")
        others = [pod(name) for name in PODS if name != sick.target.name]
        return replace(CRASHED, pods=PodHealth((sick, *others)))


@dataclass(frozen=True)
class Sent:
    """An intent when it was sent for the first time."""

    at_s: float
    incident: str
    cause: str
    action: str
    undoes: str


def sent_in(life: list[Move], pack: Pack, policy: Policy) -> list[Sent]:
    """Remedies and undos, but those that never happened."""
    sent: dict[str, Sent] = {}
    for step in live(WEB, life, policy, pack):
        for intent in step.decision.perform if step.decision else ():
            incident = step.after.incident(intent.incident)
            attempt = incident.attempt(intent.id) if incident else None
            assert incident is not None
            assert attempt is not None
            first = Sent(
                intent.decided_at_s, incident.id, incident.cause, intent.action, attempt.undoes
            )
            sent.setdefault(intent.id, first)
        for incident in step.after.incidents:
            for attempt in incident.attempts:
                if not attempt.owed and not attempt.done and attempt.outcome != "unreachable":
                    sent.pop(attempt.intent_id, None)
    return [*sent.values()]
