"""Ordered remedies with limits. The last rung of every ladder is a human."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from worker.domain.catalogue import DESCRIPTOR_OF, Verb
from worker.domain.catalogue.descriptor import ActionClass
from worker.domain.document.identity import Subject, SubjectKind
from worker.domain.document.incident import Incident

ParameterValue = int | str


class Mode(StrEnum):
    """How far the worker may go. Observe looks and tells; suggest tells a human what it would do;
    approve asks a human and then acts; auto acts. In this order each allows more."""

    OBSERVE = "observe"
    SUGGEST = "suggest"
    APPROVE = "approve"
    AUTO = "auto"


MODES: tuple[Mode, ...] = tuple(Mode)


def lower(one: Mode, other: Mode) -> Mode:
    """The one that allows less."""
    return min(one, other, key=MODES.index)


@dataclass(frozen=True, slots=True)
class Condition:
    """A yes-or-no expression in CEL. The engine evaluates it; `id` is where the answer is found."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Matcher:
    """Empty means any. All that is given must match; an alert's label is compared as a whole."""

    alerts: frozenset[str] = frozenset()
    causes: frozenset[str] = frozenset()
    subjects: frozenset[SubjectKind] = frozenset({SubjectKind.SERVICE})
    labels: tuple[tuple[str, str], ...] = ()
    when: Condition | None = None

    def preselects(self, subject: Subject, incident: Incident) -> bool:
        """Whether it matches, as far as that can be said without its condition."""
        return (
            subject.kind in self.subjects
            and (not self.causes or incident.cause in self.causes)
            and (not self.alerts or any(record.name in self.alerts for record in incident.alerts))
            and all(
                any(record.labels.get(name) == value for record in incident.alerts)
                for name, value in self.labels
            )
        )


@dataclass(frozen=True, slots=True)
class Watch:
    """How a step is verified: nothing is judged before `settle_s`; then healthy for `window_s`
    without a break, which must have begun by `deadline_s` after settling.

    The window has to be longer than the alert rule's `for` plus its lookback, or health is declared
    before the alert could fire again; where the rule is known, it is made that long.
    """

    settle_s: float = 30.0
    window_s: float = 1200.0
    deadline_s: float = 2400.0


@dataclass(frozen=True, slots=True)
class Step:
    """One rung. `when` must all be yes and `never` all be no right before acting; an unknown one
    refuses. `next` names the step that follows when it didn't help, "" the one below."""

    verb: Verb
    parameters: Mapping[str, ParameterValue] = field(default_factory=dict)
    attempts_max: int = 1
    cool_down_s: float = 600.0
    watch: Watch = field(default_factory=Watch)
    name: str = ""
    when: tuple[Condition, ...] = ()
    never: tuple[Condition, ...] = ()
    next: str = ""
    mode: Mode | None = None

    @property
    def asks_by_default(self) -> bool:
        """What can lose data or touch many is never done unasked, unless the step says so."""
        return DESCRIPTOR_OF[self.verb].action_class is ActionClass.HIGH


@dataclass(frozen=True, slots=True)
class Promotion:
    """From its mode up to `mode_max`, one mode for each `right_after` right shadow decisions."""

    mode_max: Mode
    right_after: int = 20


@dataclass(frozen=True, slots=True)
class Playbook:
    """`escalation` is what a human is told to look at when the ladder ends."""

    name: str
    match: Matcher
    steps: tuple[Step, ...]
    mode: Mode | None = None
    promotion: Promotion | None = None
    soak_s: float = 60.0
    summary: str = ""
    escalation: str = ""

    def rung_after(self, rung: int) -> int:
        """The rung that follows when this one didn't help; the count of steps is a human."""
        wanted = self.steps[rung].next
        if wanted:
            return next((i for i, s in enumerate(self.steps) if s.name == wanted), len(self.steps))
        return rung + 1
