"""A Prometheus' rules in memory: how long each waits, and whether it has data to judge by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from worker.domain.document.identity import Subject
from worker.domain.document.incident import AlertRecord
from worker.domain.observed.evidence import Unknown
from worker.domain.observed.rule_window import RuleWindow
from worker.engine.ports import TransientError


@dataclass
class SimulatedRules:
    """`known` are its alerting rules; of what `blind` names, the metric is gone; `away`, nobody
    answers.

    Seen: rules/windows, rules/away.
    """

    known: dict[str, RuleWindow] = field(default_factory=dict)
    blind: set[str] = field(default_factory=set)
    away: bool = False

    async def windows(self) -> Mapping[str, RuleWindow]:
        self._answer()
        return dict(self.known)

    async def data(
        self, subject: Subject, alerts: Sequence[AlertRecord]
    ) -> Mapping[str, bool | Unknown]:
        """A rule that isn't there has none.

        Seen: rules/has_data, rules/metric_vanished, rules/never_heard_of, rules/nothing_asked.
        """
        self._answer()
        seeing = self.known.keys() - self.blind
        return {one.fingerprint: one.name in seeing for one in alerts}

    def _answer(self) -> None:
        if self.away:
            raise TransientError("the rules are away")
