"""Too much is sick at once: then nothing new is done anywhere, and one human is told once.

Rules of this file: the cluster's document says who is sick, each subject reports only itself. A
storm ends a while after the last sign of it, not at once: what was healed in 43 seconds was not
worth an act, and what comes back in waves is no calm.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from worker.domain.document.identity import STORM_ALERT
from worker.domain.incoming.alert import Alert, AlertStatus
from worker.domain.scopes.scope import (
    HOURS_KEPT,
    OPENED_MAX,
    SICK_MAX,
    Hour,
    Opened,
    ScopeDocument,
    Sick,
)

INFLOW_S = 60.0  # incidents opened within this time are the inflow
HOUR_S = 3600.0


@dataclass(frozen=True, slots=True)
class StormLimits:
    """`share_max` of the known services may be sick, and never fewer than `least` are a storm; the
    inflow may be `inflow_times` its average of a day, and never less than `inflow_least`."""

    share_max: float = 0.3
    least: int = 3
    inflow_times: float = 10.0
    inflow_least: int = 10
    calm_s: float = 120.0


@dataclass(frozen=True, slots=True)
class Storm:
    """Why nothing new is done, and since when."""

    words: str
    since_s: float
    sick: int


def reported(
    document: ScopeDocument,
    *,
    subject: str,
    sick: Sick | None,
    opened: Mapping[str, float],
    known: int | None,
    limits: StormLimits,
    now_s: float,
) -> ScopeDocument:
    """The document with what a subject says of itself: sick or not, and which incidents it opened
    (id → when). `known` is how many services there are; while nobody has counted them, their share
    is no sign of a storm. Reported twice, it is reported once."""
    now_s = max(now_s, document.last_now_s)
    earlier = next((one for one in document.sick if one.subject == subject), None)
    changed = replace(document, sick=_listed(document.sick, earlier, sick))
    counted = {one.incident for one in document.opened}
    for incident, at_s in opened.items():
        if incident not in counted:
            changed = _count(changed, Opened(incident, at_s))
    if changed == document:
        return document
    was, is_now = (
        gathering(document, known, limits, now_s),
        gathering(changed, known, limits, now_s),
    )
    if is_now is not None:
        begun_s = document.storm_since_s if now_s < document.storm_until_s else now_s
        changed = replace(changed, storm_since_s=begun_s, storm_until_s=now_s + limits.calm_s)
    elif was is not None and earlier is not None and sick is None:
        changed = replace(changed, storm_until_s=now_s + limits.calm_s)
    return changed


def storm(document: ScopeDocument, known: int, limits: StormLimits, now_s: float) -> Storm | None:
    """The storm that is on now, as far as this document shows it."""
    now_s = max(now_s, document.last_now_s)
    words = gathering(document, known, limits, now_s)
    if words is None and now_s >= document.storm_until_s:
        return None
    since_s = document.storm_since_s or now_s
    return Storm(words or "it has been calm for a moment only", since_s, len(document.sick))


def storm_alert(found: Storm, starts_at_s: float) -> Alert:
    """The storm as an alert to its own subject."""
    return Alert(
        name=STORM_ALERT, status=AlertStatus.FIRING,
        labels={"severity": "critical", "sick": str(found.sick), "words": found.words},
        annotations={}, starts_at_s=starts_at_s, ends_at_s=None, fingerprint=STORM_ALERT,
    )  # fmt: skip


def gathering(
    document: ScopeDocument, known: int | None, limits: StormLimits, now_s: float
) -> str | None:
    """Which sign of a storm there is at this moment."""
    sick = len(document.sick)
    many = sick >= SICK_MAX or (known is not None and sick > limits.share_max * known)
    if sick >= limits.least and many:
        return f"{sick} of {'all' if known is None else known} services are sick"
    if len(document.opened) < limits.inflow_least:
        return None
    since_s = now_s - INFLOW_S
    recent = len([one for one in document.opened if one.at_s > since_s])
    if recent < limits.inflow_least:
        return None
    usual = _average_a_minute(document, now_s)
    if recent > limits.inflow_times * usual:
        return f"{recent} incidents within {INFLOW_S:.0f} s, {usual:.1f} are usual"
    return None


def _listed(listed: tuple[Sick, ...], earlier: Sick | None, sick: Sick | None) -> tuple[Sick, ...]:
    """In its old place and since its old moment when it is told again: it is the same sickness."""
    if sick is None:
        return tuple(one for one in listed if one is not earlier)
    if earlier is None:
        return (*listed, sick)[-SICK_MAX:]
    same = replace(sick, since_s=min(earlier.since_s, sick.since_s))
    return tuple(same if one is earlier else one for one in listed)


def _count(document: ScopeDocument, one: Opened) -> ScopeDocument:
    number = int(one.at_s // HOUR_S)
    counts = {hour.number: hour.count for hour in document.hours}
    counts[number] = counts.get(number, 0) + 1
    newest = max(counts)
    hours = tuple(
        Hour(number, count) for number, count in sorted(counts.items())
        if number >= newest - HOURS_KEPT
    )  # fmt: skip
    return replace(document, opened=(*document.opened, one)[-OPENED_MAX:], hours=hours)


def _average_a_minute(document: ScopeDocument, now_s: float) -> float:
    """Over the day before this hour: what comes in now is not its own measure."""
    current = int(now_s // HOUR_S)
    past = [hour.count for hour in document.hours if current - HOURS_KEPT <= hour.number < current]
    return sum(past) / (HOURS_KEPT * 60.0)
