"""Which window follows from which rules: ranges, offsets, subqueries, recording rules."""

from __future__ import annotations

import pytest

from worker.adapters.prometheus_rules.ranges import (
    LENGTH_MAX,
    SIGNS_MAX,
    UnreadableError,
    reads,
)
from worker.adapters.prometheus_rules.resolve import REASON_LENGTH_MAX, Rule, resolve
from worker.domain.observed.rule_window import RuleWindow

MINUTE_S, HOUR_S, DAY_S = 60.0, 3600.0, 86400.0


def lookback_s(expression: str, **recorded: str) -> float:
    """Of an alert with this expression; a keyword `job__up` is the recording rule `job:up`."""
    records = [Rule(name.replace("__", ":"), text) for name, text in recorded.items()]
    windows, unreadable = resolve([Rule("A", expression, alerting=True), *records])
    assert unreadable == {}
    return windows["A"].lookback_s


def why_not(expression: str, **recorded: str) -> str:
    records = [Rule(name.replace("__", ":"), text) for name, text in recorded.items()]
    windows, unreadable = resolve([Rule("A", expression, alerting=True), *records])
    assert windows == {}
    return unreadable["A"]


@pytest.mark.parametrize(
    ("expression", "expected_s"),
    [
        ("up == 0", 0.0),
        ("vector(1)", 0.0),
        ("1 > bool 0", 0.0),
        ("time() - timestamp(up) > 300", 0.0),
        ('max_over_time(waiting{reason="CrashLoopBackOff"}[5m]) >= 1', 5 * MINUTE_S),
        ("rate(errors[1m30s]) > 0", 90.0),
        ("rate(errors[90]) > 0", 90.0),
        ("rate(errors[1d12h]) > 0", 1.5 * DAY_S),
        ("rate(errors[500ms]) > 0", 0.5),
        ("absent_over_time(up[10m])", 10 * MINUTE_S),
        ("predict_linear(free[6h], 4 * 24 * 3600) < 0", 6 * HOUR_S),
        ("up offset 1h", HOUR_S),
        ("rate(errors[5m] offset 1h)", HOUR_S + 5 * MINUTE_S),
        ("rate(errors[5m] offset -1h)", 5 * MINUTE_S),
        ("up offset -1h", 0.0),
        ("rate(a[5m]) > rate(a[1h]) or rate(a[30m]) > 1", HOUR_S),
        ("-(sum by (job) (rate(a[5m]))) + on (job) b", 5 * MINUTE_S),
        ("topk(scalar(max_over_time(k[2h])), rate(a[5m]))", 2 * HOUR_S),
        ("quantile_over_time(scalar(max_over_time(q[2h])), a[5m])", 2 * HOUR_S),
        ("count_values('version', build)", 0.0),
        ("max_over_time(up[1h:5m])", HOUR_S),
        ("max_over_time(up[1h:])", HOUR_S),
        ("max_over_time(rate(a[5m])[1h:1m])", HOUR_S + 5 * MINUTE_S),
        ("max_over_time(rate(a[5m] offset 2m)[1h:1m] offset 10m)", HOUR_S + 17 * MINUTE_S),
        ("max_over_time(max_over_time(rate(a[5m])[30m:])[1h:])", HOUR_S + 35 * MINUTE_S),
        ("max_over_time((up offset 1d and rate(a[2d]))[1h:])", 2 * DAY_S + HOUR_S),
        ("rate(a[5m] @ end())", 5 * MINUTE_S),
        ("max_over_time(rate(a[5m])[1h:] @ start())", HOUR_S + 5 * MINUTE_S),
        ("rate(a[5m]) > 2 * rate(a[1d] @ 1767225600)", 5 * MINUTE_S),
        ("max_over_time(rate(a[5m])[1d:] @ 1767225600.000)", 0.0),
        ('{"a name in UTF-8", job="b"} offset 1m', MINUTE_S),
        ("up # comment [5d] \"\n == 0 # '", 0.0),
        ("up{a='[5d]', b=\"#\", c=`\\`} == 0 and rate(a[1m])", MINUTE_S),
        ('rate(a{pod=~"web-(a|b)[0-9]+", x!~"[5d]"}[1m])', MINUTE_S),
        ("{__name__=`job:a`} offset 1m or {`b\\`} unless ON(c) d", MINUTE_S),
    ],
)  # fmt: skip
def test_how_far_back_an_expression_looks(expression: str, expected_s: float) -> None:
    assert lookback_s(expression, job__a="up") == expected_s


def test_recording_rules_add_what_they_look_back() -> None:
    assert lookback_s("job:up > 1", job__up="rate(up[5m])") == 5 * MINUTE_S
    assert lookback_s("max_over_time(job:up[1h])", job__up="rate(up[5m])") == 65 * MINUTE_S
    chain = {"a__1": "max_over_time(a:2[1h])", "a__2": "a:3 offset 1d", "a__3": "rate(a[5m])"}
    assert lookback_s("a:1", **chain) == DAY_S + 65 * MINUTE_S
    assert lookback_s("a:1 or a:2 offset 2d", **chain) == 3 * DAY_S + 5 * MINUTE_S
    assert lookback_s('{__name__="a:3"} offset 1m', **chain) == 6 * MINUTE_S
    assert lookback_s("plain", plain="rate(b[2m])") == 2 * MINUTE_S


