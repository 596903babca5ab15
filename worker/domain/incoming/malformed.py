"""Why an input is no message: a reason, and a sentence with the field, the value and the remedy."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

VALUE_SHOWN_LENGTH = 64  # characters of a bad value that an error repeats


class MalformedReason(StrEnum):
    NOT_UTF8 = "not_utf8"
    NOT_JSON = "not_json"
    TOO_LARGE = "too_large"
    TOO_DEEP = "too_deep"
    DUPLICATE_KEY = "duplicate_key"
    WRONG_TYPE = "wrong_type"
    MISSING_FIELD = "missing_field"
    OUT_OF_BOUNDS = "out_of_bounds"
    BAD_TIME = "bad_time"
    UNREADABLE_STATE = "unreadable_state"  # the message is well; its subject's document is not


@dataclass(frozen=True, slots=True)
class Malformed:
    """Why an input is no message: the reason, and a sentence with field, value and remedy."""

    reason: MalformedReason
    detail: str


class MalformedError(ValueError):
    """Raised inside parsing; whoever reads a whole message turns it into a `Malformed`."""

    def __init__(self, reason: MalformedReason, detail: str) -> None:
        super().__init__(detail)
        self.malformed = Malformed(reason, detail)


def wrong_type(where: str, value: object, wanted: str) -> MalformedError:
    """The error for a value of another type than the field's."""
    shown = str(value)[:VALUE_SHOWN_LENGTH]
    return MalformedError(
        MalformedReason.WRONG_TYPE, f"{where}: {type(value).__name__} {shown!r}; send {wanted}"
    )


def missing(where: str, remedy: str) -> MalformedError:
    """The error for a field that every message of the kind must have."""
    return MalformedError(MalformedReason.MISSING_FIELD, f"{where} is missing; {remedy}")
