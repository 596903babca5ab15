"""JSON patches (RFC 6902) as the actions make them: every test first, then the change, then whose.

Rules of this file: a failed test writes nothing and is answered 422. What is below a missing map
can't be added: the whole map is then, under a test that the object is still the one that was read.
"""

from __future__ import annotations

from collections.abc import Mapping

from worker.domain.document.outbox import Intent
from worker.engine.perform import Material, Unfit
from worker.engine.ports import Json, ObjectRef, WriteRequest


def patch(intent: Intent, *operations: Json) -> WriteRequest:
    """The request that changes the intent's target by these operations."""
    target = intent.target
    return WriteRequest(
        verb="patch",
        ref=ObjectRef(target.kind, target.namespace, target.name),
        subresource="",
        body=sorted(operations, key=lambda one: str(one["op"]) != "test"),
        intent_id=intent.id,
    )


def itself(intent: Intent) -> Material:
    """What is read before the write is the target."""
    target = intent.target
    return Material(ObjectRef(target.kind, target.namespace, target.name), target.uid)


def by_generation(intent: Intent) -> tuple[Json, ...]:
    """The fence of what counts its wishes: nobody wanted anything else since the decision."""
    return (
        test(pointer("metadata", "uid"), intent.target.uid),
        test(pointer("metadata", "generation"), intent.generation),
    )


def by_version(intent: Intent) -> tuple[Json, ...]:
    """The fence of what has no generation: nothing at all has changed since the decision."""
    return (
        test(pointer("metadata", "uid"), intent.target.uid),
        test(pointer("metadata", "resourceVersion"), intent.fence),
    )


def noted(material: Json, notes: Mapping[str, str]) -> tuple[Json, ...]:
    """Annotations of the object that was read, set in the same write."""
    metadata = material["metadata"]
    if not metadata.get("annotations"):
        return (
            test(pointer("metadata", "resourceVersion"), metadata["resourceVersion"]),
            add(pointer("metadata", "annotations"), dict(notes)),
        )
    return tuple(add(pointer("metadata", "annotations", key), notes[key]) for key in notes)


def unmarked(material: Json, key: str) -> tuple[Json, ...] | Unfit:
    """Tests that the mark of our own deed is still the one that was read, and takes it away."""
    metadata = material["metadata"]
    mark = (metadata.get("annotations") or {}).get(key)
    if not mark:
        return Unfit(f"{metadata['name']} has no annotation {key}: it is not ours to undo")
    path = pointer("metadata", "annotations", key)
    return test(path, mark), remove(path)


def pointer(*parts: str | int) -> str:
    """A JSON pointer (RFC 6901): in a key `~` is written `~0` and `/` is written `~1`."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def test(path: str, value: object) -> Json:
    return {"op": "test", "path": path, "value": value}


def add(path: str, value: object) -> Json:
    return {"op": "add", "path": path, "value": value}


def replace(path: str, value: object) -> Json:
    return {"op": "replace", "path": path, "value": value}


def remove(path: str) -> Json:
    return {"op": "remove", "path": path}
