"""Conditions under hostile hands: values that aren't what they should be, and expensive questions.

No time is asserted; what is too expensive is refused before it is tried, or comes back as Unknown.
"""

from __future__ import annotations

import datetime
import re
import sys
from enum import StrEnum
from types import MappingProxyType
from typing import Any

import pytest

from tests.unit.adapters.condition_values import HOSTILE, VALUES, answer
from worker.adapters.expressions import ConditionError, compile_condition
from worker.adapters.expressions.condition import PATTERN_LENGTH_MAX, REPETITIONS_MAX
from worker.adapters.expressions.values import (
    DEPTH_MAX,
    LIST_LENGTH_MAX,
    TEXT_LENGTH_MAX,
    WEIGHT_MAX,
)
from worker.domain.observed.evidence import Unknown


class Severity(StrEnum):
    CRITICAL = "critical"


def deep(levels: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(levels - 1):
        value = [value]
    return value


HOSTILE_TEXTS = [
    HOSTILE,
    "' || true || '",
    "$(reboot); rm -rf /",
    "{{7*7}}",
    "${7*7}",
    "../../etc/passwd",
    "a\r\nb\x00c\x1b[31m",
    "\u202eabc",
    "<script>alert(1)</script>",
    ".*",
    "((((a*)*)*)*)*b",
    "true",
    "facts.pods.ready",
]


@pytest.mark.parametrize("text", HOSTILE_TEXTS)
def test_what_a_label_says_is_data(text: str) -> None:
    values = {"alert": {"labels": {"note": text, text: "key"}}, "facts": {"said": text}}
    assert answer('alert.labels.note == "pay"', values) is False
    assert answer('facts.said == "pay" || facts.said.contains("#")', values) is False
    assert answer('alert.labels.note.matches("^pay$")', values) is False
    assert answer("alert.labels.note == facts.said", values) is True
    assert answer("alert.labels[facts.said] == 'key'", values) is True
    spoken = answer("int(alert.labels.note) == 1 || alert.labels[facts.said + '?'] == ''", values)
    assert isinstance(spoken, Unknown)
    assert spoken.why.isprintable()
    assert len(spoken.why) <= 200


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (object(), "no text, truth or number but object"),
        (b"1", "no text, truth or number but bytes"),
        ({1}, "no text, truth or number but set"),
        (datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC), "but datetime"),
        (float("nan"), "no text, truth or number but float"),
        (float("inf"), "no text, truth or number but float"),
        (2**63, "no text, truth or number but int"),
        ("\ud800", "half a character in it"),
        (["\ud800"], "half a character in it"),
        ([{"a": Unknown("slow")}], "not known in all of its parts, slow"),
        ([{1: "a"}], "a key that is int, not text"),
        (deep(DEPTH_MAX + 1), f"nested deeper than {DEPTH_MAX}"),
        ([0] * (LIST_LENGTH_MAX + 1), f"{LIST_LENGTH_MAX + 1} entries; at most"),
        ("a" * (TEXT_LENGTH_MAX + 1), f"{TEXT_LENGTH_MAX + 1} characters; at most"),
        ([["a" * 1000]] * 200, "too large to be judged"),
        (Unknown("slow"), "not known, slow"),
    ],
    ids=lambda value: re.sub(r" at 0x\w+", "", repr(value))[:30],
)
def test_facts_that_no_condition_may_see(value: Any, says: str) -> None:
    given = answer("facts.odd != 1", {"facts": {"odd": value}})
    assert isinstance(given, Unknown)
    assert given.why.startswith("facts.odd: ")
    assert says in given.why


@pytest.mark.parametrize(
    "value",
    [deep(DEPTH_MAX), [0] * LIST_LENGTH_MAX, "a" * TEXT_LENGTH_MAX, (1, 2), Severity.CRITICAL,
     [MappingProxyType({"a": 1})], 2**63 - 1, -(2**63) + 1, "", None, True],
    ids=lambda value: repr(value)[:30],
)  # fmt: skip
def test_facts_that_a_condition_may_see(value: Any) -> None:
    assert answer("facts.odd == facts.odd", {"facts": {"odd": value}}) is True


