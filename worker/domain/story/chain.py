"""A journal judged from outside: is this the whole story, as it was written?

Rules of this file: what comes in is what somebody kept, in the order they kept it, so it may repeat
itself (a topic delivers at least once) and may begin late (retention). A repeat is fine when it is
the same; everything else that the chain doesn't explain is named, with the place.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from worker.domain.document.codec import UndecodableError, decode
from worker.domain.story.journal import Entry, genuine


class How(StrEnum):
    """What was done to a journal."""

    EDITED = "edited"  # an entry is not what its hash says, or not what the next one followed
    FORKED = "forked"  # one number with two contents
    DELETED = "deleted"
    REORDERED = "reordered"
    TRUNCATED = "truncated"  # the end is missing: it doesn't reach a head that is known


@dataclass(frozen=True, slots=True)
class Break:
    """What was done, from one sequence number to another, both included."""

    how: How
    seq: int
    until: int


@dataclass(frozen=True, slots=True)
class Head:
    """The hash that a chain must contain, and its number; 0 when only the hash is known."""

    hash: str
    seq: int = 0


@dataclass(frozen=True, slots=True)
class Examined:
    """`entries` counts numbers, `repeats` what was there again; breaks are in order of number."""

    entries: int
    repeats: int
    first: Entry | None
    last: Entry | None
    breaks: tuple[Break, ...]

    @property
    def whole(self) -> bool:
        return not self.breaks


def entry_of(value: object) -> Entry:
    """An entry from JSON, exactly: raises UndecodableError for what the hash doesn't cover."""
    entry = decode(Entry, value)
    assert isinstance(value, dict)
    unknown = sorted(str(name) for name in value if name not in Entry.__slots__)
    if unknown:
        raise UndecodableError(f"Entry.{unknown[0]:.80}: no field of an entry")
    if not (type(entry.seq) is type(entry.at_ms) is int):
        raise UndecodableError("Entry: seq and at_ms are whole numbers")
    if not all(isinstance(text, str) for text in entry.detail.values()):
        raise UndecodableError("Entry.detail: its values are texts")
    return entry


def examine(
    entries: Iterable[Entry], *, heads: Sequence[Head] = (), from_first: bool = False
) -> Examined:
    """Judge one subject's entries; `from_first` when nothing may be missing at the beginning."""
    contents: dict[int, list[Entry]] = {}
    arrived: list[Entry] = []
    repeats = 0
    for entry in entries:
        same = contents.setdefault(entry.seq, [])
        if entry in same:
            repeats += 1
        else:
            same.append(entry)
            arrived.append(entry)
    sound = {id(entry) for entry in arrived if genuine(entry)}
    chain = _chain(contents, sound)
    breaks = [
        *_forked(contents), *_linked(chain, sound, from_first), *_ordered(arrived, chain, sound),
        *_reaching(chain, heads),
    ]  # fmt: skip
    first, last = (chain[0], chain[-1]) if chain else (None, None)
    return Examined(len(chain), repeats, first, last, _merged(breaks))


def _chain(contents: dict[int, list[Entry]], sound: set[int]) -> list[Entry]:
    """One entry a number; of several the one that fits to its neighbours."""
    chain: list[Entry] = []
    for seq in sorted(contents):
        before = chain[-1].hash if chain else ""
        followed = {one.previous for one in contents.get(seq + 1, ())}
        fitting = [
            (id(one) in sound, one.previous == before, one.hash in followed)
            for one in contents[seq]
        ]
        chain.append(contents[seq][fitting.index(max(fitting))])
    return chain


def _forked(contents: dict[int, list[Entry]]) -> list[Break]:
    return [Break(How.FORKED, seq, seq) for seq, several in contents.items() if len(several) > 1]


def _linked(chain: Sequence[Entry], sound: set[int], from_first: bool) -> list[Break]:
    """Each is what its hash says and names the one before; only the first entry names none."""
    breaks: list[Break] = []
    before: Entry | None = None
    for entry in chain:
        expected = 1 if before is None else before.seq + 1
        fits = id(entry) in sound and entry.seq >= 1 and (entry.previous == "") == (entry.seq == 1)
        if entry.seq > expected and (before is not None or from_first):
            breaks.append(Break(How.DELETED, expected, entry.seq - 1))
        elif before is not None and entry.previous != before.hash and id(before) in sound:
            fits = False
        if not fits:
            breaks.append(Break(How.EDITED, entry.seq, entry.seq))
        before = entry
    return breaks


def _ordered(arrived: Sequence[Entry], chain: Sequence[Entry], sound: set[int]) -> list[Break]:
    """Each arrived after those before it, counting the first time that it did."""
    breaks: list[Break] = []
    highest = 0
    counted = {id(entry) for entry in chain} & sound
    for entry in arrived:
        if id(entry) not in counted:
            continue
        if entry.seq < highest:
            breaks.append(Break(How.REORDERED, entry.seq, entry.seq))
        highest = max(highest, entry.seq)
    return breaks


def _reaching(chain: Sequence[Entry], heads: Sequence[Head]) -> list[Break]:
    """A head stands in the chain: at its end, or further up when it was noted down earlier."""
    hashes = {entry.hash for entry in chain}
    last = chain[-1].seq if chain else 0
    breaks: list[Break] = []
    for head in heads:
        if not head.hash or head.hash in hashes:
            continue
        if head.seq and head.seq <= last:
            breaks.append(Break(How.EDITED, head.seq, head.seq))
        else:
            breaks.append(Break(How.TRUNCATED, last + 1, max(head.seq, last + 1)))
    return breaks


def _merged(breaks: list[Break]) -> tuple[Break, ...]:
    """In order of number; neighbours to which the same was done are one."""
    merged: list[Break] = []
    latest: dict[How, int] = {}
    for one in sorted(set(breaks), key=lambda one: (one.seq, one.how)):
        place = latest.get(one.how)
        if place is not None and one.seq <= merged[place].until + 1:
            until = max(merged[place].until, one.until)
            merged[place] = replace(merged[place], until=until)
        else:
            latest[one.how] = len(merged)
            merged.append(one)
    return tuple(merged)
