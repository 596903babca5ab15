"""One case: the incident is opened, its conditions are asked, and the real decision is made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from worker.adapters.playbook_files.case import Case, Given
from worker.domain.deciding.decision import decide
from worker.domain.deciding.policy import Policy
from worker.domain.document.identity import Subject, SubjectKind, Target
from worker.domain.document.incident import Attempt, Incident, Phase, intent_id
from worker.domain.document.outbox import Intent
from worker.domain.document.subject import SubjectDocument
from worker.domain.incoming.absorb import absorb
from worker.domain.incoming.alert import Alert, AlertStatus, fingerprint_of
from worker.domain.incoming.inbox import accept
from worker.domain.incoming.ops_event import OpsEvent, OpsEventKind
from worker.domain.playbooks.pack import Pack
from worker.domain.playbooks.playbook import Mode, Playbook
from worker.domain.story.journal import EntryKind, sentence
from worker.domain.story.reason import Reason
from worker.engine.conditions import answers
from worker.engine.ports import Expressions
from worker.playbook_tests.seen import seen

WITHOUT_PLAYBOOK = frozenset({Reason.NO_PLAYBOOK, Reason.OWNER_UNKNOWN})
NOW_S = 1_769_860_800.0  # 2026-01-31 12:00:00 UTC: any moment would do, the same one every time
NAMESPACE = "shop"


@dataclass(frozen=True, slots=True)
class Result:
    """`differs`: what came of it that wasn't expected; `told`: the story, when it differs."""

    case: Case
    differs: tuple[str, ...]
    told: tuple[str, ...]

    @property
    def passed(self) -> bool:
        return not self.differs


def run_cases(cases: Sequence[Case], pack: Pack, expressions: Expressions) -> Iterator[Result]:
    """Each of them by itself; one doesn't know of another."""
    for case in cases:
        yield run_case(case, pack, expressions)


def run_case(case: Case, pack: Pack, expressions: Expressions) -> Result:
    """Decide what the case gives with this pack, and compare."""
    playbook = pack.named(case.playbook)
    if playbook is None:
        return Result(case, (f"there is no playbook {case.playbook!r} in this pack",), ())
    given = case.given
    unknown_steps = [one for one in given.tried if _rung(playbook, one) is None]
    if unknown_steps:
        return Result(case, (f"{playbook.name} has no step {', '.join(unknown_steps)}",), ())
    open_for_s = playbook.soak_s + 1.0 if given.open_for_s is None else given.open_for_s
    opened_s = NOW_S - open_for_s
    policy = Policy(mode=Mode(given.mode))
    subject = _subject(given.subject)
    document = _opened(given, subject, policy, opened_s)
    (incident,) = document.incidents or (None,)
    if incident is None:
        return Result(case, ("its alerts open no incident",), ())
    fingerprints = frozenset(one.fingerprint for one in incident.alerts)
    facts = seen(given, subject, fingerprints, opened_s, NOW_S)
    document = document.with_incident(_tried(incident, playbook, given.tried, subject, opened_s))
    facts = replace(facts, conditions=answers(document, facts, pack, policy, NOW_S, expressions))
    decided = decide(document, facts, pack, policy, NOW_S).document
    differs = tuple(_differences(case, decided, document.journal_seq))
    story = tuple(
        sentence(entry) for entry in decided.journal if differs and entry.seq > document.journal_seq
    )
    return Result(case, differs, story)


def _subject(text: str) -> Subject:
    if text == "unresolved":
        return Subject(SubjectKind.UNRESOLVED, NAMESPACE, "")
    kind, _, name = text.partition("/")
    if kind == "node":
        return Subject(SubjectKind.NODE, "", name)
    return Subject(SubjectKind.SERVICE, NAMESPACE, text)


