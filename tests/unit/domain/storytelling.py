"""A timeline in, the journal's story out: the happenings of the tests that read stories."""

from __future__ import annotations

from collections.abc import Callable
from textwrap import dedent, fill

from tests.unit.domain.builders import NOW_S, POLICY, WEB, decided, only, steadily
from worker.domain.deciding.handover import received
from worker.domain.deciding.outcome import Answer, Outcome, record
from worker.domain.deciding.policy import Policy
from worker.domain.document.identity import Subject
from worker.domain.document.subject import SubjectDocument
from worker.domain.incoming.absorb import absorb
from worker.domain.incoming.alert import Alert
from worker.domain.incoming.inbox import accept
from worker.domain.incoming.ops_event import OpsEvent
from worker.domain.observed.facts import Facts
from worker.domain.story.journal import broken_at, story
from worker.domain.story.reason import Reason

Happening = Callable[[SubjectDocument, float], SubjectDocument]
UNREACHABLE = Outcome(Answer.UNCLEAR, Reason.UNREACHABLE, "HTTP 504 upstream timed out")


def arrive(*news: Alert | OpsEvent) -> Happening:
    return lambda document, now_s: absorb(accept(document, news), POLICY, now_s)


def look(seen: Facts, policy: Policy = POLICY) -> Happening:
    return lambda document, now_s: decided(document, seen, now_s, policy=policy).document


def looks(seen: Facts, from_s: float, to_s: float) -> list[tuple[float, Happening]]:
    """Look often enough, from one moment to another."""
    return [(after_s, look(one)) for after_s, one in steadily(seen, from_s, to_s)]


def answer(outcome: Outcome) -> Happening:
    return lambda document, now_s: record(document, document.intents[0].id, outcome, POLICY, now_s)


def late(intent: str, outcome: Outcome) -> Happening:
    """The answer to an intent of the only incident that is no longer owed."""

    def happening(document: SubjectDocument, now_s: float) -> SubjectDocument:
        assert document.intents == ()
        return record(document, only(document).id + intent, outcome, POLICY, now_s)

    return happening


def receive(document: SubjectDocument, now_s: float) -> SubjectDocument:
    notice = document.notices[0]
    return received(document, notice.id, sink="pagerduty", receipt="PD-1", now_s=now_s)


def told(*timeline: tuple[float, Happening], subject: Subject = WEB) -> str:
    """The story of what happened so many seconds after noon, wrapped, with ids that can be read."""
    document = SubjectDocument(subject)
    for after_s, happening in timeline:
        document = happening(document, NOW_S + after_s)
    assert broken_at(document.journal) is None
    text = story(document.journal)
    for number, incident in enumerate(document.incidents, 1):
        text = text.replace(incident.id, f"inc-{number}")
    return "\n".join(fill(line, 90, subsequent_indent=" " * 10) for line in text.splitlines())


def prose(text: str) -> str:
    return dedent(text).strip()
