"""Undone or about to be: what the tests of undoing share."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.domain.builders import ACCEPTED, NOW_S, POLICY
from tests.unit.domain.remedies import (
    PAUSE,
    REMEDIES,
    Remedy,
)
from worker.domain.deciding.outcome import record
from worker.domain.document.subject import SubjectDocument
from worker.domain.observed.evidence import RolloutHealth
from worker.domain.observed.facts import Facts

HARMFUL = tuple(one for one in REMEDIES if one is not PAUSE)  # a paused rollout is never judged


def each(remedies: tuple[Remedy, ...] = REMEDIES) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("remedy", remedies, ids=lambda one: str(one.verb))


def changed(seen: Facts, **rollout_changes: object) -> Facts:
    assert isinstance(seen.rollout, RolloutHealth)
    return replace(seen, rollout=replace(seen.rollout, **rollout_changes))  # type: ignore[arg-type]


def worse(remedy: Remedy) -> Facts:
    """One replica less is available than before the remedy, and nothing rolls."""
    assert isinstance(remedy.before.rollout, RolloutHealth)
    return changed(remedy.in_vain, available=remedy.before.rollout.available - 1)


def undoing(remedy: Remedy, seen: Facts | None = None) -> SubjectDocument:
    """Its undo is decided, and answered."""
    seen = seen or remedy.in_vain
    document = remedy.looked(remedy.failed(seen), seen, remedy.judged_s + 1.0).document
    intent = document.intents[0]
    return record(document, intent.id, ACCEPTED, POLICY, NOW_S + remedy.judged_s + 1.0)
