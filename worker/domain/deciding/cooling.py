"""What was done about a cause is remembered, so that the next incident of it waits."""

from __future__ import annotations

from dataclasses import replace

from worker.domain.document.incident import Incident
from worker.domain.document.subject import (
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
    acts = [(name, at_s) for name, at_s in _acts(earlier) if name != incident.id] if earlier else []
    kept = acts[1 - COOL_DOWN_TIMES_MAX :]
    done_s = (*(at_s for _, at_s in kept), now_s)
    fresh = CoolDown(*key, incident.id, done_s, tuple(name for name, _ in kept))
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


def acted_incidents(document: SubjectDocument, incident: Incident, since_s: float) -> int:
    """How many other incidents of this cause we acted on since then, by whatever verb."""
    acted = {
        name
        for one in document.cool_downs
        if one.cause == incident.cause
        for name, done_s in _acts(one)
        if done_s > since_s
    }
    return len(acted - {incident.id})


def _acts(cool: CoolDown) -> list[tuple[str, float]]:
    """Each incident with its moment. Of whom it isn't known, each moment is one by itself."""
    names = [*cool.earlier, cool.incident]
    nameless = [f"at {done_s!r}" for done_s in cool.done_s[: -len(names)]]
    return list(zip([*nameless, *names], cool.done_s, strict=False))
