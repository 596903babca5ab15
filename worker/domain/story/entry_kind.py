"""What can happen to a subject: a closed set of words, one for each kind of journal entry."""

from __future__ import annotations

from worker.domain.story.reason import Growing


class EntryKind(Growing):
    """What happened."""

    ALERT = "alert"
    OPS_EVENT = "ops_event"
    OPENED = "opened"
    EVIDENCE = "evidence"
    HELD = "held"
    REFUSED = "refused"
    ASKED = "asked"
    ANSWERED = "answered"
    SHADOW = "shadow"
    DECIDED = "decided"
    RESENT = "resent"
    OUTCOME = "outcome"
    VERDICT = "verdict"
    ESCALATED = "escalated"
    RECEIPT = "receipt"
    CLOSED = "closed"
    UNTOLD = "untold"
