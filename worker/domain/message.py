"""A message from outside, before we know what it says: envelopes, times, bounded texts.

Rules of this file: an input is read as it is or named as malformed, with the field, the value and
the remedy. Nothing is guessed, cut to fit, or dropped.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

LABELS_MAX = 64  # labels or annotations of one message
NAME_LENGTH_MAX = 256  # characters
CLOUD_EVENT_WRAPS_MAX = 2  # a CloudEvent that Dapr wrapped once more
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


def unwrap(payload: object) -> Mapping[str, object]:
    """Take CloudEvent envelopes off; what is not one is returned as it is."""
    for _ in range(CLOUD_EVENT_WRAPS_MAX + 1):
        if not isinstance(payload, dict):
            raise wrong_type("body", payload, "a JSON object")
        if "specversion" not in payload:
            return payload
        if "data" in payload:
            payload = payload["data"]
            if isinstance(payload, str):
                payload = _json(payload)
        else:
            payload = _json(_base64(payload.get("data_base64")))
    raise MalformedError(
        MalformedReason.TOO_DEEP,
        f"body: more than {CLOUD_EVENT_WRAPS_MAX} CloudEvents inside each other; send one",
    )


def texts(entry: Mapping[str, object], field: str, where: str, length_max: int) -> dict[str, str]:
    """A bounded object of texts, such as labels; a missing field is an empty one."""
    value = entry.get(field)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise wrong_type(f"{where}.{field}", value, "an object of texts")
    if len(value) > LABELS_MAX:
        raise MalformedError(
            MalformedReason.OUT_OF_BOUNDS,
            f"{where}.{field}: {len(value)} entries; at most {LABELS_MAX} are taken",
        )
    for key, text in value.items():
        if not isinstance(text, str):
            raise wrong_type(f"{where}.{field}.{key}"[:NAME_LENGTH_MAX], text, "a text")
        if len(key) > NAME_LENGTH_MAX or len(text) > length_max:
            raise MalformedError(
                MalformedReason.OUT_OF_BOUNDS,
                f"{where}.{field}.{key[:VALUE_SHOWN_LENGTH]}: {len(text)} characters; "
                f"at most {length_max} are taken",
            )
    return value


def time_s(value: object, where: str) -> float | None:
    """RFC 3339 to seconds since the epoch; None for nothing and for Go's zero time (year 1)."""
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise wrong_type(where, value, "an RFC 3339 time such as 2026-01-31T12:00:00Z")
    try:
        moment = datetime.fromisoformat(value)
        if moment.year <= 1:
            return None
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        raise MalformedError(
            MalformedReason.BAD_TIME,
            f"{where}: {value[:VALUE_SHOWN_LENGTH]!r} is no time; "
            "send RFC 3339 such as 2026-01-31T12:00:00Z",
        ) from None


def wrong_type(where: str, value: object, wanted: str) -> MalformedError:
    """The error for a value of another type than the field's."""
    shown = str(value)[:VALUE_SHOWN_LENGTH]
    return MalformedError(
        MalformedReason.WRONG_TYPE, f"{where}: {type(value).__name__} {shown!r}; send {wanted}"
    )


def missing(where: str, remedy: str) -> MalformedError:
    """The error for a field that every message of the kind must have."""
    return MalformedError(MalformedReason.MISSING_FIELD, f"{where} is missing; {remedy}")


def lone_surrogate(value: object) -> bool:
    """Whether a text in it is half of a character: JSON can say that, UTF-8 and stores can't."""
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return True
    return False


def _json(text: str | bytes) -> object:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise MalformedError(
            MalformedReason.NOT_JSON, "CloudEvent data: no JSON; send the message as JSON"
        ) from None
    if lone_surrogate(value):
        raise MalformedError(
            MalformedReason.NOT_UTF8, "CloudEvent data: a text with half a character; send UTF-8"
        )
    return value


def _base64(value: object) -> bytes:
    if not isinstance(value, str):
        raise missing("CloudEvent data or data_base64", "send one of them")
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise wrong_type("CloudEvent data_base64", value, "base64") from None
