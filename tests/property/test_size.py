"""How large a document gets when every sender uses every bound: docs/decisions/0006."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.property.adversary import Adversary, bytes_by_part, lived
from tests.property.worlds import examples
from tests.unit.domain.builders import NOW_S, POLICY, WEB
from worker.domain.deciding.policy import Policy
from worker.domain.document.identity import Subject, SubjectKind
from worker.domain.document.subject import SubjectDocument
from worker.domain.incoming.inbox import INBOX_MAX, accept
from worker.domain.playbooks.playbook import Mode
from worker.domain.story.journal import EntryKind, broken_at
from worker.domain.story.reason import Reason

DOCUMENT_MAX_BYTES = 2 * 2**20  # the sidecar takes 4 MiB
TURNS = 80

seeds = st.integers(0, 2**32)
NAMESPACE = Subject(SubjectKind.UNRESOLVED, "n" * 1024, "")
subjects = st.sampled_from((WEB, NAMESPACE))


def largest(
    adversary: Adversary, subject: Subject, turns: int = TURNS, policy: Policy = POLICY
) -> tuple[int, dict[str, int]]:
    """Its bytes, and its parts, at the worst moment."""
    worst, parts = 0, dict[str, int]()
    for document in lived(adversary, subject, turns, policy):
        size = len(orjson.dumps(document))
        if size > worst:
            worst, parts = size, bytes_by_part(document)
    return worst, parts


@pytest.mark.parametrize("character", ["x", "\u00e9"], ids=["one byte each", "two bytes each"])
@examples(10)
@given(seeds, subjects, st.booleans())
def test_a_document_stays_small_while_its_journal_is_taken(
    character: str, seed: int, subject: Subject, sinks_answer: bool
) -> None:
    size, parts = largest(Adversary(Random(seed), character, True, sinks_answer), subject)
    assert size < DOCUMENT_MAX_BYTES, parts


@pytest.mark.parametrize("character", ["\U0001f600", "\x01"], ids=["four bytes", "six, escaped"])
@pytest.mark.parametrize("seed", [1, 2])
def test_a_document_stays_small_whatever_its_texts_are_made_of(character: str, seed: int) -> None:
    size, parts = largest(Adversary(Random(seed), character, True, False), WEB)
    assert size < DOCUMENT_MAX_BYTES, parts


@pytest.mark.parametrize("mode", [Mode.OBSERVE, Mode.SUGGEST, Mode.APPROVE])
@pytest.mark.parametrize("subject", [WEB, NAMESPACE], ids=["a service", "a namespace"])
def test_a_document_stays_small_whatever_is_asked_and_owed(mode: Mode, subject: Subject) -> None:
    """Nobody takes what is owed to scopes, and nobody answers."""
    policy = replace(POLICY, mode=mode)
    size, parts = largest(Adversary(Random(1), "\U0001f600", True, False), subject, TURNS, policy)
    assert size < DOCUMENT_MAX_BYTES, parts


@pytest.mark.parametrize("character", ["x", "\U0001f600"], ids=["one byte", "four bytes"])
@pytest.mark.parametrize("turns", [TURNS, 4 * TURNS])
def test_a_document_stays_small_while_its_journal_is_stuck(character: str, turns: int) -> None:
    size, parts = largest(Adversary(Random(1), character, False, False), WEB, turns)
    assert size < DOCUMENT_MAX_BYTES, parts


@pytest.mark.parametrize("character", ["x", "\U0001f600"], ids=["one byte", "four bytes"])
def test_an_inbox_stays_small_though_what_is_in_it_comes_again_larger(character: str) -> None:
    news = Adversary(Random(1), character, True, True).grown(NOW_S)
    document = accept(SubjectDocument(WEB), news)
    assert len(orjson.dumps(document)) < DOCUMENT_MAX_BYTES / 2, bytes_by_part(document)
    said = {one.fingerprint: (one.status, one.starts_at_s) for one in document.inbox}
    assert said == {one.fingerprint: (one.status, one.starts_at_s) for one in news[INBOX_MAX:]}
    assert document.overflowed == 0


def test_what_was_only_counted_is_told_once_the_journal_is_taken_again() -> None:
    stuck = [*lived(Adversary(Random(1), "x", False, False), WEB, TURNS)][-1]
    assert stuck.untold > 0
    taken = replace(stuck, published_seq=stuck.journal_seq)
    told = taken.note(EntryKind.ALERT, Reason.ALERT_FIRING, stuck.last_now_s)
    assert told.untold == 0
    assert [one.kind for one in told.unpublished] == [EntryKind.UNTOLD, EntryKind.ALERT]
    assert told.unpublished[0].detail == {"count": str(stuck.untold)}
    assert broken_at(told.journal) is None
