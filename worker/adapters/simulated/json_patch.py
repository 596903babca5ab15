"""JSON patch (RFC 6902) as the API server carries it out: test, add, replace, remove.

All or nothing: the first operation that doesn't fit ends it, and says no more than that.
"""

from __future__ import annotations

from typing import Any

from worker.adapters.simulated.objects import copied
from worker.engine.ports import Json


class PatchFailedError(ValueError):
    """An operation didn't fit, it isn't said which. Seen: cluster_json_patches/a_failed_test."""


def patched(found: Json, operations: list[Json]) -> Json:
    """The object after the patch; `found` stays as it is. Raises PatchFailedError.

    Seen: cluster_json_patches/a_failed_test, cluster_json_patches/missing.
    """
    made: Json = copied(found)
    for one in operations:
        *way, last = [
            part.replace("~1", "/").replace("~0", "~") for part in str(one["path"]).split("/")[1:]
        ]
        holder: Any = made
        for part in way:
            holder = _member(holder, part)
        _apply(one["op"], holder, last, copied(one.get("value")))
    return made


def _apply(operation: str, holder: Any, key: str, value: Any) -> None:
    match operation:
        case "test":
            assert value is not None, "a test for null was never recorded"
            if not _same(_member(holder, key), value):
                raise PatchFailedError
        case "remove":
            _member(holder, key)
            assert isinstance(holder, dict), "taking from a list was never recorded"
            del holder[key]
        case "add" | "replace":
            if not isinstance(holder, dict):
                _member(holder, key)
                raise AssertionError("changing a list was never recorded")
            holder[key] = value
        case _:
            raise AssertionError(f"{operation} was never recorded")


def _same(one: Any, other: Any) -> bool:
    """A number is no text, and no truth value either."""
    return type(one) is type(other) and bool(one == other)


def _member(holder: Any, key: str) -> Any:
    if isinstance(holder, dict) and key in holder:
        return holder[key]
    if isinstance(holder, list) and key.isdigit() and int(key) < len(holder):
        return holder[int(key)]
    raise PatchFailedError