@pytest.mark.parametrize(
    ("text", "part", "value"),
    [
        ("alert.name != 'a'", "name", 5),
        ("alert.name != 'a'", "name", None),
        ("alert.name != 'a'", "name", True),
        ("alert.name != 'a'", "name", ["a"]),
        ("!has(alert.labels.a)", "labels", []),
        ("!has(alert.labels.a)", "labels", {"b": 1}),
        ("!has(alert.labels.a)", "labels", {1: "a"}),
        ("!has(alert.labels.a)", "labels", {"b": "\ud800"}),
        ("!has(alert.labels.a)", "labels", {str(n): "a" * 1000 for n in range(WEIGHT_MAX // 1000)}),
        ("alert.starts_at_s != 7.0", "starts_at_s", "7"),
        ("alert.starts_at_s != 7.0", "starts_at_s", True),
        ("alert.starts_at_s != 7.0", "starts_at_s", float("nan")),
        ("alert.starts_at_s != 7.0", "starts_at_s", 10**400),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_a_variable_that_is_not_what_its_name_promises(text: str, part: str, value: Any) -> None:
    assert isinstance(answer(text, {"alert": {part: value}}), Unknown)
    assert isinstance(answer(text, VALUES), bool)


def test_a_truth_is_no_number_and_a_number_no_truth() -> None:
    for attempts in (True, 1.5, "1", -(2**64)):
        given = answer("incident.attempts != 9", {"incident": {"attempts": attempts}})
        assert isinstance(given, Unknown)
    assert answer("facts.one == facts.yes", {"facts": {"one": 1, "yes": True}}) is False


def test_an_enumeration_is_its_text() -> None:
    assert answer('alert.severity == "critical"', {"alert": {"severity": Severity.CRITICAL}})


@pytest.mark.parametrize(
    "text",
    [
        f"size({'facts.l.map(x, x)' + '.map(x, x + x)' * 20}) > 0",
        "facts.l.all(x, facts.l.all(y, y >= 0))",
        "facts.l.exists(x, size(facts.t + facts.t) > 0)",
        "size((facts.l + facts.l).filter(x, x > 0)) > 0",
        "facts.l.exists(x, alert.name.matches('a'))",
        "alert.name.matches('(a{30}){30}')",
        "alert.name.matches('[a-z]{30}{30}')",
        "alert.name.matches('(?:a{0,30}b)' + '{30}')",
        f"alert.name.matches('a{{{REPETITIONS_MAX + 1}}}')",
        r"alert.name.matches('a\x7b30\x7d\x7b30\x7d')",
        r"alert.name.matches(r'\pL{30}')",
        f"alert.name.matches('{'a' * (PATTERN_LENGTH_MAX + 1)}')",
        f"{'(' * 200}true{')' * 200}",
        f"facts.l{'.a' * 100} == 1",
        "alert.name == '''a''' || true",
        "alert.name == b'a'",
        "br'\\' == br'\\'",
        "true // ' || false",
        "has/**/(facts.l)",
        "google.protobuf.Duration{seconds: 1} == null",
        "{'a': 1}.a == 1",
        "\u200btrue",
        "tr\u0000ue",
        '"\u202e" == "a"',
        "facts.l.exists(facts, facts.x == 1)",
        "dyn(facts.l) == 1",
        "cel.bind(x, 1, x == 1)",
        "type(1) == int",
        "alert.labels.?a == 1",
        "alert.labels.`a` == '1'",
        "1 && true; true",
        "\ud800",
    ],
)
def test_what_is_no_condition(text: str) -> None:
    with pytest.raises(ConditionError, match=r"\w"):
        compile_condition(text)


def test_a_list_is_not_read_anew_in_each_round() -> None:
    values = {"facts": {"l": list(range(LIST_LENGTH_MAX)), "one": 1}}
    given = answer("facts.l.all(x, x in facts.l)", values)
    assert given == Unknown("facts.l: a list that each round of a macro would read")
    assert answer("facts.l.all(x, x in [facts.one, x])", values) is True


def test_it_needs_no_deep_stack() -> None:
    limit = sys.getrecursionlimit()
    assert answer("!" * 250 + "true", {}) is True
    assert sys.getrecursionlimit() == limit
