"""From an alerting rule to the series without which its silence says nothing.

A recording rule needs what it records from, too: its own series may be of the past.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from worker.adapters.prometheus_rules.need import NO_LABELS, Labels, Need, Place
from worker.adapters.prometheus_rules.ranges import UnreadableError
from worker.adapters.prometheus_rules.resolve import OF_ALERTS, Rule
from worker.adapters.prometheus_rules.selectors import Expression

NEEDS_MAX = 32  # selectors of one rule, recording rules resolved; each is a query or more
WALKED_MAX = 256  # selectors met on the way, the same ones again


def needs(rule: Rule, recording: Mapping[str, Sequence[Rule]]) -> frozenset[Need]:
    """What this alerting rule needs; nothing, when only absence makes it fire. Raises
    UnreadableError."""
    found: set[Need] = set()
    walked = 0
    left = [(rule, Place(Labels(without=frozenset(rule.labels) | {"alertname"})), NO_LABELS)]
    while left:
        one, start, within = left.pop()
        for place, need in Expression(one.expression).walk(start):
            walked += 1
            recorded = recording.get(need.name, ())
            if len(found) > NEEDS_MAX or walked > WALKED_MAX:
                raise UnreadableError(f"more than {NEEDS_MAX} selectors")
            if need.name in within or need.name in OF_ALERTS:
                raise UnreadableError(f"{need.name} depends on alerts or on its own past")
            if not recorded and (":" in need.name or (not need.name and recording)):
                raise UnreadableError(f"{need.name or 'a selector'} may be recorded, by whom?")
            if place.wanted:
                found.add(need)
            left += [
                (by, replace(place, labels=place.labels.drop(by.labels)), within | {need.name})
                for by in recorded
            ]
    return frozenset(found)
