"""What subjects owe to scope documents, and how it is applied: once, whoever tells it twice."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from worker.domain.document.codec import decode
from worker.domain.document.outbox import ScopeNote
from worker.domain.people.person_hold import PersonHold, with_hold, without
from worker.domain.playbooks.playbook import MODES, Mode, Promotion
from worker.domain.scopes.record import (
    lifted,
    record_of,
    repair_ended,
    shadow_was_right,
    with_record,
)
from worker.domain.scopes.repair import REPAIR
from worker.domain.scopes.scope import ScopeDocument
from worker.domain.story.reason import Reason

HOLD = "hold"
RELEASE = "release"
SHADOW = "shadow"
LIFT = "lift"


def applied(document: ScopeDocument, note: ScopeNote, now_s: float) -> ScopeDocument:
    """The scope document with the note in it; a kind that this version doesn't know changes
    nothing, and is left to the version that made it."""
    detail: dict[str, Any] = note.detail
    match note.kind:
        case "hold":
            return replace(document, holds=with_hold(document.holds, decode(PersonHold, detail)))
        case "release":
            what, at_s = frozenset(detail["what"]), float(detail["at_s"])
            kept = without(document.holds, what, by=detail["by"], at_s=at_s)
            return replace(document, holds=kept)
        case "repair":
            record = repair_ended(
                record_of(document.records, detail["playbook"]),
                detail["intent"], detail["subject"], Reason(detail["reason"]), now_s,
            )  # fmt: skip
            return replace(document, records=with_record(document.records, record))
        case "shadow":
            promotion = _promotion(detail)
            record = shadow_was_right(
                record_of(document.records, detail["playbook"]), detail["shadow"], promotion
            )
            return replace(document, records=with_record(document.records, record))
        case "lift":
            record = lifted(record_of(document.records, detail["playbook"]), detail["subject"])
            return replace(document, records=with_record(document.records, record))
    return document


def _promotion(detail: dict[str, Any]) -> Promotion | None:
    after = detail.get("right_after")
    if not isinstance(after, int) or after < 1:
        return None
    mode = detail.get("mode_max")
    return Promotion(Mode(mode) if mode in MODES else Mode.OBSERVE, after)


KINDS = frozenset({HOLD, RELEASE, REPAIR, SHADOW, LIFT})
