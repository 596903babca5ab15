"""Whether an alert's silence proves anything: a rule without data is as quiet as a healthy one.

Rules of this file: a metric that vanished resolves its alert at once, so where nothing but the
alert shows the trouble, its rule must be known to have data. What the workload shows by itself
needs none of it: such a rule may well have no series while all is well.
"""

from __future__ import annotations

from worker.domain.document.incident import Incident
from worker.domain.observed.evidence import NOT_ASKED, Unknown
from worker.domain.observed.facts import Facts
from worker.domain.observed.rule_window import NO_RULES


def silence_doubted(incident: Incident, facts: Facts) -> str:
    """Why the silence of this incident's alerts is no health, in words; "": it may be one."""
    data = facts.rule_data
    if not incident.alerts:
        return ""
    if isinstance(data, Unknown):
        return "" if data.why == NO_RULES else _not_known(data.why)
    for record in incident.alerts:
        found = data.get(record.fingerprint, NOT_ASKED)
        if isinstance(found, Unknown):
            return _not_known(found.why)
        if not found:
            return f"the rule of {record.name} has no data any more, so its silence proves nothing"
    return ""


def without_data(incident: Incident, facts: Facts) -> bool:
    """It is known that there is none, for one of its alerts at least."""
    data = facts.rule_data
    if isinstance(data, Unknown):
        return False
    return any(data.get(record.fingerprint) is False for record in incident.alerts)


def _not_known(why: str) -> str:
    return f"whether its rule still has data is not known ({why}), so its silence proves nothing"