def _opened(given: Given, subject: Subject, policy: Policy, opened_s: float) -> SubjectDocument:
    """What came in before, and then the alerts."""
    events = [
        OpsEvent(
            id=f"event-{number}", kind=OpsEventKind(one.kind), at_s=opened_s - one.before_s,
            actor=one.by, labels={}, detail={},
        )
        for number, one in enumerate(given.events)
    ]  # fmt: skip
    alerts = [
        _alert({"alertname": one.name, "severity": one.severity, **one.labels}, one.firing,
               opened_s)
        for one in given.alerts
    ]  # fmt: skip
    return absorb(accept(SubjectDocument(subject), [*events, *alerts]), policy, opened_s)


def _alert(labels: dict[str, str], firing: bool, starts_at_s: float) -> Alert:
    return Alert(
        name=labels["alertname"],
        status=AlertStatus.FIRING if firing else AlertStatus.RESOLVED,
        labels=labels,
        annotations={},
        starts_at_s=starts_at_s,
        ends_at_s=None,
        fingerprint=fingerprint_of(labels),
    )


def _rung(playbook: Playbook, step: str) -> int | None:
    """By name, or by number from 1 on."""
    for rung, one in enumerate(playbook.steps):
        if step in (one.name, str(rung + 1)):
            return rung
    return None


def _tried(
    incident: Incident, playbook: Playbook, steps: Sequence[str], subject: Subject, opened_s: float
) -> Incident:
    """As if each of these had been done, had used up its attempts, and had not helped."""
    for step in steps:
        rung = _rung(playbook, step)
        assert rung is not None, "asked before"
        attempt = Attempt(
            intent_id=intent_id(replace(incident, rung=rung)), rung=rung,
            action=str(playbook.steps[rung].verb), target=Target("Pod", subject.scope, "gone", "-"),
            decided_at_s=opened_s, before=None, outcome=Reason.ACCEPTED, outcome_at_s=opened_s,
            verdict=Reason.STILL_SICK,
        )  # fmt: skip
        incident = replace(
            incident.with_attempt(attempt), playbook=playbook.name,
            attempts_made=incident.attempts_made + 1, rung=playbook.rung_after(rung),
        )  # fmt: skip
    return incident


def _differences(case: Case, decided: SubjectDocument, before_seq: int) -> Iterator[str]:
    expected = case.expected
    (incident,) = decided.incidents
    intent = next(iter(decided.intents), None)
    came = _outcome(incident, intent)
    for name in ("action", "holds", "escalates"):
        wanted, got = getattr(expected, name), came.get(name, "")
        if wanted and wanted != got:
            told = " and ".join(f"{key} {value}" for key, value in came.items()) or "nothing"
            yield f"expected: {name} {wanted}; came: {told}"
    if expected.target and (intent is None or expected.target != _short(intent.target)):
        yield f"expected: target {expected.target}; came: {intent and _short(intent.target)}"
    for key, value in expected.parameters.items():
        got = "" if intent is None else str(intent.parameters.get(key, ""))
        if got != value:
            yield f"expected: parameter {key} {value}; came: {got or 'none'}"
    given = [
        str(entry.reason)
        for entry in decided.journal
        if entry.seq > before_seq and entry.kind in (EntryKind.REFUSED, EntryKind.HELD)
    ]
    for reason in expected.refuses:
        if reason not in given:
            yield f"expected: refuses {reason}; came: {', '.join(given) or 'no refusal'}"
    if incident.playbook != case.playbook and expected.escalates not in WITHOUT_PLAYBOOK:
        yield f"expected: playbook {case.playbook}; came: {incident.playbook or 'none'}"


def _outcome(incident: Incident, intent: Intent | None) -> dict[str, str]:
    came: dict[str, str] = {}
    if intent is not None:
        came["action"] = str(intent.action)
    if incident.hold is not None:
        came["holds"] = str(incident.hold.reason)
    if incident.phase is Phase.ESCALATED and incident.escalated_for is not None:
        came["escalates"] = str(incident.escalated_for)
    return came


def _short(target: Target) -> str:
    return f"{target.kind}/{target.name}"
