"""The journal's archive: published entries, kept for days beside the documents.

A document holds only the end of its journal. What leaves it is found here, in blocks of a fixed
number of entries under keys that are computed from their sequence numbers, so there is no index.
A block is written by compare-and-swap, however often; it expires as a whole, some days after its
last entry came, so an entry is kept for at least that long and the oldest block goes first.
"""

from __future__ import annotations

from collections.abc import Sequence

from worker.domain.document.codec import UndecodableError, decode, encode
from worker.domain.document.identity import Subject
from worker.domain.story.journal import Entry
from worker.engine.ports import Json, PermanentError, Save, StateStore, Stored, TransientError

SCHEMA = 1

BLOCK_ENTRIES = 16  # what is published at once touches two blocks at most; a few KiB each
CONTENTS_MAX = 2  # of one number in a block: a journal that was put back and written anew differs
BLOCKS_AT_ONCE = 32  # of one load: 512 entries, which is a few hundred KiB
CONFLICTS_MAX = 12  # lost compare-and-swaps in a row before the caller is told to come back later
KEEP_DAYS = 30
DAY_S = 86400


def block_key(subject_key: str, number: int) -> str:
    return f"journal-{subject_key}-{number}"


def block_of(seq: int) -> int:
    """The number of the block with this entry: entries count from 1, blocks from 0."""
    return (seq - 1) // BLOCK_ENTRIES


class Archive:
    """`keep_days` matters to whoever keeps; readers need not say."""

    def __init__(self, store: StateStore, *, keep_days: int = KEEP_DAYS) -> None:
        self._store = store
        self._ttl_s = keep_days * DAY_S

    async def keep(self, subject: Subject, entries: Sequence[Entry]) -> None:
        """Durable when it returns; what is there already is left as it is.

        Raises TransientError, PermanentError.
        """
        pending: dict[int, list[Entry]] = {}
        for entry in entries:
            pending.setdefault(block_of(entry.seq), []).append(entry)
        # A block that begins here is not there yet, unless this is a repeat: then creating fails.
        begun = {block for block, news in pending.items() if block_of(news[0].seq - 1) < block}
        for attempt in range(CONFLICTS_MAX):
            # By the second attempt every block was looked at once.
            saves = await self._saves(subject, pending, begun, again=attempt < 2)
            saved = await self._store.save(list(saves.values())) if saves else frozenset()
            pending = {block: pending[block] for block in saves if saves[block].key not in saved}
            if not pending:
                return
            begun = set()
        raise TransientError(f"archive of {subject.key}: lost {CONFLICTS_MAX} saves in a row")

    async def _saves(
        self, subject: Subject, pending: dict[int, list[Entry]], begun: set[int], *, again: bool
    ) -> dict[int, Save]:
        """By block. One that has everything already is saved once more: if its save was never
        answered, it may have been left without a time to live."""
        keys = {block: block_key(subject.key, block) for block in pending}
        asked = [key for block, key in keys.items() if block not in begun]
        stored = await self._store.load(asked) if asked else {}
        saves: dict[int, Save] = {}
        for block, news in pending.items():
            found = stored.get(keys[block])
            before = _kept(found)
            after = _merged(before, news)
            if again or after != before:
                value = {"schema": SCHEMA, "subject": subject.text, "entries": after}
                version = found.version if found else ""
                saves[block] = Save(keys[block], value, version, ttl_s=self._ttl_s)
        return saves

    async def entries(self, subject_key: str, *, since_seq: int = 1, until_seq: int) -> list[Entry]:
        """What is kept of these numbers, in their order. Raises TransientError.

        What can't be read is left out, so that it is missed where the chain is examined. Nothing
        is looked for beyond a whole load of blocks that are not there: what is older has expired.
        """
        oldest, newest = block_of(max(since_seq, 1)), block_of(until_seq)
        found: list[Entry] = []
        for top in range(newest, oldest - 1, -BLOCKS_AT_ONCE):
            numbers = range(top, max(oldest, top - BLOCKS_AT_ONCE + 1) - 1, -1)
            stored = await self._load([block_key(subject_key, number) for number in numbers])
            if not stored:
                break
            found += [entry for one in stored.values() for entry in _entries(one)]
        wanted = [entry for entry in found if since_seq <= entry.seq <= until_seq]
        return sorted(wanted, key=lambda entry: entry.seq)

    async def _load(self, keys: Sequence[str]) -> dict[str, Stored]:
        """Newest first. What a load of many doesn't find is asked for alone, where an outage can't
        look like absence; once one is missing for certain, the others may be."""
        stored = await self._store.load(keys)
        for key in keys:
            if key not in stored:
                alone = await self._store.load([key])
                if not alone:
                    break
                stored |= alone
        return stored


def _kept(found: Stored | None) -> list[Json]:
    """The entries of a block as they were stored; nothing when somebody made it unreadable, which
    is seen as a gap by whoever examines the chain. Raises PermanentError for a newer schema."""
    if found is None:
        return []
    schema, entries = found.value.get("schema"), found.value.get("entries")
    if isinstance(schema, int) and schema > SCHEMA:
        raise PermanentError(f"archive: schema {schema}, this worker knows up to {SCHEMA}")
    if not isinstance(entries, list):
        return []
    return [one for one in entries if isinstance(one, dict) and isinstance(one.get("seq"), int)]


def _merged(kept: Sequence[Json], news: Sequence[Entry]) -> list[Json]:
    """Of two contents of one number both are kept, since that is for a human to see; of more the
    first and the newest."""
    merged = list(kept)
    for entry in news:
        same = [place for place, one in enumerate(merged) if one["seq"] == entry.seq]
        if any(merged[place].get("hash") == entry.hash for place in same):
            continue
        encoded = encode(entry)
        assert isinstance(encoded, dict)
        if len(same) < CONTENTS_MAX:
            merged.append(encoded)
        else:
            merged[same[-1]] = encoded
    return sorted(merged, key=lambda one: int(one["seq"]))


def _entries(stored: Stored) -> list[Entry]:
    entries: list[Entry] = []
    raw = stored.value.get("entries")
    for one in raw if isinstance(raw, list) else ():
        try:
            entries.append(decode(Entry, one))
        except UndecodableError:
            continue
    return entries
