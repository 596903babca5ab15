"""The append-only story of a subject: entries in a hash chain, and prose made of them.

Each entry is hashed over its canonical JSON (RFC 8785), so any language can check the chain. What a
whole journal looks like, and what is wrong with one, is judged in chain.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from worker.domain.document.digest import digest_of
from worker.domain.story.entry_kind import EntryKind as EntryKind
from worker.domain.story.reason import Reason
from worker.domain.story.sentences import SENTENCES as SENTENCES
from worker.domain.story.sentences import TEMPLATES as TEMPLATES

DETAIL_LENGTH_MAX = 512  # characters of one detail


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
    """SHA-256 over the canonical JSON of everything but the hash itself.

    Raises ValueError for what has no canonical form; an entry that `chained` made has one.
    """
    return digest_of(
        {
            "seq": entry.seq, "at_ms": entry.at_ms, "kind": str(entry.kind),
            "reason": str(entry.reason), "incident": entry.incident, "detail": entry.detail,
            "previous": entry.previous,
        }
    )  # fmt: skip


def genuine(entry: Entry) -> bool:
    """Whether the entry is what its hash was made of; what can't be hashed is not."""
    try:
        return entry.hash == digest(entry)
    except ValueError:
        return False


def broken_at(entries: Sequence[Entry]) -> int | None:
    """The sequence number where a run of entries was edited, cut or reordered; None when whole."""
    for index, entry in enumerate(entries):
        if not genuine(entry):
            return entry.seq
        if index and (
            entry.previous != entries[index - 1].hash or entry.seq != entries[index - 1].seq + 1
        ):
            return entry.seq
    return None


def story(entries: Iterable[Entry]) -> str:
    """What happened, as a human would tell it: one line an entry, with UTC times."""
    return "\n".join(f"{clock(entry.at_ms)}  {sentence(entry)}" for entry in entries)


def lasted(seconds: float) -> str:
    """A duration as it is told."""
    return f"{seconds:.0f} s" if seconds < 600.0 else f"{seconds / 60:.0f} min"


def clock(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%H:%M:%S")


def sentence(entry: Entry) -> str:
    """One entry in words."""
    values = {"reason": entry.reason.replace("_", " "), **entry.detail}
    template = SENTENCES.get((entry.kind, entry.reason)) or TEMPLATES.get(entry.kind, "{reason}.")
    text = template.format_map(_Blank(values))
    text = " ".join(text.split()).replace(" ()", "").replace(" .", ".").replace(" ,", ",")
    return text if text.endswith(("!", "?")) else f"{text.rstrip('.')}."


class _Blank(dict[str, str]):
    """The templates are ours; the values are only filled in, and a missing one is left blank."""

    def __missing__(self, key: str) -> str:
        return ""
