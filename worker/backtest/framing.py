"""A file cut into records: JSON lines, a JSON array, arrays on lines, or objects over many lines.

Rules of this file: nothing is read whole, nothing raises for what is in it. A file whose first
character is `[`, or whose first line is only `{`, is cut by its brackets; every other one by its
lines, so that one broken line costs no other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from worker.domain.incoming.malformed import VALUE_SHOWN_LENGTH, Malformed, MalformedReason

RECORD_MAX_BYTES = 2 * 1024 * 1024  # a record of a topic is 1 MiB at most
CHUNK_BYTES = 64 * 1024
TOKEN = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*("?)|[{}\[\]]', re.DOTALL)
BETWEEN = b" \t\r\n,"  # two records
STEP = {b"{": 1, b"[": 1, b"}": -1, b"]": -1}


@dataclass(frozen=True, slots=True)
class Piece:
    """`line` is where it begins, counted from 1; `body` is its bytes, or why there are none."""

    line: int
    body: bytes | Malformed


def pieces(file: IO[bytes]) -> Iterator[Piece]:
    """The records of a file, in its order. Blank lines are none."""
    blank = 0
    first = file.readline(RECORD_MAX_BYTES + 1)
    while first and not first.strip():
        blank += first.endswith(b"\n")
        first = file.readline(RECORD_MAX_BYTES + 1)
    text = first.strip()
    if text.startswith(b"\xef\xbb\xbf"):  # a byte order mark, as Windows writes it
        first = text = text[3:].strip()
    if text.startswith(b"[") or text == b"{":
        yield from _Brackets(file, first, blank + 1).pieces()
    else:
        yield from _lines(file, first, blank + 1)


def _lines(file: IO[bytes], line: bytes, number: int) -> Iterator[Piece]:
    while line:
        if len(line) > RECORD_MAX_BYTES:
            yield Piece(number, _too_large())
            while line and not line.endswith(b"\n"):
                line = file.readline(RECORD_MAX_BYTES)
        elif line.strip():
            yield Piece(number, line.strip())
        number += 1
        line = file.readline(RECORD_MAX_BYTES + 1)


class _Brackets:
    """Cuts at the ends of objects; brackets of arrays around them don't count."""

    def __init__(self, file: IO[bytes], first: bytes, line: int) -> None:
        self._file = file
        self._buffer = first
        self._line = line  # of the place in the buffer up to which lines are counted
        self._counted = 0
        self._start = self._scan = 0  # what isn't handed on yet; what isn't looked at yet

    def pieces(self) -> Iterator[Piece]:
        depth = 0
        while True:
            token = TOKEN.search(self._buffer, self._scan)
            cut = token is not None and token[1] == b""  # a text whose end isn't read yet
            if token is None or cut:
                self._scan = token.start() if token is not None else len(self._buffer)
                if not self._more():
                    yield from self._rest(open_ended=cut or depth > 0)
                    return
                continue
            self._scan = token.end()
            if depth > 0:
                depth += STEP.get(token[0], 0)
                if depth == 0:
                    yield self._piece(self._scan)
            elif token[0] == b"{":
                yield from self._between(token.start())
                depth = 1
            elif token[0] in b"[]":
                yield from self._between(token.start())
                self._start = self._scan

    def _more(self) -> bool:
        """Whether there is more to look at, and room for it."""
        if len(self._buffer) - self._start > RECORD_MAX_BYTES:
            return False
        self._count(self._start)
        chunk = self._file.read(CHUNK_BYTES)
        self._buffer = self._buffer[self._start :] + chunk
        self._scan -= self._start
        self._start = self._counted = 0
        return bool(chunk)

    def _piece(self, end: int) -> Piece:
        self._count(self._start)
        body, self._start = self._buffer[self._start : end], end
        return Piece(self._line, body)

    def _between(self, end: int) -> Iterator[Piece]:
        """What stands between two records: commas and spaces, or something that is no record."""
        skipped = len(self._buffer[self._start : end]) - len(
            self._buffer[self._start : end].lstrip(BETWEEN)
        )
        self._start += skipped
        if self._start < end:
            piece = self._piece(end)
            assert isinstance(piece.body, bytes)
            yield Piece(piece.line, _no_object(piece.body.rstrip(BETWEEN)))

    def _rest(self, *, open_ended: bool) -> Iterator[Piece]:
        if not open_ended and len(self._buffer) - self._start <= RECORD_MAX_BYTES:
            yield from self._between(len(self._buffer))
            return
        self._count(self._start)
        words = (
            f"what begins here isn't closed within {RECORD_MAX_BYTES} bytes or before the file "
            "ends, and what follows isn't read; write one record on each line"
        )
        yield Piece(self._line, Malformed(MalformedReason.NOT_JSON, words))

    def _count(self, until: int) -> None:
        self._line += self._buffer.count(b"\n", self._counted, until)
        self._counted = until


def _no_object(body: bytes) -> Malformed:
    shown = body[:VALUE_SHOWN_LENGTH].decode(errors="replace")
    return Malformed(MalformedReason.WRONG_TYPE, f"{shown!r}; a record is a JSON object")


def _too_large() -> Malformed:
    words = f"more than {RECORD_MAX_BYTES} bytes, which no record is; send smaller groups"
    return Malformed(MalformedReason.TOO_LARGE, words)
