"""A remedy after which less runs than before is put back, and a human's: no other one follows it.

What runs is counted from what was seen; what follows, from what was sent.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.property.lives import Move, live
from tests.property.worlds import examples
from tests.unit.domain.builders import ACCEPTED, POLICY, WEB
from tests.unit.domain.remedies import REMEDIES, Remedy
from worker.domain.document.incident import Phase
from worker.domain.document.subject import SubjectDocument
from worker.domain.observed.evidence import RolloutHealth
from worker.domain.observed.facts import Facts

LONG_ENOUGH = (31.0, 901.0, 31.0, 901.0, *[31.0] * 6)  # past every deadline
pauses = st.lists(st.sampled_from((16.0, 31.0, 59.0, 901.0)), max_size=12).map(
    lambda some: [*some, *LONG_ENOUGH]
)


def with_less(remedy: Remedy, less: int) -> Facts:
    """As after it was done in vain, and fewer are available than just before it."""
    before, after = remedy.before.rollout, remedy.in_vain.rollout
    assert isinstance(before, RolloutHealth)
    assert isinstance(after, RolloutHealth)
    changed = replace(after, available=max(0, before.available - less), updated=after.desired)
    return replace(remedy.in_vain, rollout=changed)


def followed_by(
    remedy: Remedy, after: Facts, pauses_s: list[float]
) -> tuple[list[str], SubjectDocument]:
    """What was sent after it but undos, and how it stands then."""
    document = SubjectDocument(WEB)
    life = [
        Move(0.0, (remedy.news,), remedy.before, None, False, True),
        Move(61.0, (), remedy.before, ACCEPTED, False, True),
        *(Move(passed_s, (), after, ACCEPTED, False, True) for passed_s in pauses_s),
    ]
    sent: list[str] = []
    for step in live(WEB, life, POLICY, remedy.pack):
        document = step.after
        for intent in step.decision.perform if step.decision else ():
            incident = step.after.incident(intent.incident)
            attempt = incident.attempt(intent.id) if incident else None
            assert attempt is not None
            if not attempt.undoes:
                sent.append(intent.action)
    assert sent[:1] == [remedy.verb], "it was never done"
    return sent[1:], document


remedies = pytest.mark.parametrize("remedy", REMEDIES, ids=lambda remedy: remedy.verb)


@remedies
@examples(25)
@given(less=st.integers(1, 3), pauses_s=pauses)
def test_what_made_it_worse_is_the_last_remedy(
    remedy: Remedy, less: int, pauses_s: list[float]
) -> None:
    others, document = followed_by(remedy, with_less(remedy, less), pauses_s)
    assert others == []
    (incident,) = document.incidents
    assert incident.phase is Phase.ESCALATED


def test_what_only_did_not_help_is_followed_by_the_next() -> None:
    """Else the above would be true of ladders of one rung."""
    steady = [31.0] * 40
    followed = [followed_by(one, one.in_vain, steady)[0] for one in REMEDIES]
    assert sum("rollout_restart" in others for others in followed) >= 2
