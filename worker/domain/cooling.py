"""What was done about a cause is remembered, so that the next incident of it waits."""

from __future__ import annotations

from dataclasses import replace

from worker.domain.incident import Incident
from worker.domain.subject import (
    COOL_DOWN_TIMES_MAX,
    COOL_DOWNS_MAX,
    CoolDown,
    SubjectDocument,
)

COOL_DOWN_MEMORY_S = 86400.0  # a cause that stayed away for a day begins anew


def cooling(
    document: SubjectDocument, incident: Incident, action: str, now_s: float
) -> SubjectDocument:
    """Count this incident once: cool-downs count ladders, not writes."""
    key = (incident.cause, action)
    earlier = next((c for c in document.cool_downs if (c.cause, c.action) == key), None)
    rest = tuple(c for c in document.cool_downs if c is not earlier)
    done_s = earlier.done_s if earlier else ()
    if earlier is not None and earlier.incident == incident.id:
        done_s = done_s[:-1]
    fresh = CoolDown(*key, incident.id, (*done_s, now_s)[-COOL_DOWN_TIMES_MAX:])
    return replace(document, cool_downs=(*rest, fresh)[-COOL_DOWNS_MAX:])


def done_lately(
    document: SubjectDocument, incident: Incident, action: str, since_s: float
) -> tuple[float, ...]:
    """When earlier incidents of this cause did the action; one incident climbs one ladder, so its
    own writes are bounded otherwise."""
    key = (incident.cause, action)
    cool = next((one for one in document.cool_downs if (one.cause, one.action) == key), None)
    if cool is None:
        return ()
    earlier = cool.done_s[:-1] if cool.incident == incident.id else cool.done_s
    return tuple(done_s for done_s in earlier if done_s > since_s)
