"""Bytes from outside to JSON values, within limits; or why they are none.

Rules of this file: nothing raises for bad input, whatever its size or depth, and two equal keys in
one object are refused, since every reader would pick another one of them. The standard library's
parser is the one that shows equal keys; it costs 6 µs for an alert of one kilobyte.
"""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

from worker.domain.incoming.malformed import VALUE_SHOWN_LENGTH, Malformed, MalformedReason

SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")  # only then a closer look is worth its time


class _DuplicateKeyError(ValueError):
    pass


def decode(body: bytes, *, depth_max: int, body_max_bytes: int) -> object:
    """The JSON value, or a Malformed that says what is wrong and what to send instead."""
    if len(body) > body_max_bytes:
        return Malformed(
            MalformedReason.TOO_LARGE,
            f"body: {len(body)} bytes; at most {body_max_bytes} are read, send smaller groups",
        )
    too_deep = Malformed(
        MalformedReason.TOO_DEEP, f"body: nested deeper than {depth_max} levels; send flat alerts"
    )
    try:
        value = json.loads(body.decode(), object_pairs_hook=_unique, parse_constant=_no_such_number)
    except UnicodeDecodeError as error:
        return Malformed(
            MalformedReason.NOT_UTF8, f"body: byte {error.start} is no UTF-8; send UTF-8"
        )
    except _DuplicateKeyError as error:
        key = str(error)[:VALUE_SHOWN_LENGTH]
        return Malformed(MalformedReason.DUPLICATE_KEY, f"body: key {key!r} twice; send it once")
    except RecursionError:
        return too_deep
    except ValueError as error:
        return Malformed(MalformedReason.NOT_JSON, f"body: no JSON ({error}); send JSON")
    if not _within(value, depth_max):
        return too_deep
    if SURROGATE.search(body) and lone_surrogate(value):
        return Malformed(
            MalformedReason.NOT_UTF8, "body: an escape that is half a character; send whole ones"
        )
    return value


def lone_surrogate(value: object) -> bool:
    """Whether a text in it is half of a character: JSON can say that, UTF-8 and stores can't."""
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return True
    return False


def _within(value: object, depth_max: int) -> bool:
    """Whether objects and lists, empty ones too, stand at most that deep in each other."""
    level = [value] if isinstance(value, (dict, list)) else []
    for _ in range(depth_max):
        level = [
            item
            for one in level
            for item in (one.values() if isinstance(one, dict) else one)
            if isinstance(item, (dict, list))
        ]
        if not level:
            return True
    return not level


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    entries = dict(pairs)
    if len(entries) < len(pairs):
        seen: set[str] = set()
        raise _DuplicateKeyError(next(k for k, _ in pairs if k in seen or seen.add(k)))  # type: ignore[func-returns-value]
    return entries


def _no_such_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no JSON number")
