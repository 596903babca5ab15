"""Which series a rule needs to say anything, and which labels of its alert they have to fit."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from worker.adapters.prometheus_rules.needs import NEEDS_MAX, WALKED_MAX, needs
from worker.adapters.prometheus_rules.ranges import LENGTH_MAX, SIGNS_MAX, UnreadableError
from worker.adapters.prometheus_rules.resolve import Rule

LABELS = ("ns", "group", "team", "pod", "le")


def read(expression: str, *recorded: Rule, **given: str) -> dict[str, str]:
    """By selector, those of the alert's labels that it has to fit."""
    recording: dict[str, list[Rule]] = {}
    for one in recorded:
        recording.setdefault(one.name, []).append(one)
    found = needs(Rule("A", expression, alerting=True, labels=given), recording)
    return {
        one.selector(()): " ".join(name for name in LABELS if name in one.labels) for one in found
    }


ANY = " ".join(LABELS)
A, B = '{__name__="a"}', '{__name__="b"}'


@pytest.mark.parametrize(
    ("expression", "needed"),
    [
        ("a > 5", {A: ANY}),
        ("5 < a", {A: ANY}),
        ("a == bool 1", {A: ANY}),
        ("-(a) ^ 2 > 5", {A: ANY}),
        ('a{x="1",y!~"2|3"} > 5', {'{__name__="a",x="1",y!~"2|3"}': ANY}),
        ('{__name__="a",x="1"} > 5', {'{__name__="a",x="1"}': ANY}),
        ('{__name__=~"a|b"} > 5', {'{__name__=~"a|b"}': ANY}),
        ("rate(a[5m]) > 5", {A: ANY}),
        ("max_over_time((a > 3)[10m:1m]) > 5", {A: ANY}),
        ("vector(1) > 0", {}),
        ("hour() > 8 and a", {A: ANY}),
        ("absent(a)", {}),
        ("absent_over_time(a[5m]) or b > 1", {B: ANY}),
        ("a unless absent(b)", {A: ANY, B: ""}),
        ("a unless b", {A: ANY}),
        ("a unless (b unless a)", {A: ANY}),
        ("a and b", {A: ANY, B: ANY}),
        ("a and on(ns) b", {A: ANY, B: "ns"}),
        ("a and ignoring(group, team) b", {A: ANY, B: "ns pod le"}),
        ("a > 5 or b > 5", {A: ANY, B: ANY}),
        ("a / b > 5", {A: ANY, B: ANY}),
        ("a / on(ns) b > 5", {A: "ns", B: "ns"}),
        ("a / ignoring(ns) b > 5", {A: "group team pod le", B: "group team pod le"}),
        ("a / on(ns) group_left(team) b > 5", {A: "ns group pod le", B: "ns team"}),
        ("a / on(ns) group_right(team) b > 5", {A: "ns team", B: "ns group pod le"}),
        ("a / ignoring(pod) group_left b > 5", {A: ANY, B: "ns group team le"}),
        ("sum(a) > 5", {A: ""}),
        ("sum by (ns, pod) (a) > 5", {A: "ns pod"}),
        ("sum by (ns) (sum by (ns, pod) (a)) > 5", {A: "ns"}),
        ("max without (pod) (a) > 5", {A: "ns group team le"}),
        ("topk(3, a) > 5", {A: ANY}),
        ("topk by (ns) (3, a) > 5", {A: ANY}),
        ("topk(scalar(b), a) > 5", {A: ANY, B: ""}),
        ('count_values("team", a) > 5', {A: ""}),
        ('count_values by (ns, team) ("team", a) > 5', {A: "ns"}),
        ("a > scalar(b)", {A: ANY, B: ""}),
        ("histogram_quantile(0.9, sum by (ns, le) (rate(a[5m]))) > 5", {A: "ns"}),
        ('label_replace(a, "team", "$1", "x", "(.*)") > 5', {A: "ns group pod le"}),
        ("label_join(a, `team`, ',', 'x', 'y') > 5", {A: "ns group pod le"}),
        ("a offset 5m > 5", {'{__name__="a"} offset 300000ms': ANY}),
        ("a / a offset 1d > 5", {A: ANY, '{__name__="a"} offset 86400000ms': ANY}),
        ("rate(a[5m] offset -5m) > 5", {A: ANY}),
        ("max_over_time(a[1h:1m] offset 1m) > 5", {'{__name__="a"} offset 60000ms': ANY}),
        ("a > a @ 1609746000", {A: ANY}),
        ("max_over_time(b[1h:1m] @ 1609746000) < a", {A: ANY}),
        ("rate(a[5m] @ end()) > 5", {A: ANY}),
        ("a # about b\n > 5", {A: ANY}),
    ],
)
def test_needed(expression: str, needed: dict[str, str]) -> None:
    assert read(expression) == needed


