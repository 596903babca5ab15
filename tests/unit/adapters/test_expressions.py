"""Conditions: what a playbook's author may ask, and what is said about what can't be asked.

The hostile ones are in test_expressions_hostile.py.
"""

from __future__ import annotations

import pytest

from tests.unit.adapters.condition_values import VALUES, answer
from worker.adapters.expressions import ConditionError, compile_condition
from worker.adapters.expressions.language import PATTERNS_MAX
from worker.adapters.expressions.tokens import TEXT_LENGTH_MAX, TOKENS_MAX
from worker.domain.observed.evidence import Unknown


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('alert.name == "KubePodCrashLooping" && alert.severity == "critical"', True),
        ("alert.name != 'KubePodCrashLooping'", False),
        ('alert.severity in ["warning", "critical"]', True),
        ('alert.name.startsWith("Kube") && alert.name.endsWith("Looping")', True),
        ('alert.name.contains("Crash")', True),
        (r'alert.name.matches(r"^Kube[A-Z][a-z]{2,20}")', True),
        ('alert.name.matches("^kube")', False),
        ("has(alert.labels.team)", True),
        ("has(alert.labels.zone)", False),
        ("!has(alert.labels.zone)", True),
        ('"team" in alert.labels', True),
        ('alert.labels["app.kubernetes.io/name"] == "web"', True),
        ('has(alert.labels.zone) && alert.labels.zone == "a"', False),
        ('alert.annotations.summary.contains("looping")', True),
        ("now - alert.starts_at_s > 600.0", True),
        ("incident.attempts < 3 && incident.opened_at_s < now", True),
        ('subject.namespace == "shop" && subject.workload_kind == "Deployment"', True),
        ("subject.kind == subject.name", False),
        ("facts.pods.ready * 2 < facts.pods.live", True),
        ("facts.pods.share < 0.5", True),
        ("facts.pods.ready < 1.5", True),
        ("facts.pods.killed_for_memory", True),
        ("!facts.pods.killed_for_memory", False),
        ("facts.pods.owner == null", True),
        ('"n2" in facts.pods.nodes', True),
        ("size(facts.pods.nodes) == 2 && facts.pods.nodes.size() == 2", True),
        ('facts.pods.nodes[0] == "n1"', True),
        ("facts.pods.sick.exists(pod, pod.restarts > 5)", True),
        ("facts.pods.sick.all(pod, pod.restarts > 5)", False),
        ("facts.pods.sick.exists_one(pod, pod.ready)", True),
        ("size(facts.pods.sick.filter(pod, !pod.ready)) == 1", True),
        ("facts.pods.none.all(pod, pod.ready)", True),
        ('facts.rollout.labels["tier"] == "front"', True),
        ("facts.pods.live % 2 == 1 ? alert.severity == 'critical' : false", True),
        ("int('5') + 1 == 6 && string(2) == '2' && double(2) == 2.0", True),
        ("alert.severity\n  == 'critical'", True),
        ("true", True),
        ("false", False),
    ],
)
def test_a_known_answer(text: str, expected: bool) -> None:
    assert answer(text) is expected


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("facts.pods.absent == 1", "facts.pods.absent: not known"),
        ("facts.pods.absent != 1", "facts.pods.absent: not known"),
        ("!(facts.pods.absent == 1)", "facts.pods.absent: not known"),
        ("facts.nodes.ready > 0", "facts.nodes.ready: not known"),
        ("facts.history.proven", "facts.history.proven: not known, the API server was silent"),
        ("facts.pods.ready.much == 1", "facts.pods.ready.much: not known"),
        ('alert.labels.zone == "a"', 'Key not found in map : "zone"'),
        ('alert.labels.zone != "a"', 'Key not found in map : "zone"'),
        ('facts.rollout.labels["zone"] != "a"', 'Key not found in map : "zone"'),
        ("facts.pods.sick.all(pod, pod.absent == 1)", 'Key not found in map : "absent"'),
        ("facts.pods.nodes[7] == ''", "Index error: index=7 size=2"),
        ("facts.pods.ready", "gives INT, neither yes nor no"),
        ("facts.pods.nodes", "gives LIST<DYN>, neither yes nor no"),
        ("facts.pods.owner", "gives NULL, neither yes nor no"),
        ("facts.pods.ready && true", "No matching overloads found : _&&_"),
        ("facts.pods.ready < '2'", "No matching overloads found : _<_(int64, string)"),
        ("facts.pods.live % 0 == 1", "modulus by zero"),
        ("9223372036854775807 + facts.pods.ready > 0", "integer overflow"),
        ("int(alert.severity) == 1", "cannot convert string to int"),
        ("facts.pods", "facts.pods: a group of values; name one of them"),
        ("size(facts.pods) == 8", "facts.pods: a group of values; name one of them"),
        ('!("absent" in facts.pods)', "facts.pods: a group of values; name one of them"),
        ('!("x" in facts.rollout.labels)', "facts.rollout.labels: a group of values; "),
        (
            'facts.rollout.labels["tier"] == "front" && !("x" in facts.rollout.labels)',
            "facts.rollout.labels: a group of values; ",
        ),
    ],
)
def test_no_answer(text: str, why: str) -> None:
    given = answer(text)
    assert isinstance(given, Unknown)
    assert given.why.startswith(why)


