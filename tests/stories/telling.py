"""How a story is made: a timeline of happenings, seconds after noon, told by the journal itself.

A story is read by people, at night: its file has a title and then what `aiopsctl show` would print.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from tests.unit.domain.approving import answer as answer_to
from tests.unit.domain.builders import NOW_S, POLICY, WATCH, steadily
from tests.unit.domain.storytelling import Happening
from worker.domain.calendar.window import Window
from worker.domain.catalogue import Verb
from worker.domain.deciding.decision import decide
from worker.domain.deciding.policy import Policy
from worker.domain.document.subject import SubjectDocument
from worker.domain.incoming.absorb import absorb
from worker.domain.incoming.inbox import accept
from worker.domain.incoming.ops_event import OpsEvent, OpsEventKind
from worker.domain.observed.facts import Facts
from worker.domain.people.approval import Request, Say
from worker.domain.playbooks.pack import Pack
from worker.domain.playbooks.playbook import Matcher, Playbook, Step

Timeline = list[tuple[float, Happening]]


@dataclass(frozen=True)
class Story:
    """`name` is its file; `tell` its text, one line an entry."""

    name: str
    title: str
    tell: Callable[[], str]

    @property
    def text(self) -> str:
        return f"{self.title}\n\n{self.tell()}\n"


@dataclass(frozen=True)
class Worker:
    """Who looks: under these playbooks, this policy and this calendar."""

    pack: Pack
    policy: Policy = POLICY
    windows: tuple[Window, ...] = ()

    def look(self, seen: Facts) -> Happening:
        def happening(document: SubjectDocument, now_s: float) -> SubjectDocument:
            now = replace(seen, at_s=now_s)
            return decide(document, now, self.pack, self.policy, now_s, self.windows).document

        return happening

    def looks(self, seen: Facts, from_s: float, to_s: float) -> Timeline:
        """Often enough, from one moment to another."""
        return [(after_s, self.look(one)) for after_s, one in steadily(seen, from_s, to_s)]


def ladder(name: str, *steps: Step, escalation: str = "", soak_s: float = 60.0) -> Pack:
    """One playbook for whatever comes."""
    playbook = Playbook(name, Matcher(), steps, soak_s=soak_s, escalation=escalation)
    return Pack(1, (playbook,))


def step(verb: Verb, **parameters: int | str) -> Step:
    return Step(verb, parameters, watch=WATCH)


def happened(kind: OpsEventKind, by: str, about: str = "web", **detail: str) -> Happening:
    """A person or a system told what it did; `about` names the Deployment, "" the namespace."""

    def happening(document: SubjectDocument, now_s: float) -> SubjectDocument:
        labels = {"namespace": "shop", "deployment": about} if about else {"namespace": "shop"}
        told = OpsEvent(f"{kind}-{now_s}", kind, now_s, by, labels, detail)
        return absorb(accept(document, [told]), POLICY, now_s)

    return happening


class Human:
    """Somebody who reads questions as they come, and answers the last one that was read."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._read: list[Request] = []

    def reads(self, document: SubjectDocument, now_s: float) -> SubjectDocument:
        (request,) = [one.request for one in document.open_incidents if one.request is not None]
        self._read.append(request)
        return document

    def says(self, say: Say, words: str = "") -> Happening:
        def happening(document: SubjectDocument, now_s: float) -> SubjectDocument:
            given = answer_to(self._read[-1], say, by=self._name, at_s=now_s, words=words)
            return absorb(replace(document, answers=(given,)), POLICY, now_s)

        return happening


def noon_and(minutes: float) -> float:
    """A moment in seconds since the epoch."""
    return NOW_S + 60.0 * minutes
