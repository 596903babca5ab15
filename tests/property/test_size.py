"""How large a document gets when every sender uses every bound: docs/decisions/0006."""

from __future__ import annotations

from random import Random

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.property.adversary import Adversary, bytes_by_part, lived
from tests.property.worlds import examples
from tests.unit.domain.builders import WEB
from worker.domain.identity import Subject, SubjectKind

DOCUMENT_MAX_BYTES = 512 * 1024
TURNS = 80

seeds = st.integers(0, 2**32)
subjects = st.sampled_from((WEB, Subject(SubjectKind.UNRESOLVED, "n" * 1024, "")))


def largest(
    adversary: Adversary, subject: Subject, turns: int = TURNS
) -> tuple[int, dict[str, int]]:
    """Its bytes, and its parts, at the worst moment."""
    worst, parts = 0, dict[str, int]()
    for document in lived(adversary, subject, turns):
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


@pytest.mark.xfail(strict=True, reason="characters are bounded, not bytes")
@pytest.mark.parametrize("character", ["\U0001f600", "\x01"], ids=["four bytes", "six, escaped"])
@pytest.mark.parametrize("seed", [1, 2])
def test_a_document_stays_small_whatever_its_texts_are_made_of(character: str, seed: int) -> None:
    size, parts = largest(Adversary(Random(seed), character, True, False), WEB)
    assert size < DOCUMENT_MAX_BYTES, parts


@pytest.mark.xfail(strict=True, reason="only repeated alerts cease to be told")
@pytest.mark.parametrize("seed", [1, 2])
def test_a_document_stays_small_while_its_journal_is_stuck(seed: int) -> None:
    """Ops-events, overflows and new incidents go on adding entries: it grows for ever."""
    size, parts = largest(Adversary(Random(seed), "x", False, False), WEB, 4 * TURNS)
    assert size < DOCUMENT_MAX_BYTES, parts
