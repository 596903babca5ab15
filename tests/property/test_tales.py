"""What holds at every moment of every tale: of questions, undos, and what is stored."""

from __future__ import annotations

from hypothesis import given

from tests.property.lives import Step, live
from tests.property.tales import Tale, tales
from tests.property.worlds import examples
from tests.unit.domain.builders import WEB
from worker.domain.document.codec import decode, encode
from worker.domain.document.incident import MAY_FOLLOW, Incident, Phase
from worker.domain.document.subject import SubjectDocument
from worker.domain.story.journal import broken_at
from worker.domain.verify.undo import reversible


def steps(tale: Tale) -> list[Step]:
    return [*live(WEB, tale.life, tale.policy, tale.pack)]


def pairs(step: Step) -> list[tuple[Incident, Incident]]:
    """Each incident before and after."""
    both = [(one, step.after.incident(one.id)) for one in step.before.incidents]
    return [(before, after) for before, after in both if after is not None]


@examples(120)
@given(tales)
def test_phases_follow_the_table_and_the_end_is_the_end(tale: Tale) -> None:
    for step in steps(tale):
        for before, after in pairs(step):
            if before.phase is Phase.RESOLVED:
                assert after == before
            elif after.phase is not before.phase:
                assert after.phase in MAY_FOLLOW[before.phase]
        acting = {one.id for one in step.after.incidents if one.phase is Phase.ACTING}
        assert {one.incident for one in step.after.intents} == acting
        assert broken_at(step.after.journal) is None


@examples(120)
@given(tales)
def test_only_what_was_done_and_can_be_is_undone_and_once(tale: Tale) -> None:
    for step in steps(tale):
        for incident in step.after.incidents:
            if incident.undoing:
                attempt = incident.attempt(incident.undoing)
                assert attempt is not None
                assert attempt.done
                assert reversible(attempt)
                assert incident.phase not in (Phase.ESCALATED, Phase.RESOLVED)
            undoes = [one.undoes for one in incident.attempts if one.undoes and one.done]
            assert len(set(undoes)) == len(undoes)
            for undo in (one for one in incident.attempts if one.undoes):
                undone = incident.attempt(undo.undoes)
                assert undone is not None
                assert (undo.parameters, undo.found) == (undone.found, undone.parameters)


@examples(120)
@given(tales)
def test_a_question_is_open_only_while_nothing_is_done_and_is_used_once(tale: Tale) -> None:
    used: list[str] = []
    for step in steps(tale):
        for incident in step.after.incidents:
            if incident.request is not None and not incident.undoing:
                assert incident.phase is Phase.OPEN
            assert incident.asked <= tale.policy.asked_max
        for before, after in pairs(step):
            if after.attempts_made > before.attempts_made and after.attempts[-1].approved_by:
                assert before.request is not None
                assert before.request.approved_by == after.attempts[-1].approved_by
                assert step.now_s < before.request.expires_at_s
                used.append(before.request.id)
    assert len(set(used)) == len(used)


@examples(120)
@given(tales)
def test_what_is_stored_is_read_as_it_was(tale: Tale) -> None:
    end = tale.end
    assert decode(SubjectDocument, encode(end)) == end
