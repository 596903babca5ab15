"""Only a human's yes to this very question sends anything, and only what was asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.property.lives import PACK, REPAIR, answers, live
from tests.property.worlds import CRASHED, WELL, at, benign
from tests.unit.domain.builders import POLICY, WEB, crashing, rollout
from worker.domain.deciding.decision import decide
from worker.domain.document.outbox import Intent
from worker.domain.document.subject import SubjectDocument
from worker.domain.incoming.absorb import absorb
from worker.domain.observed.facts import Facts
from worker.domain.observed.pods import PodHealth
from worker.domain.people.approval import Answer, Say
from worker.domain.playbooks.playbook import Mode

ASKING = replace(POLICY, mode=Mode.APPROVE)
LATER_S = 20.0
WRONG: dict[str, Callable[[Answer], Answer]] = {
    "to another plan": lambda one: replace(one, digest="0" * 64),
    "to an earlier question": lambda one: replace(one, nonce="0" * 16),
    "to a question of another's": lambda one: replace(one, request="req-0"),
    "by a machine": lambda one: replace(one, bot=True),
    "by nobody": lambda one: replace(one, by=""),
    "too late": lambda one: replace(one, at_s=one.at_s + ASKING.approval_s),
    "that is a no": lambda one: replace(one, say=Say.NO),
}


def asked() -> tuple[SubjectDocument, float]:
    """Somebody is asked whether web-1 may be evicted."""
    steps = [*live(WEB, [REPAIR[0], replace(REPAIR[1], answered=None)], ASKING)]
    return steps[-1].after, steps[-1].now_s + LATER_S


def after(change: Callable[[Answer], Answer], seen: Facts = CRASHED) -> tuple[Intent, ...]:
    """What is sent once that was said."""
    document, now_s = asked()
    said = tuple(change(one) for one in answers(document, Say.YES, now_s - 1.0))
    assert said, "nothing was asked"
    heard = absorb(replace(document, answers=said), ASKING, now_s)
    return decide(heard, at(seen, now_s), PACK, ASKING, now_s).perform


def test_a_yes_sends_what_was_asked() -> None:
    assert [one.target.name for one in after(lambda one: one)] == ["web-1"]


@pytest.mark.parametrize("how", WRONG)
def test_an_answer_that_is_none_sends_nothing(how: str) -> None:
    assert after(WRONG[how]) == ()


def test_silence_sends_nothing() -> None:
    document, now_s = asked()
    assert decide(document, at(CRASHED, now_s), PACK, ASKING, now_s).perform == ()


def test_a_yes_to_one_pod_is_none_to_another() -> None:
    others = benign(rollout(available=2, ready=2), PodHealth((crashing("web-4"), *WELL[1:])))
    assert after(lambda one: one, others) == ()
