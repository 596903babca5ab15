"""The quick way to a canonical spelling gives what the exact one gives, to the byte."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.property.worlds import examples
from worker.domain.document.codec import encode
from worker.domain.document.digest import SAME_BELOW, SAME_FROM, _text, canonical


class Word(StrEnum):
    ONE = "one"
    OTHER = 'quote " and ä'


@dataclass(frozen=True, slots=True)
class Thing:
    name: str
    number: float
    many: tuple[Any, ...]
    some: frozenset[str]
    more: dict[str, Any]


EDGES = (SAME_FROM, SAME_BELOW, -SAME_BELOW, 1e-6, 1e21, -0.0, 0.0, 2.0**53, 2.0**53 + 2, 1e300)
numbers = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(EDGES),
    st.floats(-1e4, 1e4),
    st.integers(-(2**53) + 1, 2**53 - 1),
    st.integers(-(10**6), 10**6).map(float),
)
texts = st.text(st.characters(codec="utf-8"), max_size=20)
values: st.SearchStrategy[Any] = st.recursive(
    st.one_of(st.none(), st.booleans(), numbers, texts, st.sampled_from(Word)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=4).map(tuple),
        st.dictionaries(texts, inner, max_size=4),
        st.builds(
            Thing, texts, numbers, st.lists(inner, max_size=3).map(tuple),
            st.frozensets(texts, max_size=3), st.dictionaries(texts, inner, max_size=3),
        ),
    ),
    max_leaves=20,
)  # fmt: skip


@examples(500)
@given(values)
def test_both_ways_spell_alike(value: Any) -> None:
    assert canonical(value) == _text(encode(value)).encode()
