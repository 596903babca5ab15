"""Subject documents in the state store: keys, loading, compare-and-swap."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from worker.domain.document.codec import UndecodableError, decode
from worker.domain.document.identity import Subject
from worker.domain.document.subject import SCHEMA, SubjectDocument
from worker.engine.ports import Json, PermanentError, Save, StateStore, TransientError

CONFLICTS_MAX = 12  # lost compare-and-swaps in a row before the caller is told to come back later


class NewerSchemaError(PermanentError):
    """A newer version of the worker wrote this document: it may be read, not changed."""


@dataclass(frozen=True, slots=True)
class Loaded:
    document: SubjectDocument
    version: str


@dataclass(frozen=True, slots=True)
class LoadedMany:
    """By subject key: documents, and why one that is there can't be read."""

    found: dict[str, Loaded]
    unreadable: dict[str, str]


def document_key(subject_key: str) -> str:
    return f"subject-{subject_key}"


def to_save(document: SubjectDocument, version: str) -> Save:
    value = {name: getattr(document, name) for name in SubjectDocument.__slots__}
    return Save(document_key(document.subject.key), value, version)


def from_json(value: Json) -> SubjectDocument:
    """Raises NewerSchemaError, PermanentError."""
    schema = value.get("schema", SCHEMA)
    if not isinstance(schema, int):
        raise PermanentError(f"stored document: schema {schema!r} is no number")
    if schema > SCHEMA:
        raise NewerSchemaError(f"schema {schema}, this worker knows up to {SCHEMA}")
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

    async def load_many(self, subjects: Collection[Subject]) -> LoadedMany:
        """A subject seen for the first time gets an empty document. Raises TransientError."""
        stored = await self.store.load([document_key(subject.key) for subject in subjects])
        loaded = LoadedMany({}, {})
        for subject in subjects:
            one = stored.get(document_key(subject.key))
            if one is None:
                loaded.found[subject.key] = Loaded(SubjectDocument(subject), "")
                continue
            try:
                loaded.found[subject.key] = Loaded(from_json(one.value), one.version)
            except PermanentError as error:
                loaded.unreadable[subject.key] = str(error)
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
