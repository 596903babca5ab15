"""From all rules of one Prometheus to the window of each alert, recording rules resolved.

Rules of this file: a window that is told is the longest that can be meant. Whatever can't be told
for sure leaves its alert out, with the reason: a wrong short window would call an alert quiet
before it could have fired.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter

from worker.adapters.prometheus_rules.ranges import ANY_NAME, UnreadableError, reads
from worker.domain.observed.rule_window import RuleWindow

OF_ALERTS = frozenset({"ALERTS", "ALERTS_FOR_STATE"})
REASON_LENGTH_MAX = 300  # characters; the parser quotes what it doesn't understand


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule as the API tells it; `for_s` and `keep_firing_s` are an alerting rule's.

    `labels` are those that the rule itself gives to what it makes, templates unfilled.
    """

    name: str
    expression: str
    alerting: bool = False
    for_s: float = 0.0
    keep_firing_s: float = 0.0
    labels: Mapping[str, str] = field(default_factory=dict)


def resolve(rules: Iterable[Rule]) -> tuple[Mapping[str, RuleWindow], Mapping[str, str]]:
    """By alert name: the longest window of its rules; or why none can be told."""
    recording: dict[str, list[Rule]] = {}
    alerting: list[Rule] = []
    for rule in rules:
        if rule.alerting:
            alerting.append(rule)
        else:
            recording.setdefault(rule.name, []).append(rule)
    recorded = _Recorded(recording)
    windows: dict[str, RuleWindow] = {}
    unreadable: dict[str, str] = {}
    for rule in alerting:
        try:
            back_s = recorded.farthest_s(reads(rule.expression)) + rule.keep_firing_s
        except UnreadableError as error:
            unreadable.setdefault(rule.name, str(error)[:REASON_LENGTH_MAX])
            continue
        other = windows.get(rule.name, RuleWindow(0.0, 0.0))
        windows[rule.name] = RuleWindow(max(rule.for_s, other.for_s), max(back_s, other.lookback_s))
    return {name: one for name, one in windows.items() if name not in unreadable}, unreadable


class _Recorded:
    """How far back what the recording rules record looks, by name; or why that can't be told."""

    def __init__(self, rules: Mapping[str, Sequence[Rule]]) -> None:
        self._names = frozenset(rules)
        self._known: dict[str, float | UnreadableError] = {}
        read = {name: _all_reads(rules[name]) for name in rules}
        order = TopologicalSorter(
            {
                name: () if isinstance(found, UnreadableError) else found.keys() & rules.keys()
                for name, found in read.items()
            }
        )
        with suppress(CycleError):  # it still gives all that doesn't depend on a cycle
            order.prepare()
        while order.is_active():
            for name in order.get_ready():
                self._known[name] = self._resolved(read[name])
                order.done(name)

    def farthest_s(self, read: Mapping[str, float]) -> float:
        """Of what an expression reads. Raises UnreadableError."""
        return max((age_s + self._of_s(name) for name, age_s in read.items()), default=0.0)

    def _resolved(self, read: Mapping[str, float] | UnreadableError) -> float | UnreadableError:
        if isinstance(read, UnreadableError):
            return read
        try:
            return self.farthest_s(read)
        except UnreadableError as error:
            return error

    def _of_s(self, name: str) -> float:
        if name == ANY_NAME and self._names:
            raise UnreadableError("a selector without an exact name may read any recording rule")
        if name in OF_ALERTS:
            raise UnreadableError(f"{name} depends on other alerts")
        if name not in self._names:
            if ":" in name:  # the sign that Prometheus reserves for recording rules
                raise UnreadableError(f"{name} seems to be recorded, but not by this Prometheus")
            return 0.0
        known = self._known.get(name)
        if known is None:
            raise UnreadableError(f"{name} depends on its own earlier values")
        if isinstance(known, UnreadableError):
            raise UnreadableError(f"{name}: {known}"[:REASON_LENGTH_MAX])
        return known


def _all_reads(rules: Sequence[Rule]) -> Mapping[str, float] | UnreadableError:
    """Of rules that record under one name."""
    together: dict[str, float] = {}
    try:
        for rule in rules:
            for name, age_s in reads(rule.expression).items():
                together[name] = max(together.get(name, 0.0), age_s)
    except UnreadableError as error:
        return error
    return together
