"""Whatever the text and the values are, a condition is refused or answers; it never raises."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from worker.adapters.expressions import Condition, ConditionError, compile_condition
from worker.domain.observed.evidence import Unknown

Values = dict[str, Any]

PIECES = """
alert facts subject now . name labels pods l ( ) [ ] , ! == != < > + - * % && || ? : in has size all
exists filter matches x x. true false null 1 0.5 'a' "^a+$" \\ ' é { } //
"""
WORDS = st.sampled_from([*PIECES.split(), "\n"])
ANYTHING = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.binary()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(), inner, max_size=4)
    ),
)
ROOTS = st.sampled_from(["alert", "facts", "now", "subject"])


def compiled(text: str) -> Condition | None:
    try:
        return compile_condition(text)
    except ConditionError:
        return None


@settings(max_examples=300)
@given(
    st.one_of(st.text(), st.lists(WORDS, max_size=30).map(" ".join)),
    st.dictionaries(ROOTS, ANYTHING),
)
def test_any_text_is_refused_or_answers(text: str, values: Values) -> None:
    condition = compiled(text)
    assert condition is None or isinstance(condition.evaluate(values), bool | Unknown)


@settings(max_examples=300)
@given(ANYTHING, ANYTHING)
def test_any_values_get_an_answer(one: Any, other: Any) -> None:
    condition = compile_condition("facts.one == facts.other || alert.name == 'a' || now > 1.0")
    values = {"facts": {"one": one, "other": other}, "alert": other, "now": one}
    assert isinstance(condition.evaluate(values), bool | Unknown)


@settings(max_examples=100)
@given(ANYTHING)
def test_a_yes_is_a_truth_and_nothing_that_looks_like_one(value: Any) -> None:
    answer = compile_condition("facts.value").evaluate({"facts": {"value": value}})
    assert (answer is True) == (value is True)
    assert (answer is False) == (value is False)


@pytest.mark.parametrize("values", [None, [], 5, "facts"])
def test_no_values_at_all(values: Any) -> None:
    assert isinstance(compile_condition("facts.value").evaluate(values), Unknown)
