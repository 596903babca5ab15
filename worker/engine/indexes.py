"""Which subjects are open, and which settled lately: small sharded documents in the state store.

The open index has a fixed number of them. An entry is added before the subject's own document is
saved and removed after that document has settled, so a stray entry costs one look, and an open
subject is never missing.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Collection

from worker.domain.document.identity import Subject
from worker.engine.ports import Json, Save, StateStore, TransientError

INDEX_SHARDS = 64
RECENT_SHARDS = 16
RECENT_PER_SHARD_MAX = 256  # settled subjects of a shard that a listing still finds
CONFLICTS_MAX = 12  # lost compare-and-swaps in a row before the caller is told to come back later

ChangeEntry = Callable[[str, Json | None], Json | None]
"""Subject key and its entry of the index to its new entry; None is no entry."""


def shard_key(subject_key: str) -> str:
    return f"open-{zlib.crc32(subject_key.encode()) % INDEX_SHARDS:02d}"


class OpenIndex:
    """Which subjects are not settled.

    Whoever saves a document loads it first, then adds its entry, then saves. Whoever takes a
    settled subject out marks its entry with a mark that nobody else has, then saves the document,
    then removes the entry if it still bears that mark. So either the one's save or the other's
    removal fails, and no open subject is ever missing, whoever crashes where.
    """

    def __init__(self, store: StateStore) -> None:
        self._store = store

    async def add(self, subjects: Collection[Subject]) -> None:
        """Durable when it returns. Raises TransientError."""
        wanted = {subject.key: {"subject": subject.text, "leaving": ""} for subject in subjects}
        await self._change(wanted.keys(), lambda key, _: wanted[key])

    async def subject_of(self, subject_key: str) -> Subject | None:
        """The subject of an entry, None when there is no entry. Raises TransientError."""
        shard = shard_key(subject_key)
        found = (await self._store.load([shard])).get(shard)
        entry = found.value["entries"].get(subject_key) if found else None
        return Subject.of_text(entry["subject"]) if entry else None

    async def leaving(self, subject: Subject, departure: str) -> None:
        """First step out; the entry stays. Raises TransientError."""
        entry = {"subject": subject.text, "leaving": departure}
        await self._change([subject.key], lambda _, __: entry)

    async def left(self, subject_key: str, departure: str) -> None:
        """Last step out: remove the entry if it still bears this mark. Raises TransientError."""
        await self._change(
            [subject_key],
            lambda _, entry: None if entry and entry["leaving"] == departure else entry,
        )

    async def all(self) -> dict[str, str]:
        """Subject key → subject text, of every shard. Raises TransientError."""
        keys = [f"open-{shard:02d}" for shard in range(INDEX_SHARDS)]
        stored = await self._store.load(keys)
        return {
            key: entry["subject"]
            for one in stored.values()
            for key, entry in one.value["entries"].items()
        }

    async def _change(self, subject_keys: Collection[str], change: ChangeEntry) -> None:
        pending: dict[str, list[str]] = {}
        for key in subject_keys:
            pending.setdefault(shard_key(key), []).append(key)
        for _ in range(CONFLICTS_MAX):
            stored = await self._store.load(sorted(pending))
            saves: list[Save] = []
            for shard in sorted(pending):
                found = stored.get(shard)
                entries: dict[str, Json] = found.value["entries"] if found else {}
                changed = dict(entries)
                for key in pending[shard]:
                    entry = change(key, entries.get(key))
                    changed.pop(key, None)
                    if entry is not None:
                        changed[key] = entry
                if changed == entries:
                    del pending[shard]
                else:
                    value = {"schema": 1, "entries": changed}
                    saves.append(Save(shard, value, found.version if found else ""))
            for shard in await self._store.save(saves) if saves else ():
                del pending[shard]
            if not pending:
                return
        raise TransientError(f"open index: lost {CONFLICTS_MAX} saves in a row")


class RecentIndex:
    """Which subjects have settled lately, so that their story can still be found; bounded."""

    def __init__(self, store: StateStore) -> None:
        self._store = store

    async def add(self, subject: Subject, at_s: float) -> None:
        """Durable when it returns. Raises TransientError."""
        shard = f"recent-{zlib.crc32(subject.key.encode()) % RECENT_SHARDS:02d}"
        for _ in range(CONFLICTS_MAX):
            found = (await self._store.load([shard])).get(shard)
            entries = dict(found.value["entries"]) if found else {}
            entries.pop(subject.key, None)
            entries[subject.key] = {"subject": subject.text, "at_s": at_s}
            newest = dict(list(entries.items())[-RECENT_PER_SHARD_MAX:])
            save = Save(shard, {"schema": 1, "entries": newest}, found.version if found else "")
            if await self._store.save([save]):
                return
        raise TransientError(f"recent index: lost {CONFLICTS_MAX} saves in a row")

    async def all(self) -> dict[str, str]:
        """Subject key → subject text. Raises TransientError."""
        keys = [f"recent-{shard:02d}" for shard in range(RECENT_SHARDS)]
        stored = await self._store.load(keys)
        return {
            key: entry["subject"]
            for one in stored.values()
            for key, entry in one.value["entries"].items()
        }
