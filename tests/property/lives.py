"""The lives that a document leads: what the engine does with it, turn by turn.

Accept, hear what people say, absorb, decide, perform and record (or die in between), deliver,
publish. The clock may jump, also backwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from hypothesis import strategies as st

from tests.property.surroundings import calendars
from tests.property.worlds import CRASHED, HEALTHY, at, facts, news
from tests.unit.domain.builders import ACCEPTED, CRASH_LOOP, NOT_READY, NOW_S, POLICY, WEB, alert
from worker.domain.calendar.window import Window
from worker.domain.deciding.decision import Decision, decide
from worker.domain.deciding.handover import not_received, received
from worker.domain.deciding.outcome import Answer, Outcome, record
from worker.domain.deciding.policy import Policy
from worker.domain.document.identity import Subject, SubjectKind
from worker.domain.document.subject import SubjectDocument
from worker.domain.incoming.absorb import absorb
from worker.domain.incoming.alert import Alert
from worker.domain.incoming.inbox import accept
from worker.domain.incoming.ops_event import OpsEvent
from worker.domain.observed.facts import Facts
from worker.domain.people.approval import Answer as Said
from worker.domain.people.approval import Say
from worker.domain.playbooks.pack import Pack
from worker.domain.playbooks.playbook import Mode, Watch
from worker.domain.story.reason import Reason

NOBODY = Subject(SubjectKind.UNRESOLVED, "shop", "")
NODE = Subject(SubjectKind.NODE, "", "node-1")
QUICK = Watch(settle_s=10.0, window_s=100.0, deadline_s=600.0)
PACK = Pack(
    1,
    tuple(
        replace(one, steps=tuple(replace(step, watch=QUICK) for step in one.steps))
        for one in (CRASH_LOOP, NOT_READY)
    ),
)

outcomes = st.builds(
    Outcome,
    st.sampled_from((Answer.REJECTED, Answer.UNCLEAR)),
    st.sampled_from(
        (Reason.THROTTLED, Reason.STALE, Reason.QUOTA, Reason.FORBIDDEN, Reason.UNREACHABLE)
    ),
)
policies = st.sampled_from(
    (
        POLICY, POLICY, Policy(), replace(POLICY, attempts_max=1), replace(POLICY, hold_s=300.0),
        replace(POLICY, mode=Mode.SUGGEST), replace(POLICY, mode=Mode.APPROVE),
        replace(POLICY, mode=Mode.APPROVE),
    )
)  # fmt: skip


@dataclass(frozen=True)
class Move:
    """One turn: what came, what was seen, and what the API server answered (None: we died)."""

    passed_s: float
    came: tuple[Alert | OpsEvent, ...]
    seen: Facts
    answered: Outcome | None
    received: bool
    published: bool
    said: Say | None = None  # of what is asked, by somebody
    windows: tuple[Window, ...] = ()


moves = st.builds(
    Move,
    passed_s=st.sampled_from((0.0, 20.0, 50.0, 50.0, 61.0, 130.0, 700.0, -30.0, 90_000.0)),
    came=st.lists(news, max_size=3).map(tuple),
    seen=facts,
    answered=st.one_of(st.none(), st.just(ACCEPTED), st.just(ACCEPTED), outcomes),
    received=st.booleans(),
    published=st.booleans(),
    said=st.sampled_from((None, None, Say.YES, Say.YES, Say.NO)),
    windows=calendars,
)
first = st.builds(lambda move: replace(move, came=(alert(), *move.came)), moves)
# The beginning of a life that goes well: every prefix of it leads to another phase.
REPAIR = (
    Move(0.0, (alert(),), CRASHED, None, False, True),
    Move(61.0, (), CRASHED, ACCEPTED, False, True),
    *(Move(50.0, (), HEALTHY, None, False, True) for _ in range(3)),
)
# And of one in which it is healthy again before anything was done.
HEALED = (REPAIR[0], *(Move(50.0, (), HEALTHY, None, False, True) for _ in range(4)))
# And of one whose worker died before it had an answer, so that the same is sent again.
RESUMED = (REPAIR[0], replace(REPAIR[1], answered=None), *REPAIR[1:4])
plots = st.builds(
    lambda plot, count: list(plot[:count]),
    st.sampled_from((REPAIR, HEALED, RESUMED)),
    st.sampled_from((1, 2, 3, 4, 5, 5, 5, 5)),
)
lives = st.builds(
    lambda begun, more: [*begun, *more],
    st.one_of(first.map(lambda one: [one]), plots),
    st.lists(moves, min_size=1, max_size=8),
)
subjects = st.sampled_from((WEB, WEB, WEB, NOBODY, NODE))


@dataclass(frozen=True)
class Step:
    """One stage of a life, before and after."""

    stage: str
    before: SubjectDocument
    after: SubjectDocument
    move: Move
    now_s: float
    decision: Decision | None = None


def live(
    subject: Subject, life: Iterable[Move], policy: Policy = POLICY, pack: Pack = PACK
) -> Iterator[Step]:
    """Lead this life, stage by stage; a move may depend on what was sent before it."""
    document, now_s = SubjectDocument(subject), NOW_S
    for move in life:
        now_s += move.passed_s
        for stage, after, decision in _turn(document, move, now_s, policy, pack):
            yield Step(stage, document, after, move, now_s, decision)
            document = after


def _turn(
    document: SubjectDocument, move: Move, now_s: float, policy: Policy, pack: Pack
) -> Iterator[tuple[str, SubjectDocument, Decision | None]]:
    yield "accept", (document := accept(document, move.came)), None
    if move.said is not None and (said := answers(document, move.said, now_s)):
        yield "answer", (document := replace(document, answers=said)), None
    yield "absorb", (document := absorb(document, policy, now_s)), None
    decision = decide(document, at(move.seen, now_s), pack, policy, now_s, move.windows)
    yield "decide", (document := decision.document), decision
    if move.answered is not None:
        for intent in decision.perform:
            document = record(document, intent.id, move.answered, policy, now_s)
            yield "record", document, None
    for notice in document.notices:
        if move.received:
            document = received(document, notice.id, sink="s", receipt="r", now_s=now_s)
        else:
            document = not_received(document, notice.id, policy, now_s)
        yield "deliver", document, None
    if move.published:
        document = replace(document, published_seq=document.journal_seq)
        yield "publish", document, None


def answers(document: SubjectDocument, say: Say, now_s: float) -> tuple[Said, ...]:
    """To each question that is open."""
    asked = [one.request for one in document.open_incidents if one.request is not None]
    return tuple(Said(one.id, one.digest, one.nonce, say, "ada", now_s) for one in asked)


def last(life: list[Move], subject: Subject = WEB) -> SubjectDocument:
    """The document that a life ends with."""
    return [*live(subject, life)][-1].after
