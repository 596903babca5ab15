"""Subject documents and the open index in the state store: keys, loading, compare-and-swap.

The open index is a fixed number of small documents. An entry is added before the subject's own
document is saved and removed after that document has settled, so a stray entry costs one look,
and an open subject is never missing.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass

from worker.domain.codec import UndecodableError, decode
from worker.domain.identity import Subject
from worker.domain.subject import SCHEMA, SubjectDocument
from worker.engine.ports import Json, PermanentError, Save, StateStore, TransientError

INDEX_SHARDS = 64
RECENT_SHARDS = 16
RECENT_PER_SHARD_MAX = 256  # settled subjects of a shard that a listing still finds
ChangeEntry = Callable[[str, Json | None], Json | None]
"""Subject key and its entry of the index to its new entry; None is no entry."""

CONFLICTS_MAX = 12  # lost compare-and-swaps in a row before the caller is told to come back later


class NewerSchemaError(PermanentError):
    """A newer version of the worker wrote this document: it may be read, not changed."""


@dataclass(frozen=True, slots=True)
class Loaded:
    document: SubjectDocument
    version: str


def document_key(subject_key: str) -> str:
    return f"subject-{subject_key}"


def shard_key(subject_key: str) -> str:
    return f"open-{zlib.crc32(subject_key.encode()) % INDEX_SHARDS:02d}"


def to_save(document: SubjectDocument, version: str) -> Save:
    value = {name: getattr(document, name) for name in SubjectDocument.__slots__}
    return Save(document_key(document.subject.key), value, version)


def from_json(value: Json) -> SubjectDocument:
    """Raises NewerSchemaError, PermanentError."""
    if value.get("schema", SCHEMA) > SCHEMA:
        raise NewerSchemaError(f"schema {value['schema']}, this worker knows up to {SCHEMA}")
    try:
        return decode(SubjectDocument, value)
    except UndecodableError as error:
        raise PermanentError(f"stored document: {error}") from error


class Documents:
    """The subject documents of one state store."""

    def __init__(self, store: StateStore) -> None:
        self.store = store

    async def load(self, subject_key: str) -> Loaded | None:
        key = document_key(subject_key)
        stored = (await self.store.load([key])).get(key)
        return None if stored is None else Loaded(from_json(stored.value), stored.version)

    async def load_many(self, subjects: Collection[Subject]) -> dict[str, Loaded]:
        """By subject key; a subject seen for the first time gets an empty document.

        One that cannot be read (a newer schema, a damaged document) is left out: its news is
        delivered again until somebody can read it, and nobody else's waits for that.
        """
        stored = await self.store.load([document_key(subject.key) for subject in subjects])
        loaded: dict[str, Loaded] = {}
        for subject in subjects:
            found = stored.get(document_key(subject.key))
            if found is None:
                loaded[subject.key] = Loaded(SubjectDocument(subject), "")
                continue
            with suppress(PermanentError):
                loaded[subject.key] = Loaded(from_json(found.value), found.version)
        return loaded

    async def save(self, document: SubjectDocument, version: str) -> bool:
        """True when it is saved; False: somebody else was faster, or nobody knows. Reload."""
        save = to_save(document, version)
        return save.key in await self.store.save([save])

    async def change(
        self, subject_key: str, change: Callable[[SubjectDocument], SubjectDocument]
    ) -> SubjectDocument | None:
        """Apply a pure change however often it takes; None when there is no such document."""
        for _ in range(CONFLICTS_MAX):
            loaded = await self.load(subject_key)
            if loaded is None:
                return None
            changed = change(loaded.document)
            if changed == loaded.document or await self.save(changed, loaded.version):
                return changed
        raise TransientError(f"subject {subject_key}: lost {CONFLICTS_MAX} saves in a row")


class OpenIndex:
    """Which subjects are not settled.

    Whoever saves a document loads it first, then adds its entry, then saves. Whoever takes a
    settled subject out marks its entry as leaving, then saves the document, then removes the
    entry if it still bears that mark. So either the one's save or the other's removal fails, and
    no open subject is ever missing, whoever crashes where.
    """

    def __init__(self, store: StateStore) -> None:
        self._store = store

    async def add(self, subjects: Collection[Subject]) -> None:
        """Durable when it returns. Raises TransientError."""
        wanted = {subject.key: {"subject": subject.text, "leaving": 0} for subject in subjects}
        await self._change(wanted.keys(), lambda key, _: wanted[key])

    async def leaving(self, subject: Subject, departure: int) -> None:
        """First step out; the entry stays. Raises TransientError."""
        entry = {"subject": subject.text, "leaving": departure}
        await self._change([subject.key], lambda _, __: entry)

    async def left(self, subject_key: str, departure: int) -> None:
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
