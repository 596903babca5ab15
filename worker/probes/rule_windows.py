"""How long the alerting rules wait and look back, asked of the monitor that evaluates them."""

from __future__ import annotations

from collections.abc import Mapping

from worker.domain.observed.evidence import Unknown
from worker.domain.observed.rule_window import NO_RULES, RuleWindow
from worker.engine.ports import Rules


async def rule_windows(rules: Rules | None) -> Mapping[str, RuleWindow] | Unknown:
    """Raises TransientError; the engine turns it into Unknown."""
    return Unknown(NO_RULES) if rules is None else await rules.windows()
