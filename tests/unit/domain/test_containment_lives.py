"""Random lives of what only contains harm: done on what calls for it, undone on what is well, and
never credited, in whatever order things are seen."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from tests.property.worlds import examples
from tests.unit.domain.builders import ACCEPTED, NOW_S, POLICY
from tests.unit.domain.containing import CONTAINMENTS, Containment
from worker.domain.deciding.decision import decide
from worker.domain.deciding.outcome import Answer, Outcome, record
from worker.domain.document.incident import MAY_FOLLOW
from worker.domain.document.subject import SubjectDocument
from worker.domain.observed.evidence import Gone, Unknown
from worker.domain.observed.facts import Facts
from worker.domain.story.reason import Reason

SEEN = ("sick", "sick", "contained", "contained", "well", "well", "let_go", "gone", "blind",
        "stopped")  # fmt: skip
turns = st.tuples(
    st.sampled_from((15.0, 31.0, 50.0, 50.0, 61.0, 130.0, 620.0, 1000.0)),
    st.sampled_from(SEEN),
    st.sampled_from((ACCEPTED, ACCEPTED, None, Outcome(Answer.REJECTED, Reason.FORBIDDEN),
                     Outcome(Answer.UNCLEAR, Reason.UNREACHABLE))),
)  # fmt: skip
DONE = (61.0, "sick", ACCEPTED)
STOOD = [DONE, (620.0, "contained", None), (15.0, "contained", None), (61.0, "contained", None)]
WELL = [(50.0, "well", ACCEPTED)] * 5
lives = st.builds(
    lambda begun, more: [*begun, *more],
    st.sampled_from(([], [DONE], STOOD, [*STOOD, *WELL], [DONE, *WELL])),
    st.lists(turns, max_size=12),
)


def world(one: Containment, name: str) -> Facts:
    own = "node" if one.contained.cron_job == one.sick.cron_job else "cron_job"
    match name:
        case "gone":
            return replace(one.contained, **{own: Gone("it")})  # type: ignore[arg-type]
        case "blind":
            return replace(one.contained, **{own: Unknown("HTTP 500")})  # type: ignore[arg-type]
        case "stopped":
            return replace(one.well, kill_switch_set=True)
    found = getattr(one, name)
    assert isinstance(found, Facts)
    return found


@examples(200, always=True)
@given(st.sampled_from(CONTAINMENTS), lives)
def test_every_act_fits_what_was_seen_and_none_is_credited(
    one: Containment, life: list[tuple[float, str, Outcome | None]]
) -> None:
    document, now_s = one.opened(), NOW_S
    for passed_s, name, outcome in life:
        now_s += passed_s
        seen = replace(world(one, name), at_s=now_s)
        decision = decide(document, seen, one.pack, POLICY, now_s)
        for intent in decision.perform:
            assert name == ("sick" if intent.action == one.verb else "well"), intent.action
        _kept(document, decision.document)
        document = decision.document
        for intent in decision.perform if outcome else ():
            assert outcome is not None
            answered = record(document, intent.id, outcome, POLICY, now_s)
            _kept(document, answered)
            document = answered


def _kept(before: SubjectDocument, after: SubjectDocument) -> None:
    """What is true of every step."""
    assert after.scope_notes == (), "neither a success nor a failure"
    for incident in after.incidents:
        earlier = before.incident(incident.id)
        assert earlier is not None
        moved = incident.phase is not earlier.phase
        assert not moved or incident.phase in MAY_FOLLOW[earlier.phase]
        assert incident.resolution is not Reason.REPAIRED
        undone = [attempt.undoes for attempt in incident.attempts if attempt.undoes]
        done = [attempt.undoes for attempt in incident.attempts if attempt.undoes and attempt.done]
        assert len(done) == len(set(done)), "put back once"
        assert all(incident.attempt(one) for one in undone)