def test_of_several_rules_the_longest_counts() -> None:
    rules = [
        Rule("A", "job:up", alerting=True, for_s=60.0),
        Rule("A", "rate(up[1m])", alerting=True, for_s=900.0, keep_firing_s=30.0),
        Rule("A", "up", alerting=True, for_s=30.0),
        Rule("B", "up", alerting=True, for_s=1.0, keep_firing_s=600.0),
        Rule("job:up", "rate(up[5m])"),
        Rule("job:up", "rate(up[10m])"),
        Rule("job:up", "rate(up[2m])"),
    ]
    windows, unreadable = resolve(rules)
    assert windows == {"A": RuleWindow(900.0, 600.0), "B": RuleWindow(1.0, 600.0)}
    assert windows["A"].least_s == 1500.0
    assert unreadable == {}


def test_one_rule_that_cannot_be_read_leaves_its_alert_out_and_no_other() -> None:
    rules = [Rule("A", "up", alerting=True), Rule("A", "up[", alerting=True),
             Rule("B", "up", alerting=True), Rule("odd", "up{")]  # fmt: skip
    windows, unreadable = resolve(rules)
    assert set(windows) == {"B"}
    assert set(unreadable) == {"A"}


@pytest.mark.parametrize(
    ("expression", "says"),
    [
        ("", "no expression"),
        ("up[5m", "unexpected end of input"),
        ("rate(up)", "expected type"),
        ("rate(a[5m] anchored)", "invalid promql"),
        ("nobody_knows(up)", "unknown function"),
        ("up offset 100000000y", "number too large"),
        ("up offset NaN", "the parser gave up: cannot convert"),
        ("up offset 1e400", "the parser gave up: cannot convert"),
        ("up['\ud800']", "surrogates not allowed"),
        ("ALERTS{alertname='B'} == 1", "ALERTS depends on other alerts"),
        ("max_over_time(ALERTS_FOR_STATE[1h])", "ALERTS_FOR_STATE depends on other alerts"),
        ("job:elsewhere > 1", "job:elsewhere seems to be recorded, but not by this Prometheus"),
        ("u" * (LENGTH_MAX + 1), f"{LENGTH_MAX + 1} characters; at most"),
        ("(" * 100_000, "100000 characters; at most"),
        ("-" * (SIGNS_MAX + 1) + "up", f"{SIGNS_MAX + 1} operators and brackets; at most"),
        ("1" + " or 1" * 1000, "1000 operators and brackets; at most"),
        ("up == 0 # '\n" + "(" * 1000 + "1" + ")" * 1000 + "#'", "operators and brackets"),
    ],
    ids=lambda value: value[:30],
)
def test_what_no_window_can_be_told_from(expression: str, says: str) -> None:
    reason = why_not(expression)
    assert says in reason
    assert len(reason) <= REASON_LENGTH_MAX


def test_recording_rules_that_no_window_can_be_told_from() -> None:
    assert why_not("a:1", a__1="a:1 or up") == "a:1 depends on its own earlier values"
    ring = {"a__1": "a:2", "a__2": "rate(a:3[5m])", "a__3": "a:1"}
    assert why_not("a:1", **ring) == "a:1 depends on its own earlier values"
    assert why_not("b", b="a:1", **ring) == "b depends on its own earlier values"
    assert why_not("b:1", b__1="up{") == "b:1: unexpected end of input inside braces"
    assert why_not("c:1", c__1="b:1", b__1="up{").startswith("c:1: b:1: unexpected end")
    assert why_not("c:1", c__1="d:1").startswith("c:1: d:1 seems to be recorded, but not")
    assert why_not('{job="a"}', b="up").startswith("a selector without an exact name may read")
    assert why_not('{__name__=~"b.*"}', b="up").startswith("a selector without an exact name")
    assert lookback_s('{job="a"}') == 0.0


def test_a_ring_beside_it_does_no_harm() -> None:
    assert lookback_s("ok:1", ok__1="rate(a[1m])", a__1="a:2", a__2="a:1") == MINUTE_S


def test_a_long_chain_needs_no_deep_stack() -> None:
    chain = {f"a__{n}": f"a:{n + 1} offset 1s" for n in range(3000)}
    assert lookback_s("a:0", **chain, a__3000="up") == 3000.0


def test_as_deep_as_is_allowed() -> None:
    assert lookback_s("-" * SIGNS_MAX + "up") == 0.0
    assert lookback_s("(" * SIGNS_MAX + "up" + ")" * SIGNS_MAX) == 0.0


def test_costly_patterns_are_not_compiled() -> None:
    """The parser itself refuses this one, after 0.1 s for each."""
    matchers = ", ".join(rf'l{n}=~"(\\w{{50}}){{20}}"' for n in range(200))
    assert reads(f"rate(a{{{matchers}}}[1m])") == {"a": 60.0}
    with pytest.raises(UnreadableError, match="invalid"):
        reads("up{a=~}")


def test_what_an_expression_reads() -> None:
    assert reads("rate(a[5m]) / a offset 1m > b") == {"a": 300.0, "b": 0.0}
    assert reads('{job="x"}') == {"": 0.0}
    assert reads("time()") == {}
