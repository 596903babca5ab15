"""A message from outside, before we know what it says: envelopes, times, bounded texts.

Rules of this file: an input is read as it is or named as malformed, with the field, the value and
the remedy. Nothing is guessed, cut to fit, or dropped.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from datetime import UTC, datetime

from worker.domain.incoming.json_text import decode
from worker.domain.incoming.malformed import (
    VALUE_SHOWN_LENGTH,
    Malformed,
    MalformedError,
    MalformedReason,
    missing,
    wrong_type,
)

LABELS_MAX = 64  # labels or annotations of one message
NAME_LENGTH_MAX = 256  # characters
CLOUD_EVENT_WRAPS_MAX = 2  # a CloudEvent that Dapr wrapped once more
DATA_DEPTH_MAX = 20  # levels of what a CloudEvent carries as a text of its own


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
        if len(key) > NAME_LENGTH_MAX:
            raise MalformedError(
                MalformedReason.OUT_OF_BOUNDS,
                f"{where}.{field}: a name of {len(key)} characters, {key[:VALUE_SHOWN_LENGTH]!r}; "
                f"at most {NAME_LENGTH_MAX} are taken",
            )
        if len(text) > length_max:
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


def _json(text: str | bytes) -> object:
    body = text if isinstance(text, bytes) else text.encode(errors="surrogatepass")
    value = decode(body, depth_max=DATA_DEPTH_MAX, body_max_bytes=len(body))
    if isinstance(value, Malformed):
        raise MalformedError(value.reason, f"CloudEvent data, {value.detail}")
    return value


def _base64(value: object) -> bytes:
    if not isinstance(value, str):
        raise missing("CloudEvent data or data_base64", "send one of them")
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise wrong_type("CloudEvent data_base64", value, "base64") from None
