"""How the engine's values become CEL's, within bounds.

Everything here is data: a label's text is handed over as a text and is never part of an expression.
A value that is not known, too large, or not what its name promises is left out, with the reason.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from worker.adapters.expressions.language import Source
from worker.adapters.expressions.names import FORMS, Form
from worker.domain.observed.evidence import Unknown

WEIGHT_MAX = 131_072  # characters and values for one evaluation; milliseconds to hand over
LIST_LENGTH_MAX = 256  # a filter's cost grows with its square
TEXT_LENGTH_MAX = 8192  # characters; annotations are that long
DEPTH_MAX = 4  # lists and objects in a list
INTEGER_MAX = 2**63 - 1  # CEL's


class _UnfitError(ValueError):
    """A value that no condition may see, and why."""


def bind(source: Source, variables: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """CEL's value for each name, and for each name without one the reason."""
    bound: dict[str, Any] = {}
    missing: dict[str, str] = {}
    room = _Room()
    for name in sorted(source.names):
        try:
            value = _look_up(name, variables)
            bound[name] = room.fit(value, FORMS.get(name), only_entries=name in source.indexed)
            if name in source.repeated and isinstance(bound[name], list):
                del bound[name]
                raise _UnfitError("a list that each round of a macro would read")
        except _UnfitError as error:
            missing[name] = str(error)
    return bound, missing


def _look_up(name: str, variables: Mapping[str, Any]) -> Any:
    value: Any = variables
    for part in name.split("."):
        if not isinstance(value, Mapping) or part not in value:
            raise _UnfitError("not known")
        value = value[part]
        if isinstance(value, Unknown):
            raise _UnfitError(f"not known, {value.why}")
    return value


class _Room:
    """Takes values over, as long as there is room for them. Its methods raise _UnfitError."""

    def __init__(self) -> None:
        self._left = WEIGHT_MAX

    def fit(self, value: Any, form: Form | None, *, only_entries: bool) -> Any:
        if form is Form.TEXT and isinstance(value, str):
            return self._single(value)
        if form is Form.TEXTS and isinstance(value, Mapping):
            texts = self._entries(value)
            if all(isinstance(text, str) for text in texts.values()):
                return texts
        if form is Form.WHOLE and _is_whole(value):
            return self._single(value)
        if form is Form.NUMBER and (_is_whole(value) or isinstance(value, float)):
            return self._single(float(value))
        if form is not None:
            raise _UnfitError(f"{type(value).__name__} instead of {form}")
        if isinstance(value, Mapping):
            if only_entries:
                return self._entries(value)
            raise _UnfitError("a group of values; name one of them")
        return self._any(value, DEPTH_MAX)

    def _entries(self, value: Mapping[Any, Any]) -> dict[str, Any]:
        return {self._key(key): self._single(entry) for key, entry in value.items()}

    def _any(self, value: Any, depth_left: int) -> Any:
        if not isinstance(value, Mapping | list | tuple):
            return self._single(value)
        if not depth_left:
            raise _UnfitError(f"nested deeper than {DEPTH_MAX}")
        if isinstance(value, Mapping):
            return {self._key(key): self._any(one, depth_left - 1) for key, one in value.items()}
        if len(value) > LIST_LENGTH_MAX:
            raise _UnfitError(f"{len(value)} entries; at most {LIST_LENGTH_MAX} can be judged")
        return [self._any(one, depth_left - 1) for one in value]

    def _key(self, key: Any) -> str:
        if not isinstance(key, str):
            raise _UnfitError(f"a key that is {type(key).__name__}, not text")
        return self._text(key)

    def _single(self, value: Any) -> str | float | None:
        if isinstance(value, str):
            return self._text(value)
        self._take(1)
        if value is None or isinstance(value, bool) or _is_whole(value):
            return value  # type: ignore[no-any-return]
        if isinstance(value, float) and math.isfinite(value):
            return float(value)
        if isinstance(value, Unknown):
            raise _UnfitError(f"not known in all of its parts, {value.why}")
        raise _UnfitError(f"no text, truth or number but {type(value).__name__}")

    def _text(self, value: str) -> str:
        if len(value) > TEXT_LENGTH_MAX:
            raise _UnfitError(f"{len(value)} characters; at most {TEXT_LENGTH_MAX} can be judged")
        self._take(1 + len(value))
        text = str.__str__(value)  # of an enumeration's member, the library takes plain ones only
        if not text.isascii():
            try:
                text.encode()
            except UnicodeEncodeError:
                raise _UnfitError("half a character in it") from None
        return text

    def _take(self, weight: int) -> None:
        self._left -= weight
        if self._left < 0:
            raise _UnfitError("too large to be judged")


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= INTEGER_MAX
