"""Random lives of what can be undone and of what is asked for: each begins where an act is near."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from hypothesis import strategies as st

from tests.unit.domain.announcements import event
from tests.unit.domain.approving import answer
from tests.unit.domain.builders import ACCEPTED, NOW_S, POLICY, WELL, opened
from tests.unit.domain.remedies import REMEDIES, Remedy
from worker.domain.deciding.decision import decide
from worker.domain.deciding.outcome import Answer as Result
from worker.domain.deciding.outcome import Outcome, record
from worker.domain.document.subject import SubjectDocument
from worker.domain.incoming.absorb import absorb
from worker.domain.incoming.inbox import accept
from worker.domain.incoming.ops_event import OpsEvent, OpsEventKind
from worker.domain.observed.evidence import Gone, RolloutHealth, Unknown
from worker.domain.observed.facts import Facts
from worker.domain.people.approval import Answer, Say
from worker.domain.playbooks.playbook import Mode
from worker.domain.story.reason import Reason

Stage = tuple[str, SubjectDocument, SubjectDocument]


@dataclass(frozen=True)
class Turn:
    """What was seen so many seconds later, and what came: an answer to each open question, an
    event, and the API server's word (None: the worker died before it had one)."""

    passed_s: float
    seen: str
    mode: Mode
    result: Outcome | None
    say: Say | None
    event: OpsEventKind | None


WORLDS = ("before", "before", "in_vain", "in_vain", "theirs", "worse", "well", "gone", "blind",
          "stopped")  # fmt: skip
results = st.one_of(
    st.just(ACCEPTED),
    st.just(ACCEPTED),
    st.none(),
    st.builds(
        Outcome,
        st.sampled_from((Result.REJECTED, Result.UNCLEAR)),
        st.sampled_from((Reason.THROTTLED, Reason.QUOTA, Reason.FORBIDDEN, Reason.UNREACHABLE)),
    ),
)
one_turn = st.builds(
    Turn,
    passed_s=st.sampled_from((15.0, 31.0, 61.0, 61.0, 130.0, 620.0, 930.0, -20.0)),
    seen=st.sampled_from(WORLDS),
    mode=st.sampled_from((Mode.AUTO, Mode.AUTO, Mode.AUTO, Mode.APPROVE, Mode.SUGGEST)),
    result=results,
    say=st.sampled_from((Say.YES, Say.YES, Say.NO, None)),
    event=st.one_of(st.none(), st.none(), st.sampled_from(OpsEventKind)),
)
FIRST = Turn(60.0, "before", Mode.AUTO, ACCEPTED, None, None)
ASKED = replace(FIRST, mode=Mode.APPROVE)
VAIN = replace(FIRST, passed_s=31.0, seen="in_vain")
LATE = replace(VAIN, passed_s=930.0)
HEALED = [replace(VAIN, passed_s=50.0, seen="well") for _ in range(8)]
FORBIDDEN = replace(FIRST, result=Outcome(Result.REJECTED, Reason.FORBIDDEN))
THROTTLED = replace(FIRST, result=Outcome(Result.REJECTED, Reason.THROTTLED))
begun = st.sampled_from(
    (
        [],
        [FIRST],
        [FIRST, VAIN, LATE],
        [FIRST, VAIN, LATE, replace(VAIN, passed_s=15.0)],
        [FIRST, replace(VAIN, seen="worse"), replace(LATE, seen="worse")],
        [ASKED],
        [ASKED, replace(ASKED, passed_s=15.0, say=Say.YES)],
        [FIRST, *HEALED],
        [FORBIDDEN, *HEALED],
        [THROTTLED, FIRST],
        HEALED,
    )
)
turns = st.tuples(
    st.sampled_from(REMEDIES),
    st.builds(lambda first, more: [*first, *more], begun, st.lists(one_turn, max_size=6)),
)


def lives_of(remedy: Remedy, life: list[Turn]) -> Iterator[Stage]:
    """Stage by stage, before and after."""
    document, now_s = opened(remedy.news), NOW_S
    for number, turn in enumerate(life):
        now_s += turn.passed_s
        policy = replace(POLICY, mode=turn.mode)
        heard = _heard(document, number, turn, now_s)
        yield "absorb", document, heard
        seen = replace(_world(remedy, turn.seen), at_s=now_s)
        decision = decide(heard, seen, remedy.pack, policy, now_s)
        yield "decide", heard, decision.document
        document = decision.document
        for intent in decision.perform if turn.result else ():
            assert turn.result is not None
            answered = record(document, intent.id, turn.result, policy, now_s)
            yield "record", document, answered
            document = answered


def _heard(document: SubjectDocument, number: int, turn: Turn, now_s: float) -> SubjectDocument:
    events: list[OpsEvent] = []
    if turn.event is not None:
        events = [event(turn.event, now_s - NOW_S, named=f"event-{number}", lasts="2m")]
    answers: list[Answer] = []
    if turn.say is not None:
        asked = [one.request for one in document.open_incidents if one.request is not None]
        answers = [answer(one, turn.say, at_s=now_s) for one in asked]
    return absorb(replace(accept(document, events), answers=tuple(answers)), POLICY, now_s)


def _world(remedy: Remedy, name: str) -> Facts:
    match name:
        case "before":
            return remedy.before
        case "in_vain":
            return remedy.in_vain
        case "theirs":
            return remedy.theirs
        case "worse":
            rollout = remedy.in_vain.rollout
            assert isinstance(rollout, RolloutHealth)
            return replace(remedy.in_vain, rollout=replace(rollout, available=0))
        case "well":
            return WELL
        case "gone":
            return replace(remedy.in_vain, rollout=Gone("web"))
        case "stopped":
            return replace(remedy.in_vain, kill_switch_set=True)
    return replace(remedy.in_vain, rollout=Unknown("timed out"))
