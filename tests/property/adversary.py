"""Senders that use every bound to the full, and a world in which all of it goes on for long."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random

import orjson

from tests.unit.domain.builders import EVICT, NOW_S, POLICY, SICK, WELL, crashing, facts, pod
from worker.domain.deciding.decision import decide
from worker.domain.deciding.handover import not_received, received
from worker.domain.deciding.outcome import Answer, Outcome, record
from worker.domain.deciding.policy import Policy
from worker.domain.document.identity import Subject
from worker.domain.document.subject import SubjectDocument
from worker.domain.incoming.absorb import absorb
from worker.domain.incoming.alert import (
    FINGERPRINT_LENGTH_MAX,
    LABEL_VALUE_LENGTH_MAX,
    Alert,
    AlertStatus,
)
from worker.domain.incoming.inbox import INBOX_MAX, accept
from worker.domain.incoming.message import LABELS_MAX, NAME_LENGTH_MAX
from worker.domain.incoming.ops_event import OpsEvent, OpsEventKind
from worker.domain.observed.facts import Facts
from worker.domain.playbooks.pack import Pack
from worker.domain.playbooks.playbook import Matcher, Playbook
from worker.domain.story.reason import Reason

POD_NAME_LENGTH_MAX = 253  # characters; the API server's bound
TRACEPARENT = f"00-{'1' * 32}-{'2' * 16}-01"
LONG = "p" * (POD_NAME_LENGTH_MAX - 6)
FOR_ALL = Pack(1, (Playbook("all", Matcher(), (replace(EVICT, attempts_max=99),), soak_s=0.0),))
SICK_LONG = facts(crashing(f"web-1-{LONG}"), pod("web-2"), pod("web-3"))
SEEN = (SICK, SICK_LONG, SICK_LONG, SICK_LONG, WELL, replace(SICK, kill_switch_set=True))
ANSWERS = (
    None,
    Outcome(Answer.REJECTED, Reason.THROTTLED, "m" * 512),
    Outcome(Answer.REJECTED, Reason.THROTTLED, "m" * 512),
    Outcome(Answer.ACCEPTED, Reason.ACCEPTED, "m" * 512),
    Outcome(Answer.UNCLEAR, Reason.UNREACHABLE, "m" * 512),
)


@dataclass(frozen=True)
class Adversary:
    """What the senders' texts are made of, and whether journal and humans can be reached."""

    random: Random
    character: str
    journal_answers: bool
    sinks_answer: bool

    def _full(self, start: str, length: int) -> str:
        return (start + self.character * length)[:length]

    def _labels(self, name: str, pod: int) -> dict[str, str]:
        long = {
            key: self._full(f"{key}{pod}-", LABEL_VALUE_LENGTH_MAX)
            for key in ("pod", "container", "node", "severity")
        }
        more = {
            self._full(f"{number}-", NAME_LENGTH_MAX): self.character
            for number in range(self.random.choice((0, LABELS_MAX - 5)))
        }
        return {"alertname": name, **long, **more}

    def alert(self, now_s: float) -> Alert:
        cause, number = self.random.randrange(40), self.random.randrange(60)
        name = self._full(f"A{cause}-", LABEL_VALUE_LENGTH_MAX)
        return Alert(
            name=name,
            status=self.random.choice((AlertStatus.FIRING, *AlertStatus)),
            labels=self._labels(name, number),
            annotations={"prose": self._full("", 8192)},
            starts_at_s=now_s,
            ends_at_s=None,
            fingerprint=self._full(f"{cause}-{number}-", FINGERPRINT_LENGTH_MAX),
            traceparent=TRACEPARENT,
        )

    def grown(self, now_s: float) -> list[Alert]:
        """As many as fit, without any label; then each of them again, as large as can be."""
        made: dict[str, Alert] = {}
        while len(made) < INBOX_MAX:
            one = self.alert(now_s)
            made[one.fingerprint] = one
        again = [replace(one, starts_at_s=one.starts_at_s + 0.5) for one in made.values()]
        return [*(replace(one, labels={}) for one in made.values()), *again]

    def event(self, now_s: float) -> OpsEvent:
        return OpsEvent(
            id=self._full(f"{self.random.random()}", NAME_LENGTH_MAX),
            kind=self.random.choice(tuple(OpsEventKind)),
            at_s=now_s,
            actor=self._full(f"{self.random.randrange(99)}", NAME_LENGTH_MAX),
            labels={"namespace": "shop"},
            detail={"image": self._full("", LABEL_VALUE_LENGTH_MAX), "for": "24h"},
            traceparent=TRACEPARENT,
        )

    def news(self, now_s: float) -> list[Alert | OpsEvent]:
        many = self.random.choice((0, 1, 5, 80, "grown"))
        if isinstance(many, str):
            return [*self.grown(now_s)]
        alerts = [self.alert(now_s) for _ in range(many)]
        events = [self.event(now_s) for _ in range(self.random.choice((0, 0, 1, 10)))]
        return [*alerts, *events]


def lived(
    adversary: Adversary, subject: Subject, turns: int, policy: Policy = POLICY
) -> Iterator[SubjectDocument]:
    """Each document that would be saved, one stage after the other."""
    document, now_s = SubjectDocument(subject), NOW_S
    for _ in range(turns):
        now_s += adversary.random.choice((1.0, 15.0, 15.0, 60.0, 600.0))
        yield (document := accept(document, adversary.news(now_s)))
        seen: Facts = replace(adversary.random.choice(SEEN), at_s=now_s)
        document = absorb(document, policy, now_s)
        for _ in range(8):
            decision = decide(document, seen, FOR_ALL, policy, now_s)
            yield (document := decision.document)
            outcome = adversary.random.choice(ANSWERS)
            for intent in decision.perform if outcome is not None else ():
                yield (document := record(document, intent.id, outcome, policy, now_s))  # type: ignore[arg-type]
            if not decision.perform:
                break
        yield (document := settled(adversary, document, now_s))


def settled(adversary: Adversary, document: SubjectDocument, now_s: float) -> SubjectDocument:
    for notice in document.notices:
        if adversary.sinks_answer:
            document = received(document, notice.id, sink="s", receipt="r" * 64, now_s=now_s)
        else:
            document = not_received(document, notice.id, POLICY, now_s)
    if adversary.journal_answers:
        document = replace(document, published_seq=document.journal_seq)
    return document


def bytes_by_part(document: SubjectDocument) -> dict[str, int]:
    """How large each part of it is, as it is stored, the largest first."""
    sizes = {name: len(orjson.dumps(getattr(document, name))) for name in document.__slots__}
    return dict(sorted(sizes.items(), key=lambda item: -item[1]))
