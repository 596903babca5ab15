"""What was changed lately around a subject, and how often a trouble came back: kept to be asked."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

CHANGES_MAX = 25  # of one subject, the latest
CHANGE_MEMORY_S = 86400.0
RECURRENCES_MAX = 64  # causes
TIMES_MAX = 8  # openings of one cause that are remembered: beyond it the answer is the same


@dataclass(frozen=True, slots=True)
class Change:
    """A deploy, a configuration change, a scaling: by whom, when, and what it says of itself."""

    id: str
    kind: str
    at_s: float
    by: str
    words: str = ""
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Recurrence:
    """When incidents of a cause opened; the key is the cause, never a fingerprint or a pod."""

    cause: str
    opened_s: tuple[float, ...]
    extra: dict[str, Any] = field(default_factory=dict)


STARTS = frozenset({"deploy_started", "chaos_started"})  # what something may be waiting upon


def with_change(changes: tuple[Change, ...], change: Change) -> tuple[Change, ...]:
    """Added once. What was started is kept longest, so that a flood of others ends nothing."""
    kept = [*(one for one in changes if one.id != change.id), change]
    if len(kept) > CHANGES_MAX:
        kept.remove(next((one for one in kept if one.kind not in STARTS), kept[0]))
    return tuple(kept)


def running(
    changes: tuple[Change, ...], started: str, finished: str, since_s: float
) -> Change | None:
    """What was started since then, and not said to be finished by whoever started it.

    Of the same moment counts what was heard last.
    """
    order = sorted(changes, key=lambda one: one.at_s)
    last = {one.by: one for one in order if one.kind in (started, finished)}
    return latest(tuple(last.values()), frozenset({started}), since_s)


def latest(changes: tuple[Change, ...], kinds: frozenset[str], since_s: float) -> Change | None:
    """The last change of these kinds since then."""
    found = [one for one in changes if one.kind in kinds and one.at_s >= since_s]
    return max(found, key=lambda one: one.at_s, default=None)


def with_opening(
    recurrences: tuple[Recurrence, ...], cause: str, at_s: float
) -> tuple[Recurrence, ...]:
    earlier = next((one for one in recurrences if one.cause == cause), Recurrence(cause, ()))
    others = tuple(one for one in recurrences if one.cause != cause)
    renewed = replace(earlier, opened_s=(*earlier.opened_s, at_s)[-TIMES_MAX:])
    return (*others, renewed)[-RECURRENCES_MAX:]


def openings(recurrences: tuple[Recurrence, ...], cause: str, since_s: float) -> int:
    found = next((one for one in recurrences if one.cause == cause), None)
    return sum(at_s > since_s for at_s in found.opened_s) if found else 0
