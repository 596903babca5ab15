"""Whether the rules of some alerts have data to judge by, asked of the monitor itself."""

from __future__ import annotations

from collections.abc import Mapping

from worker.domain.observed.evidence import Unknown
from worker.domain.observed.question import Question
from worker.domain.observed.rule_window import NO_RULES
from worker.engine.ports import Rules


async def rule_data(
    rules: Rules | None, question: Question
) -> Mapping[str, bool | Unknown] | Unknown:
    """Raises TransientError, PermanentError; the engine turns them into Unknown."""
    if rules is None:
        return Unknown(NO_RULES)
    return await rules.data(question.subject, question.alerts)
