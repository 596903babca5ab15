"""Journal entries from a file of JSON lines, as somebody took them from the topic or a database.

A line is a CloudEvent with the entry as its data (the topic's records), an object with `subject`
and `entry` (rows of an embedded worker's table), or an entry by itself, which names no subject.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

from worker.domain.document.codec import UndecodableError
from worker.domain.incoming.json_text import decode
from worker.domain.incoming.malformed import Malformed
from worker.domain.story.chain import entry_of
from worker.domain.story.journal import Entry

LINE_MAX_BYTES = 2 * 1024 * 1024  # a record of the topic is 1 MiB at most
DEPTH_MAX = 8  # an entry in an event is three levels deep
ENTRIES_MAX = 1_000_000  # all of one file are held in memory, about 1 KiB each


class UnreadableError(ValueError):
    """A line that holds no entry: says which, why, and what to give instead."""


def read_entries(file: IO[bytes]) -> Iterator[tuple[str, Entry]]:
    """Subject ("" when unnamed) and entry of each line. Raises UnreadableError."""
    count = 0
    for number, line in enumerate(_lines(file), 1):
        if not line.strip():
            continue
        count += 1
        if count > ENTRIES_MAX:
            raise UnreadableError(
                f"line {number}: more than {ENTRIES_MAX} entries; give the subjects one by one"
            )
        try:
            yield _read(line)
        except ValueError as error:
            raise UnreadableError(
                f"line {number}: {error}; give one record of the journal topic a line, as JSON"
            ) from error


def _lines(file: IO[bytes]) -> Iterator[bytes]:
    """As they are, but never more than the largest: that one is too long for an entry."""
    while line := file.readline(LINE_MAX_BYTES + 1):
        yield line


def _read(line: bytes) -> tuple[str, Entry]:
    if len(line) > LINE_MAX_BYTES:
        raise UndecodableError(f"longer than {LINE_MAX_BYTES} bytes, which no entry is")
    value = _json(line)
    if not isinstance(value, dict):
        raise UndecodableError(f"{type(value).__name__} instead of an object")
    for name in ("data", "entry"):
        if name in value:
            subject, inner = value.get("subject"), value[name]
            if not isinstance(subject, str) or not subject:
                raise UndecodableError(f"{name} without the subject that it belongs to")
            return subject, entry_of(_json(inner.encode()) if isinstance(inner, str) else inner)
    return "", entry_of(value)


def _json(text: bytes) -> object:
    value = decode(text, depth_max=DEPTH_MAX, body_max_bytes=LINE_MAX_BYTES)
    if isinstance(value, Malformed):
        what, _, _ = value.detail.removeprefix("body: ").partition("; ")
        raise UndecodableError(what)
    return value
