"""Conditions against an evaluator of their own: a yes is a yes in three-valued logic, too.

The grammar is small: comparisons of facts and labels, has(), macros, !, &&, || and ?:. A fact may
be absent, nothing, or of any kind, so that many questions have no answer for one reason or another.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from worker.adapters.expressions import compile_condition
from worker.domain.observed.evidence import Unknown

Values = dict[str, Any]
Truth = bool | None  # None: not known

SCALARS = st.one_of(st.integers(-2, 2), st.sampled_from(["", "a", "b"]), st.booleans(), st.none())
FACTS = st.dictionaries(
    st.sampled_from(["a", "b", "l"]), st.one_of(SCALARS, st.lists(SCALARS, max_size=3))
)
LABELS = st.dictionaries(st.sampled_from(["x", "y"]), st.sampled_from(["", "a", "b"]))


class UnclearError(Exception):
    """A term that has no value."""


@dataclass(frozen=True)
class Rule:
    """A question as CEL writes it, and what its answer is."""

    text: str
    holds: Callable[[Values], Truth]


def literal(value: object) -> str:
    return json.dumps(value)


def fact(name: str, values: Values) -> Any:
    if name not in values["facts"]:
        raise UnclearError
    return values["facts"][name]


def compare(sign: str, left: Any, right: Any) -> bool:
    if sign == "<":
        if type(left) is not type(right) or not isinstance(left, bool | int | str):
            raise UnclearError
        return bool(left < right)
    equal = type(left) is type(right) and left == right
    return equal if sign == "==" else not equal


def clear(question: Callable[[], bool]) -> Truth:
    try:
        return question()
    except UnclearError:
        return None


def either(answers: list[Truth]) -> Truth:
    return True if True in answers else None if None in answers else False


def no(answer: Truth) -> Truth:
    return None if answer is None else not answer


SIGNS = st.sampled_from(["==", "!=", "<"])
NAMES = st.sampled_from(["a", "b", "l"])

TRUTHS = st.booleans().map(lambda value: Rule(literal(value), lambda _: value))
BARE = NAMES.map(
    lambda name: Rule(
        f"facts.{name}",
        lambda values: value if isinstance(value := values["facts"].get(name), bool) else None,
    )
)
HAS = st.sampled_from(["x", "y"]).map(
    lambda name: Rule(f"has(alert.labels.{name})", lambda values: name in values["labels"])
)


def with_literal(name: str, sign: str, value: Any) -> Rule:
    return Rule(
        f"facts.{name} {sign} {literal(value)}",
        lambda values: clear(lambda: compare(sign, fact(name, values), value)),
    )


def with_fact(name: str, sign: str, other: str) -> Rule:
    return Rule(
        f"facts.{name} {sign} facts.{other}",
        lambda values: clear(lambda: compare(sign, fact(name, values), fact(other, values))),
    )


def with_label(name: str, sign: str, value: str) -> Rule:
    def holds(values: Values) -> Truth:
        labels = values["labels"]
        return compare(sign, labels[name], value) if name in labels else None

    return Rule(f"alert.labels.{name} {sign} {literal(value)}", holds)


def macro(of_all: bool, name: str, sign: str, value: Any) -> Rule:
    def holds(values: Values) -> Truth:
        entries = values["facts"].get(name)
        if not isinstance(entries, list):
            return None
        answers = [clear(lambda one=one: compare(sign, one, value)) for one in entries]  # type: ignore[misc]
        return no(either([no(one) for one in answers])) if of_all else either(answers)

    word = "all" if of_all else "exists"
    return Rule(f"facts.{name}.{word}(one, one {sign} {literal(value)})", holds)


QUESTIONS = st.one_of(
    TRUTHS,
    BARE,
    HAS,
    st.builds(with_literal, NAMES, SIGNS, SCALARS),
    st.builds(with_fact, NAMES, SIGNS, NAMES),
    st.builds(with_label, st.sampled_from(["x", "y"]), SIGNS, st.sampled_from(["", "a"])),
    st.builds(macro, st.booleans(), NAMES, SIGNS, SCALARS),
)


def grown(inner: st.SearchStrategy[Rule]) -> st.SearchStrategy[Rule]:
    def both(a: Rule, b: Rule) -> Rule:
        return Rule(
            f"({a.text} && {b.text})",
            lambda values: no(either([no(a.holds(values)), no(b.holds(values))])),
        )

    def chosen(a: Rule, b: Rule, c: Rule) -> Rule:
        def holds(values: Values) -> Truth:
            first = a.holds(values)
            return None if first is None else (b if first else c).holds(values)

        return Rule(f"({a.text} ? {b.text} : {c.text})", holds)

    return st.one_of(
        st.builds(both, inner, inner),
        st.builds(
            lambda a, b: Rule(
                f"({a.text} || {b.text})", lambda values: either([a.holds(values), b.holds(values)])
            ),
            inner,
            inner,
        ),
        inner.map(lambda a: Rule(f"!({a.text})", lambda values: no(a.holds(values)))),
        st.builds(chosen, inner, inner, inner),
    )


@settings(max_examples=300)
@given(st.recursive(QUESTIONS, grown, max_leaves=6), FACTS, LABELS)
def test_an_answer_is_the_answer_of_three_valued_logic(
    rule: Rule, facts: Values, labels: Values
) -> None:
    condition = compile_condition(rule.text)
    answer = condition.evaluate({"facts": facts, "alert": {"labels": labels}})
    expected = rule.holds({"facts": facts, "labels": labels})
    if expected is None:
        assert isinstance(answer, Unknown), rule.text
    else:
        assert answer is expected, rule.text