@pytest.mark.parametrize(
    "text",
    ['"plain"', "'single'", "`raw\\d`", '"\\"} or vector(1) #"', '"# no comment"', '"ü\\u00fc"'],
)
def test_texts_are_kept_as_they_were_written(text: str) -> None:
    assert read(f"a{{x={text},y=~{text}}} > 5") == {f'{{__name__="a",x={text},y=~{text}}}': ANY}


def test_matchers_on_health_itself_are_left_out() -> None:
    assert read('a{x="1",code=~"5..",reason!="Fine"} > 5') == {'{__name__="a",x="1"}': ANY}


def test_labels_that_the_rule_gives_say_nothing_of_a_series() -> None:
    assert read("a > 5", team="shop", group="{{ $value }}") == {A: "ns pod le"}


def test_a_recording_rule_needs_what_it_records_from() -> None:
    rules = (
        Rule("r:one", "sum by (ns, team) (r:two)", labels={"team": "shop"}),
        Rule("r:two", "rate(a[5m])"),
        Rule("r:two", "rate(b[5m])"),
    )
    assert read("r:one > 5", *rules) == {
        '{__name__="r:one"}': ANY, '{__name__="r:two"}': "ns", A: "ns", B: "ns",
    }  # fmt: skip
    assert read('{__name__="r:two"} > 5', *rules[1:]).keys() == {'{__name__="r:two"}', A, B}
    assert read("b unless r:two", *rules[1:]) == {B: ANY}


CYCLE = (Rule("r:one", "r:two"), Rule("r:two", "r:one or a"))
WIDE = [
    *(Rule("r:all", f"sum(r:{n})") for n in range(20)),
    *(Rule(f"r:{n}", f"r:base offset {m + 1}m") for n in range(20) for m in range(20)),
    Rule("r:base", "a"),
]


@pytest.mark.parametrize(
    ("expression", "rules", "why"),
    [
        ("a >", (), "unexpected|invalid"),
        ("a{x='1' or y='2'} > 5", (), "`or` between matchers"),
        ('{code="500"} > 5', (), "names nothing"),
        ("r:one > 5", CYCLE, "its own past"),
        ("ALERTS > 0", (), "depends on alerts"),
        ("x:y > 0", (), "by whom"),
        ('{x="1"} > 0', CYCLE, "by whom"),
        ("r:all > 5", WIDE, "more than"),
        (" + ".join(f"a{n}" for n in range(NEEDS_MAX + 2)), (), "more than"),
        ("+".join(["a"] * (SIGNS_MAX + 2)), (), "operators and brackets"),
        ("a" * (LENGTH_MAX + 1), (), "characters"),
        ('{__name__="\\u0061"} > 5', (), "not plain"),
        ('label_replace(a, ("x"), "y", "z", "") > 1', (), "no plain text|invalid|expected"),
        ("a offset NaN", (), "gave up|invalid|NaN"),
    ],
)
def test_what_cannot_be_told_is_told_so(expression: str, rules: Sequence[Rule], why: str) -> None:
    with pytest.raises(UnreadableError, match=why):
        read(expression, *rules)
    assert WALKED_MAX < 20 * 20 * 20
