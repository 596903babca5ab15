"""What the monitor says of these alerts now: firing, suppressed, or quiet."""

from __future__ import annotations

from worker.domain.observed.evidence import AlertStates, Unknown
from worker.domain.observed.question import Question
from worker.domain.verify.verification import NO_MONITOR
from worker.engine.ports import Monitor


async def alert_state(monitor: Monitor | None, question: Question) -> AlertStates | Unknown:
    """Raises TransientError, PermanentError; the engine turns them into Unknown."""
    if monitor is None:
        return Unknown(NO_MONITOR)
    states = await monitor.states(question.fingerprints)
    return AlertStates(
        firing=frozenset(one for one, state in states.items() if state == "firing"),
        suppressed=frozenset(one for one, state in states.items() if state == "suppressed"),
    )
