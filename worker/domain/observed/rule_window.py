"""How long an alerting rule waits and looks back: before that, silence proves nothing."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RuleWindow:
    """Source: Prometheus' alerting rules.

    `for_s` is the rule's `for`: so long its expression has to be true before the alert fires.
    `lookback_s` is how long the past still speaks in it: the longest path of ranges in the
    expression, recording rules resolved, and its `keep_firing_for`.
    """

    for_s: float
    lookback_s: float

    @property
    def least_s(self) -> float:
        """Sooner the alert could not fire again for what is broken still, so its silence proves
        nothing. The time between two evaluations of the rule comes on top."""
        return self.for_s + self.lookback_s


NO_RULES = "no rules are known here"
"""Then the playbook's own window, and what the monitor told, is all there is."""
