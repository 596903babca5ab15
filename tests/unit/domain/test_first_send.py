"""What surely was not sent: no doubt is left, and what others do to its target is theirs."""

from __future__ import annotations

import pytest

from tests.unit.domain.builders import (
    POLICY,
    SICK,
    SOAKED_S,
    WELL,
    acting,
    decided,
    only,
    reasons,
    steadily,
    watched,
)
from worker.domain.deciding.outcome import Answer, Outcome, record
from worker.domain.document.incident import Hold, Phase
from worker.domain.document.subject import SubjectDocument
from worker.domain.story.reason import Reason

AT_S = SOAKED_S + 1.0
SURELY_NOT_SENT = pytest.mark.parametrize(
    "reason", [Reason.KILL_SWITCH, Reason.KILL_SWITCH_UNREADABLE, Reason.NOT_SENT]
)


def not_sent(document: SubjectDocument, reason: Reason, at_s: float = AT_S) -> SubjectDocument:
    outcome = Outcome(Answer.REJECTED, reason, "nothing was sent")
    return record(document, document.intents[0].id, outcome, POLICY, at_s)


@SURELY_NOT_SENT
def test_at_the_first_send_it_is_open_again_and_nothing_is_owed(reason: Reason) -> None:
    document = not_sent(acting(), reason)
    incident = only(document)
    assert (incident.phase, incident.rung, document.intents) == (Phase.OPEN, 0, ())
    assert incident.hold == Hold(reason, AT_S, AT_S + POLICY.hold_s)
    assert [(one.outcome, one.done, one.owed) for one in incident.attempts] == [
        (reason, False, False)
    ]
    assert (document.cool_downs, document.notices) == ((), ())


@SURELY_NOT_SENT
def test_what_a_human_then_does_to_the_pod_is_neither_found_done_nor_credited(
    reason: Reason,
) -> None:
    document = not_sent(acting(), reason)
    document = watched(document, *steadily(WELL, 80.0, 80.0 + POLICY.close_after_healthy_s))
    incident = only(document)
    assert incident.resolution is Reason.RESOLVED_BY_OTHERS
    assert [(one.outcome, one.verdict) for one in incident.attempts] == [(reason, None)]
    assert f"outcome:{Reason.FOUND_DONE}" not in reasons(document)
    assert document.cool_downs == ()


@SURELY_NOT_SENT
def test_it_is_decided_anew_under_another_id_and_uses_up_no_attempt(reason: Reason) -> None:
    document, now_s = acting(), AT_S
    for number in range(2, 6):  # more often than the step may be done
        document = not_sent(document, reason, now_s)
        now_s += POLICY.hold_s
        document = decided(document, SICK, now_s).document
        (intent,) = document.intents
        assert intent.id.endswith(f"-s1-a{number}")


@SURELY_NOT_SENT
def test_at_a_second_send_the_first_one_stays_in_doubt(reason: Reason) -> None:
    again = decided(acting(), SICK, SOAKED_S + 20.0).document
    assert again.intents[0].resends == 1
    document = not_sent(again, reason, SOAKED_S + 20.0)
    incident = only(document)
    assert (incident.phase, len(document.intents)) == (Phase.ACTING, 1)
    assert incident.attempts[0].owed
    done = decided(document, WELL, SOAKED_S + 40.0).document
    assert only(done).attempts[0].outcome is Reason.FOUND_DONE, "the first one may have done it"