def test_what_does_not_matter_may_be_unknown() -> None:
    assert answer("facts.pods.absent == 1 || alert.severity == 'critical'") is True
    assert answer("facts.pods.absent == 1 && alert.severity == 'info'") is False
    assert isinstance(answer("facts.pods.absent == 1 || alert.severity == 'info'"), Unknown)


@pytest.mark.parametrize("name", ["alert", "subject", "incident", "facts", "now"])
def test_a_part_that_is_missing_altogether(name: str) -> None:
    text = {
        "alert": "!has(alert.labels.team)",
        "subject": "subject.name != ''",
        "incident": "incident.attempts != 7",
        "facts": "facts.pods.ready != 7",
        "now": "now > 1.0",
    }[name]
    assert answer(text) is (name != "alert")
    without = {key: value for key, value in VALUES.items() if key != name}
    assert isinstance(answer(text, without), Unknown)
    assert isinstance(answer(text, {}), Unknown)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "empty; write a condition"),
        (" \n", "empty; write a condition"),
        ("alert.severty == 'a'", "column 1: alert.severty is unknown; known are alert.name, "),
        ("alert == 'a'", "column 1: alert is unknown; known are alert.name"),
        ("true && facts == 1", "column 9: facts is no value; name one of them"),
        ("pods.ready == 1", "line 1, column 5: undeclared reference to 'pods.ready'; known are f"),
        ("now - alert.starts_at_s > 600", "line 1, column 25: .*; write the number with a point"),
        ("alert.name == 1", "line 1, column 12: .*; both sides must be of one kind"),
        ("alert.name", "gives STRING, neither yes nor no; write a comparison"),
        ("1", "gives INT, neither yes nor no"),
        ("alert.name == 'a' &&", "line 1, column 21: Syntax error: .*; write one CEL expression"),
        ("true\n&& &&", "line 2, column 4: Syntax error"),
        ("alert.name == 'a", 'column 15: "\'" is not part of a condition'),
        ("has(facts.pods.ready)", "column 1: has.. is for alert.labels and alert.annotations"),
        ("has(alert.name)", "column 1: has.. is for alert.labels"),
        ("'a' in facts", "column 8: facts is no value"),
        ("facts.a.exists(x, 'k' in x)", "column 23: after `in` comes a list or a variable"),
        ("now / 2.0 > 1.0", "column 5: a division by 0.0 would be no error; multiply"),
        ("lowerAscii(alert.name) == 'a'", "column 1: lowerAscii.. is not for conditions; known"),
        ("alert.name.matches(alert.severity)", "column 12: a pattern is written out"),
        ("alert.name.matches(now)", "column 12: a pattern is written out"),
        ("alert.name.matches('(')", "pattern '.': .*missing .*; write it for RE2"),
        ("alert.name.matches('(?=a)')", "invalid perl operator: .*; write it for RE2"),
        ("facts.a.exists(x, x.matches('a'))", "column 21: matches within a macro; use startsW"),
        ("facts.a.exists(x, x + 1 > 2)", "column 21: `.` in a condition with a macro"),
        ("facts.a.exists(x, x.b.all(y, y))", "column 23: a macro within a macro"),
        ("facts.a.map(x, x) == []", "column 9: map.. is not for conditions"),
    ],
)
def test_what_can_be_known_beforehand(text: str, says: str) -> None:
    with pytest.raises(ConditionError, match=says):
        compile_condition(text)


def test_bounds_of_a_text() -> None:
    long_text = f'alert.name == "{"a" * TEXT_LENGTH_MAX}'[: TEXT_LENGTH_MAX - 1] + '"'
    assert answer(long_text) is False
    with pytest.raises(ConditionError, match=f"{TEXT_LENGTH_MAX + 1} characters; at most"):
        compile_condition(long_text + " ")
    in_list = (TOKENS_MAX - 5) // 2  # five are 1, in, the brackets and the last 2
    assert answer(f"1 in [{'2,' * in_list}2]") is False
    with pytest.raises(ConditionError, match=f"words and signs; at most {TOKENS_MAX}"):
        compile_condition(f"1 in [{'2,' * in_list}2, 2]")
    pattern = 'alert.name.matches("^K")'
    assert answer(" && ".join([pattern] * PATTERNS_MAX)) is True
    with pytest.raises(ConditionError, match=f"more than {PATTERNS_MAX} patterns"):
        compile_condition(" && ".join([pattern] * (PATTERNS_MAX + 1)))


def test_what_a_condition_says_about_itself() -> None:
    text = 'now > 1.0 && facts.pods.sick.exists(p, p.name == alert.labels.pod) && "a" in ["b"]'
    condition = compile_condition(text)
    assert condition.text == text
    assert condition.names == {"now", "facts.pods.sick", "alert.labels"}
