"""How alerts come in: durable before they are acknowledged, in order, once, and past rubbish."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime

from tests.simulation.schedule import Run
from worker.domain.document.identity import INGEST
from worker.domain.document.subject import (
    INCIDENTS_CLOSED_KEPT,
    INCIDENTS_OPEN_MAX,
    UNPUBLISHED_KEPT_MAX,
)
from worker.domain.incoming.inbox import INBOX_MAX, SEEN_MAX

HELD_UP_MAX_S = 30.0
DOCUMENT_BYTES_MAX = 256 * 1024
PLAN_TTL_S = 60.0


def rubbish_holds_up_nobody(run: Run) -> Iterator[str]:
    """[3] What came in one batch with what nobody can read was taken in time."""
    for held_s, alert in run.monitoring.held_up:
        if held_s > HELD_UP_MAX_S:
            yield f"alert {alert['fingerprint']} waited {held_s:.0f} s behind a letter"


def rubbish_is_kept_and_told(run: Run) -> Iterator[str]:
    """[1] Each acknowledged letter is stored, and a human heard of some."""
    if run.shared.restored_s or not run.monitoring.letters:
        return
    kept = b"".join(run.shared.store.raw("deadletter-"))
    for body in run.monitoring.letters:
        if hashlib.sha256(body).hexdigest().encode() not in kept:
            yield f"the letter {body!r} was acknowledged and is nowhere"
    told = {subject for _, subject in run.shared.sink.received}
    if INGEST.text not in told:
        yield f"{len(run.monitoring.letters)} letters, and no human was told"


def documents_are_bounded(run: Run) -> Iterator[str]:
    """[4] Whatever comes, a document stays within its bounds at every save."""
    if run.shared.store.largest_bytes > DOCUMENT_BYTES_MAX:
        yield f"a document had {run.shared.store.largest_bytes} bytes"
    for document in run.documents:
        sizes = (
            (len(document.inbox), INBOX_MAX),
            (len(document.seen), SEEN_MAX),
            (len(document.open_incidents), INCIDENTS_OPEN_MAX),
            (len(document.incidents), INCIDENTS_OPEN_MAX + INCIDENTS_CLOSED_KEPT),
            (len(document.unpublished), UNPUBLISHED_KEPT_MAX),
        )
        for size, most in sizes:
            if size > most:
                yield f"{document.subject.text} holds {size} of something of which {most} is most"


def the_latest_word_counts(run: Run) -> Iterator[str]:
    """[5] Of each alert the latest state that was acknowledged is the one that is known, in
    whatever order it arrived."""
    if run.shared.restored_s:
        return  # forgotten until its monitor repeats it
    latest: dict[str, tuple[float, bool]] = {}
    for alert in run.monitoring.acknowledged:
        order = (
            datetime.fromisoformat(alert["startsAt"]).timestamp(),
            alert["status"] == "resolved",
        )
        latest[alert["fingerprint"]] = max(order, latest.get(alert["fingerprint"], order))
    for document in run.documents:
        for mark in document.seen:
            told = latest.get(mark.fingerprint)
            known = (mark.starts_at_s, mark.status == "resolved")
            if told is not None and known < told:
                yield f"{document.subject.text}: {mark.fingerprint} is {known}, last was {told}"


def plans_are_fresh(run: Run) -> Iterator[str]:
    """[8] Nothing is sent by what was seen longer ago than a plan may be old."""
    for one in run.shared.applied:
        if one.looked_s_ago > PLAN_TTL_S:
            yield f"{one.request.intent_id} was sent by a look {one.looked_s_ago:.0f} s before"


def replayed_it_changes_nothing(run: Run) -> Iterator[str]:
    """[10] All was delivered once more after the end: no incident and no write came of it."""
    if run.replayed is None:
        return
    if run.replayed.opened:
        yield f"{run.replayed.opened} incidents were opened by a replay"
    for intent in run.replayed.written:
        yield f"{intent} was done by a replay"
