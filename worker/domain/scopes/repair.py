"""How a repair ended goes on the record of its playbook, in the scope where that counts."""

from __future__ import annotations

from dataclasses import replace

from worker.domain.catalogue import DESCRIPTOR_OF, Verb
from worker.domain.document.incident import Attempt, Incident
from worker.domain.document.outbox import ScopeNote
from worker.domain.document.subject import SubjectDocument
from worker.domain.scopes.scopes_seen import home_of
from worker.domain.story.reason import Reason

REPAIR = "repair"
SCOPE_NOTES_MAX = 64  # owed to scopes that can't be changed now
LETS_GO = frozenset(
    {"release", "shadow", "lift"}
)  # the first to go: without it we are more careful


def ended(document: SubjectDocument, incident: Incident, reason: Reason) -> SubjectDocument:
    """Owe the scope's document the end of this incident's repair, if anything was done at all.

    `reason`: REPAIRED, WORSE, or what says that it failed. What only contains has no such end: it
    mends nothing, so that it neither succeeds nor fails.
    """
    done = [one for one in incident.attempts if one.done and not one.undoes and not contains(one)]
    if not done:
        return document
    scope = home_of(document.subject)
    note = ScopeNote(
        id=f"{incident.id}-{REPAIR}",
        kind=REPAIR,
        scope_kind=scope.kind,
        scope=scope.name,
        detail={
            "playbook": incident.playbook,
            "intent": done[-1].intent_id,
            "subject": document.subject.key,
            "reason": str(reason),
        },
    )
    return owe(document, note)


def contains(attempt: Attempt) -> bool:
    """Whether what it did mends nothing by itself."""
    known = attempt.action in tuple(Verb) and not attempt.undoes
    return known and DESCRIPTOR_OF[Verb(attempt.action)].contains


def owe(document: SubjectDocument, note: ScopeNote) -> SubjectDocument:
    """Add a change that is owed to a scope's document, or put it in the place of its older self."""
    notes = [*(one for one in document.scope_notes if one.id != note.id), note]
    if len(notes) > SCOPE_NOTES_MAX:
        notes.remove(next((one for one in notes if one.kind in LETS_GO), notes[0]))
    return replace(document, scope_notes=tuple(notes))
