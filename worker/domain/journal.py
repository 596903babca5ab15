"""The append-only story of a subject: entries in a hash chain, and prose made of them.

Entries hold whole numbers and texts only, so that their canonical JSON (RFC 8785) is what
`json.dumps` with sorted keys gives, and any language can check the chain.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from worker.domain.reason import Growing, Reason

DETAIL_LENGTH_MAX = 512  # characters of one detail


class EntryKind(Growing):
    """What happened."""

    ALERT = "alert"
    OPS_EVENT = "ops_event"
    OPENED = "opened"
    EVIDENCE = "evidence"
    HELD = "held"
    REFUSED = "refused"
    DECIDED = "decided"
    RESENT = "resent"
    OUTCOME = "outcome"
    VERDICT = "verdict"
    ESCALATED = "escalated"
    RECEIPT = "receipt"
    CLOSED = "closed"
    UNTOLD = "untold"


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened to one subject; (subject, seq) is its id, `at_ms` since the epoch."""

    seq: int
    at_ms: int
    kind: EntryKind
    reason: Reason
    incident: str
    detail: dict[str, str]
    previous: str
    hash: str = field(default="")


def chained(
    *, seq: int, at_s: float, kind: EntryKind, reason: Reason, incident: str,
    detail: dict[str, str], previous: str,
) -> Entry:  # fmt: skip
    """The next entry of a chain whose head is `previous` ("" at the start)."""
    bounded = {key: _plain(value[:DETAIL_LENGTH_MAX]) for key, value in detail.items()}
    entry = Entry(seq, round(at_s * 1000), kind, reason, incident, bounded, previous)
    return Entry(entry.seq, entry.at_ms, kind, reason, incident, bounded, previous, digest(entry))


def _plain(text: str) -> str:
    """Nothing in a story moves a cursor, breaks a line or turns the text around."""
    return text if text.isprintable() else "".join(c if c.isprintable() else " " for c in text)


def digest(entry: Entry) -> str:
    """SHA-256 over the canonical JSON of everything but the hash itself."""
    text = json.dumps(
        {
            "seq": entry.seq, "at_ms": entry.at_ms, "kind": str(entry.kind),
            "reason": str(entry.reason), "incident": entry.incident, "detail": entry.detail,
            "previous": entry.previous,
        },
        sort_keys=True, separators=(",", ":"), ensure_ascii=False,
    )  # fmt: skip
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def broken_at(entries: Sequence[Entry]) -> int | None:
    """The sequence number where a run of entries was edited, cut or reordered; None when whole."""
    for index, entry in enumerate(entries):
        if entry.hash != digest(entry):
            return entry.seq
        if index and (
            entry.previous != entries[index - 1].hash or entry.seq != entries[index - 1].seq + 1
        ):
            return entry.seq
    return None


def story(entries: Iterable[Entry]) -> str:
    """What happened, as a human would tell it: one line an entry, with UTC times."""
    return "\n".join(f"{clock(entry.at_ms)}  {sentence(entry)}" for entry in entries)


def clock(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%H:%M:%S")


def sentence(entry: Entry) -> str:
    """One entry in words."""
    values = {"reason": entry.reason.replace("_", " "), **entry.detail}
    template = SENTENCES.get((entry.kind, entry.reason)) or TEMPLATES.get(entry.kind, "{reason}.")
    text = template.format_map(_Blank(values))
    return " ".join(text.split()).replace(" .", ".").replace(" ,", ",")


class _Blank(dict[str, str]):
    """The templates are ours; the values are only filled in, and a missing one is left blank."""

    def __missing__(self, key: str) -> str:
        return ""


TEMPLATES = {
    EntryKind.ALERT: "Alert {alert} is {status} ({labels}).",
    EntryKind.OPS_EVENT: "{actor} reported {event}. {detail}",
    EntryKind.OPENED: "Incident {incident} opened for {subject}: {cause}.",
    EntryKind.EVIDENCE: "Seen: {seen}.",
    EntryKind.HELD: "Not now: {reason}. {detail}",
    EntryKind.REFUSED: "Refused {action}: {reason}. {detail}",
    EntryKind.DECIDED: "Decided to {action} {target}, because {because} ({intent}).",
    EntryKind.RESENT: "Sent {intent} again under the same id, because it was not done: {reason}.",
    EntryKind.OUTCOME: "The API server's answer to {intent}: {reason}. {detail}",
    EntryKind.VERDICT: "Verdict on {action} {target}: {reason}. {detail}",
    EntryKind.ESCALATED: "Handed over to a human: {reason}. {detail}",
    EntryKind.RECEIPT: "{sink} received the {notice} notice ({receipt}).",
    EntryKind.CLOSED: "Closed: {reason}. {detail}",
    EntryKind.UNTOLD: "{count} more things happened while the journal could not be published.",
}

SENTENCES = {
    (EntryKind.ALERT, Reason.INBOX_FULL): "{count} more alerts than one subject can hold.",
    (EntryKind.ALERT, Reason.INCIDENTS_FULL): "{count} more alerts than one subject can hold.",
    (EntryKind.REFUSED, Reason.OBSERVE_MODE): (
        "Would {action} {target}, but the mode is observe: nothing was touched. {detail}"
    ),
    (EntryKind.OUTCOME, Reason.ACCEPTED): "The API server accepted {intent}: {detail}.",
    (EntryKind.OUTCOME, Reason.FOUND_DONE): "Found {intent} already done: {detail}.",
    (EntryKind.OUTCOME, Reason.UNREACHABLE): (
        "No answer to {intent}: it may or may not have happened; reading the target next. {detail}"
    ),
    (
        EntryKind.VERDICT,
        Reason.HEALTHY,
    ): "Verified: {detail}. The credit goes to {action} {target}.",
    (EntryKind.CLOSED, Reason.REPAIRED): "Resolved: repaired by {action} {target}, {detail}.",
    (EntryKind.CLOSED, Reason.RESOLVED_BY_OTHERS): "Resolved, not by us: {detail}.",
}
