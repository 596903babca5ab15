"""What an ops-event changes: somebody at work, a change to suspect, an experiment to be labelled.

The topic is untrusted input: an event may make us more careful, never less. What somebody said by
name is lifted by the same name, or by time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from worker.domain.document.change import Change, with_change
from worker.domain.document.codec import encode
from worker.domain.document.identity import SubjectKind
from worker.domain.document.outbox import ScopeNote
from worker.domain.document.subject import SubjectDocument
from worker.domain.incoming.correlation import WORKLOAD_LABELS
from worker.domain.incoming.ops_event import OpsEvent, OpsEventKind
from worker.domain.people.person_hold import HOLD_MAX_S, HOLD_S, PersonHold, with_hold, without
from worker.domain.people.short_duration import said_s
from worker.domain.scopes.repair import owe
from worker.domain.scopes.scope import ScopeKind
from worker.domain.scopes.scope_notes import HOLD, RELEASE

HOLDS_FOR_S = {
    OpsEventKind.ON_IT: HOLD_S,
    OpsEventKind.PERSON_ACTED: 1800.0,  # whoever did something by hand is watching what comes of it
    OpsEventKind.MAINTENANCE_STARTED: HOLD_MAX_S,
}
ENDS = {
    OpsEventKind.RELEASED: frozenset({"on_it", "person_acted"}),
    OpsEventKind.MAINTENANCE_ENDED: frozenset({"maintenance_started"}),
}
WORDS_LENGTH_MAX = 160  # characters of an event's detail that are kept with what it changed


def announced(document: SubjectDocument, event: OpsEvent, now_s: float) -> SubjectDocument:
    """The document with what the event changes; a whole namespace's or cluster's is owed to its
    scope."""
    at_s = min(event.at_s, now_s)  # a clock that is ahead makes nobody wait for what is said now
    words = ", ".join(f"{key} {value}" for key, value in sorted(event.detail.items()))
    words = words[:WORDS_LENGTH_MAX]
    if event.kind in HOLDS_FOR_S:
        return _held(document, event, _hold(event, at_s, words), now_s)
    if event.kind in ENDS:
        return _released(document, event, at_s)
    change = Change(event.id, str(event.kind), at_s, event.actor, words)
    return replace(document, changes=with_change(document.changes, change))


def _hold(event: OpsEvent, at_s: float, words: str) -> PersonHold:
    lasts_s = HOLDS_FOR_S[event.kind]
    given_s = said_s(event.detail.get("for", ""))
    if given_s is not None:
        lasts_s = min(given_s, HOLD_MAX_S)
    return PersonHold(
        id=f"{event.kind}:{event.actor}", what=str(event.kind), by=event.actor, since_s=at_s,
        until_s=at_s + lasts_s, words=words,
    )  # fmt: skip


def _held(
    document: SubjectDocument, event: OpsEvent, hold: PersonHold, now_s: float
) -> SubjectDocument:
    if hold.until_s <= now_s:
        return document  # it was over before we heard of it
    if not _whole_scope(document, event):
        return replace(document, holds=with_hold(document.holds, hold))
    detail = encode(hold)
    assert isinstance(detail, dict)
    return owe(document, _note(document, event, HOLD, detail))


def _released(document: SubjectDocument, event: OpsEvent, at_s: float) -> SubjectDocument:
    what, by = ENDS[event.kind], event.actor
    if not _whole_scope(document, event):
        return replace(document, holds=without(document.holds, what, by=by, at_s=at_s))
    detail = {"what": sorted(what), "by": by, "at_s": at_s}
    return owe(document, _note(document, event, RELEASE, detail))


def _whole_scope(document: SubjectDocument, event: OpsEvent) -> bool:
    """It names no workload: then it speaks of all of them. One that names a workload which does
    not exist speaks of nothing."""
    named = {"pod", "node", *WORKLOAD_LABELS} & event.labels.keys()
    return document.subject.kind is SubjectKind.UNRESOLVED and not named


def _note(
    document: SubjectDocument, event: OpsEvent, kind: str, detail: Mapping[str, object]
) -> ScopeNote:
    scope = document.subject.scope
    scope_kind = ScopeKind.NAMESPACE if scope else ScopeKind.CLUSTER
    return ScopeNote(f"{kind}:{event.id}", kind, str(scope_kind), scope, dict(detail))
