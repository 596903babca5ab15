"""Documents to and from JSON objects, with unknown fields kept.

A replica of an older version must not lose what a newer one wrote. Every persisted dataclass may
have a field `extra`: what this version doesn't know is put there, and a version that knows the
field finds it there again.
"""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Callable, Hashable
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

T = TypeVar("T")
Read = Callable[[Any], Any]


class UndecodableError(ValueError):
    """A stored value doesn't have the shape that its type asks for."""


def decode(cls: type[T], value: object) -> T:
    """Build `cls`, a dataclass, from a JSON object; raises UndecodableError naming the field."""
    return cast(T, _reader(cast(Hashable, cls))(value))


PLAIN = frozenset({str, float, int, bool, type(None)})
"""These are JSON as they are; a text that is an enumeration's member is not one of them."""


def encode(value: object) -> object:
    """The JSON object of a dataclass (orjson does the same by itself, faster)."""
    if type(value) in PLAIN:
        return value
    names = fields_of(type(value))  # type: ignore[arg-type]
    if names is not None:
        return {name: encode(getattr(value, name)) for name in names}
    if isinstance(value, (tuple, list)):
        return [encode(item) for item in value]
    if isinstance(value, dict):
        return {key: encode(item) for key, item in value.items()}
    if isinstance(value, frozenset):
        return sorted((encode(item) for item in value), key=str)
    return str(value) if isinstance(value, StrEnum) else value


@cache
def fields_of(cls: type) -> tuple[str, ...] | None:
    """The fields of a dataclass; None for any other type."""
    if not dataclasses.is_dataclass(cls):
        return None
    return tuple(field.name for field in dataclasses.fields(cls))


@cache
def _reader(hint: Hashable) -> Read:
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        (inner,) = (arg for arg in get_args(hint) if arg is not type(None))
        read = _reader(inner)
        return lambda value: None if value is None else read(value)
    if origin is tuple:
        read_item = _reader(get_args(hint)[0])
        return lambda value: tuple([read_item(item) for item in _expect(list, value)])
    if origin is dict or hint is dict:
        return lambda value: _expect(dict, value)
    if dataclasses.is_dataclass(hint):
        return _dataclass_reader(hint)
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return hint
    if hint is float:
        return _float
    return lambda value: _expect(hint, value)


def _dataclass_reader(cls: Any) -> Read:
    hints = get_type_hints(cls)
    readers = {field.name: _reader(hints[field.name]) for field in dataclasses.fields(cls)}
    keeps_extra = readers.pop("extra", None) is not None

    def read(value: Any) -> Any:
        entries = _expect(dict, value)
        if keeps_extra and "extra" in entries:
            kept = entries["extra"]
            if not isinstance(kept, dict):
                raise UndecodableError(f"{cls.__name__}.extra: {type(kept).__name__}, no object")
            entries = {**kept, **entries}
        known: dict[str, Any] = {}
        extra: dict[str, Any] = {}
        for name, item in entries.items():
            if name in readers:
                try:
                    known[name] = readers[name](item)
                except ValueError as error:
                    raise UndecodableError(f"{cls.__name__}.{name}: {error}") from error
            elif name != "extra":
                extra[name] = item
        if keeps_extra:
            known["extra"] = extra
        try:
            return cls(**known)
        except TypeError as error:
            raise UndecodableError(f"{cls.__name__}: {error}") from error

    return read


def _float(value: Any) -> float:
    try:
        return float(_expect((int, float), value))
    except OverflowError as error:
        raise UndecodableError("a number too large") from error


def _expect(kind: Any, value: Any) -> Any:
    if kind is Any or kind is object or isinstance(value, kind):
        return value
    raise UndecodableError(f"{type(value).__name__} instead of {getattr(kind, '__name__', kind)}")
