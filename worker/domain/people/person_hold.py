"""Somebody is at work: our hands stay off until they say so, or until their time is over."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

HOLD_S = 3600.0  # of a hold that names no end
HOLD_MAX_S = 86400.0  # nobody is at it for longer; a maintenance window says when it ends
HOLDS_MAX = 16  # people and pipelines at work on one subject at a time
ON_HOLD = "hold"  # `what` of a hold by somebody who is known: no message begins or ends such a one


@dataclass(frozen=True, slots=True)
class PersonHold:
    """`what` is the ops-event's kind that began it; `id` is the same when it is told again."""

    id: str
    what: str
    by: str
    since_s: float
    until_s: float
    words: str = ""
    extra: dict[str, Any] = field(default_factory=dict)


def held(holds: tuple[PersonHold, ...], now_s: float) -> PersonHold | None:
    """The hold that lasts longest from now, if any is in force. One that seems to begin later was
    made by a clock that is ahead of ours, or after the moment that is decided about: it counts."""
    current = [one for one in holds if now_s < one.until_s]
    return max(current, key=lambda one: one.until_s, default=None)


def with_hold(holds: tuple[PersonHold, ...], hold: PersonHold) -> tuple[PersonHold, ...]:
    """Added, or renewed. Those that end first make room, so that a flood frees nothing early; what
    comes late changes nothing."""
    if any(one.id == hold.id and one.since_s > hold.since_s for one in holds):
        return holds
    others = [one for one in holds if one.id != hold.id and one.until_s > hold.since_s]
    kept = sorted((*others, hold), key=_stays, reverse=True)[:HOLDS_MAX]
    return tuple(one for one in (*others, hold) if one in kept)


def _stays(hold: PersonHold) -> tuple[bool, float]:
    return (hold.what == ON_HOLD, hold.until_s)


def without(
    holds: tuple[PersonHold, ...], what: frozenset[str], *, by: str, at_s: float
) -> tuple[PersonHold, ...]:
    """Without the holds of these kinds that this person began by then. Whoever gives no name
    lifts only what was said without one, and who came back later is there."""
    return tuple(one for one in holds if one.what not in what or one.by != by or one.since_s > at_s)
