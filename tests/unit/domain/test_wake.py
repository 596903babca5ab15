"""When to look again for the sake of what is owed to scopes, or was said by a human."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.domain.builders import NOW_S, POLICY, WEB
from worker.domain.deciding.decision import wake_at
from worker.domain.document.outbox import HeldLease, ScopeNote
from worker.domain.document.subject import SubjectDocument
from worker.domain.people.approval import Answer, Say

NOTHING = SubjectDocument(WEB)
LEASE = HeldLease("inc-1-s1-a1", NOW_S, NOW_S + 900.0)
NOTE = ScopeNote("hold:e-1", "hold", "namespace", "shop", {})
ANSWER = Answer("inc-1-r1", "digest", "nonce", Say.YES, "ada", NOW_S)


@pytest.mark.parametrize(
    ("document", "after_s"),
    [
        pytest.param(NOTHING, None, id="nothing is owed"),
        pytest.param(replace(NOTHING, leases=(LEASE,)), POLICY.verify_every_s, id="a lease held"),
        pytest.param(
            replace(NOTHING, leases=(replace(LEASE, ended=True),)),
            POLICY.notice_retry_s,
            id="one to be given back",
        ),
        pytest.param(replace(NOTHING, scope_notes=(NOTE,)), POLICY.notice_retry_s, id="a note"),
        pytest.param(replace(NOTHING, answers=(ANSWER,)), POLICY.notice_retry_s, id="an answer"),
        pytest.param(
            replace(NOTHING, reported_sick=True), POLICY.watch_every_s, id="not yet said to be well"
        ),
    ],
)
def test_what_is_owed_to_others_wakes_it(document: SubjectDocument, after_s: float | None) -> None:
    assert document.settled is (after_s is None)
    expected = None if after_s is None else NOW_S + after_s
    assert wake_at(document, POLICY, NOW_S) == expected
