"""What a playbook has earned or lost in one namespace: the measured record behind its mode.

A shadow decision is right when a person or a controller did the same to the same target within
30 minutes; everything else is not judged. A repair that failed lowers the mode for its subject,
one that did harm lowers it for the whole namespace, and only a person lifts that.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from worker.domain.playbooks.playbook import MODES, Mode, Playbook, Promotion, lower
from worker.domain.story.reason import Reason

DEMOTED_FOR_S = 86400.0  # a failed repair's shadow, as long as a cause is remembered
DEMOTIONS_MAX = 64  # of one playbook in one namespace, the latest
COUNTED_MAX = 64  # intents and shadows that were counted lately, so that none counts twice


@dataclass(frozen=True, slots=True)
class Demotion:
    """`subject` "" is the whole namespace. `until_s` None: until a person lifts it."""

    subject: str
    mode: Mode
    since_s: float
    until_s: float | None
    reason: Reason
    what: str
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Record:
    """One playbook in one namespace."""

    playbook: str
    shadows_right: int = 0
    repaired: int = 0
    failed: int = 0
    harmed: int = 0
    promoted_by: int = 0  # steps up that the record has earned
    demotions: tuple[Demotion, ...] = ()
    counted: tuple[str, ...] = ()
    extra: dict[str, Any] = field(default_factory=dict)


def record_of(records: tuple[Record, ...], playbook: str) -> Record:
    return next((one for one in records if one.playbook == playbook), Record(playbook))


def with_record(records: tuple[Record, ...], record: Record) -> tuple[Record, ...]:
    if all(one.playbook != record.playbook for one in records):
        return (*records, record)
    return tuple(record if one.playbook == record.playbook else one for one in records)


def mode_of(
    playbook: Playbook, installed: Mode, record: Record, subject: str, now_s: float
) -> tuple[Mode, Demotion | None]:
    """The mode in force, and what lowered it. Without a playbook's own mode the installation's is
    the start; a promotion never goes beyond what the playbook allows."""
    start = playbook.mode or installed
    mode = start
    if playbook.promotion is not None:
        earned = MODES[min(MODES.index(start) + max(0, record.promoted_by), len(MODES) - 1)]
        mode = lower(earned, playbook.promotion.mode_max)
        mode = mode if MODES.index(mode) > MODES.index(start) else start
    lowered_by = None
    for one in record.demotions:
        if (
            one.subject in ("", subject)
            and _lasts(one, now_s)
            and lower(one.mode, mode) is not mode
        ):
            mode, lowered_by = one.mode, one
    return mode, lowered_by


def shadow_was_right(record: Record, shadow: str, promotion: Promotion | None) -> Record:
    """Counted once; every `right_after` of them earn a step up."""
    if shadow in record.counted:
        return record
    right = record.shadows_right + 1
    steps = right // promotion.right_after if promotion else record.promoted_by
    return _counting(replace(record, shadows_right=right, promoted_by=steps), shadow)


def repair_ended(record: Record, intent: str, subject: str, reason: Reason, now_s: float) -> Record:
    """Put a repair's end on record: it worked, it failed, or it made things worse."""
    if intent in record.counted:
        return record
    record = _counting(record, intent)
    if reason is Reason.REPAIRED:
        return replace(record, repaired=record.repaired + 1)
    harmful = reason is Reason.WORSE
    demotion = Demotion(
        subject="" if harmful else subject,
        mode=Mode.SUGGEST,
        since_s=now_s,
        until_s=None if harmful else now_s + DEMOTED_FOR_S,
        reason=reason,
        what=intent,
    )
    others = [d for d in record.demotions if d.subject != demotion.subject and _lasts(d, now_s)]
    if len(others) >= DEMOTIONS_MAX:  # what only a person lifts is the last to be let go
        others.remove(next((d for d in others if d.until_s is not None), others[0]))
    return replace(
        record,
        failed=record.failed + (not harmful),
        harmed=record.harmed + harmful,
        demotions=(*others, demotion),
    )


def lifted(record: Record, subject: str) -> Record:
    """A person gives the playbook its mode back, for one subject or ("") the namespace."""
    kept = tuple(one for one in record.demotions if one.subject != subject)
    return replace(record, demotions=kept)


def _lasts(demotion: Demotion, now_s: float) -> bool:
    return demotion.until_s is None or now_s < demotion.until_s


def _counting(record: Record, what: str) -> Record:
    return replace(record, counted=(*record.counted, what)[-COUNTED_MAX:])
