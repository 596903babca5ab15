"""How news gets into a subject's document: known and late news changes nothing, none is dropped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from worker.domain.document.subject import Seen, SubjectDocument
from worker.domain.incoming.alert import Alert, AlertStatus
from worker.domain.incoming.ops_event import OpsEvent

INBOX_MAX = 64  # alerts and ops-events not yet considered
INBOX_CHARACTERS_MAX = 32768  # of their labels and details together, in steps of a whole one
SEEN_MAX = 256  # fingerprints whose latest state is remembered, so that a late one changes nothing


def accept(document: SubjectDocument, news: Sequence[Alert | OpsEvent]) -> SubjectDocument:
    """Put news into the inbox; what is known or late changes nothing, so this may be repeated.

    When the inbox is full the rest is counted, and the next turn escalates that count: an
    overflow is told, never silent.
    """
    seen = {one.fingerprint: one for one in document.seen}
    inbox = {alert.fingerprint: alert for alert in document.inbox}
    ops_events = list(document.ops_events)
    overflowed = document.overflowed
    changed = False
    size = sum(map(_size, document.inbox)) + sum(map(_size, document.ops_events))
    for item in news:
        mark = _mark(item)
        known = seen.get(mark.fingerprint)
        if known is not None and mark.order <= known.order:
            continue
        changed = True
        seen.pop(mark.fingerprint, None)
        seen[mark.fingerprint] = mark
        replaced = inbox.get(item.fingerprint) if isinstance(item, Alert) else None
        size -= _size(replaced) if replaced is not None else 0
        many = replaced is None and len(inbox) + len(ops_events) >= INBOX_MAX
        full = many or size > INBOX_CHARACTERS_MAX
        if full and isinstance(item, Alert) and replaced is not None:
            # Its labels don't fit; what it says does.
            item = replace(item, labels=replaced.labels)
            inbox[item.fingerprint] = _stored(item)
            full = False
        elif full:
            overflowed += 1
        elif isinstance(item, Alert):
            inbox[item.fingerprint] = _stored(item)
        else:
            ops_events.append(item)
        size += 0 if full else _size(item)
    if not changed:
        return document
    return replace(
        document,
        inbox=tuple(inbox.values()),
        ops_events=tuple(ops_events),
        overflowed=overflowed,
        departure="",
        seen=tuple(seen.values())[-SEEN_MAX:],
    )


def _stored(alert: Alert) -> Alert:
    """Annotations are prose for people, up to a megabyte of it; no decision reads them."""
    return replace(alert, annotations={}) if alert.annotations else alert


def _size(item: Alert | OpsEvent) -> int:
    """Characters of what a sender chooses freely."""
    texts = item.labels if isinstance(item, Alert) else {**item.labels, **item.detail}
    return sum(len(key) + len(value) for key, value in texts.items())


def _mark(item: Alert | OpsEvent) -> Seen:
    if isinstance(item, Alert):
        return Seen(item.fingerprint, item.starts_at_s, item.status)
    return Seen(f"ops:{item.id}", 0.0, AlertStatus.FIRING)  # the same id is the same event
