"""For each alert: which series its rules need, and which of its labels those have to fit.

Rules of this file: whatever can't be told for sure is Unknown with the reason, never less of a
need.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from worker.adapters.prometheus_rules.lasting import lasting
from worker.adapters.prometheus_rules.need import Need
from worker.adapters.prometheus_rules.needs import needs
from worker.adapters.prometheus_rules.presence import LABELS_MAX
from worker.adapters.prometheus_rules.ranges import UnreadableError
from worker.adapters.prometheus_rules.resolve import REASON_LENGTH_MAX, Rule
from worker.domain.document.identity import Subject
from worker.domain.document.incident import AlertRecord
from worker.domain.incoming.alert import fingerprint_of
from worker.domain.observed.evidence import Unknown


@dataclass(frozen=True, slots=True)
class Needed:
    """`matchers` by label, of which each need takes those that reach the alert from it."""

    needs: frozenset[Need]
    matchers: Mapping[str, str]


def all_needs(
    rules: Iterable[Rule], subject: Subject, alerts: Sequence[AlertRecord]
) -> Mapping[str, Needed | Unknown | None]:
    """By fingerprint; None for an alert without a rule any more."""
    recording: dict[str, list[Rule]] = {}
    alerting: dict[str, list[Rule]] = {}
    for rule in rules:
        (alerting if rule.alerting else recording).setdefault(rule.name, []).append(rule)
    return {
        one.fingerprint: _needed(one, subject, alerting.get(one.name, ()), recording)
        for one in alerts
    }


def _needed(
    alert: AlertRecord,
    subject: Subject,
    named: Sequence[Rule],
    recording: Mapping[str, Sequence[Rule]],
) -> Needed | Unknown | None:
    if fingerprint_of(alert.labels) != alert.fingerprint:
        return Unknown("not all labels of the alert were kept")
    rules = [rule for rule in named if _may_have_made(rule, alert.labels)]
    if not rules:
        return None
    try:
        matchers = lasting(alert.labels, subject)
        together = frozenset(need for rule in rules for need in needs(rule, recording))
    except (UnreadableError, ValueError) as error:
        return Unknown(f"{alert.name}: {error}"[:REASON_LENGTH_MAX])
    if len(matchers) > LABELS_MAX:
        return Unknown(f"{alert.name} has more than {LABELS_MAX} labels")
    return Needed(together, matchers)


def _may_have_made(rule: Rule, labels: Mapping[str, str]) -> bool:
    """An alert has every label of its rule, but for those that a template leaves empty."""
    return all(
        "{{" in value or labels.get(name, "") == value for name, value in rule.labels.items()
    )
