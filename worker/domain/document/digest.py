"""One spelling for one value: canonical JSON as of RFC 8785 (JCS), and the digest over it.

Equal values give equal bytes, in any language that has JCS: keys in the order of their UTF-16 code
units, numbers as ECMAScript writes them, no spaces. What JSON can't say exactly is refused, since
two readers would read two values.
"""

from __future__ import annotations

import hashlib
import math
from enum import StrEnum
from json.encoder import JSONEncoder, encode_basestring

from worker.domain.document.codec import encode, fields_of

SAME_FROM, SAME_BELOW = 1e-4, 1e15  # fractions in between have the same spelling everywhere
INTEGER_MAX = 2**53 - 1  # beyond it neighbours share one double (I-JSON, RFC 7493)
PLAIN_DIGITS_MAX = 21  # ECMAScript: longer whole numbers are written with an exponent
LEADING_ZEROS_MAX = 6  # and so are fractions with more zeros behind the point


def canonical(value: object) -> bytes:
    """The canonical JSON of dataclasses, dicts, lists, texts, numbers, booleans and None.

    Raises ValueError, which names what has no canonical form.
    """
    try:
        try:
            return _quick(_plain(value)).encode()
        except _OddError:
            return _text(encode(value)).encode()
    except UnicodeEncodeError as error:
        raise ValueError("half a character (a lone surrogate); write whole ones") from error
    except RecursionError as error:
        raise ValueError("nested too deeply, or inside itself; write it flat") from error


def digest_of(value: object) -> str:
    """SHA-256 over the canonical JSON, in hexadecimal. Raises ValueError."""
    return hashlib.sha256(canonical(value)).hexdigest()


_quick = JSONEncoder(
    ensure_ascii=False, check_circular=False, allow_nan=False, sort_keys=True,
    separators=(",", ":"),
).encode  # fmt: skip
"""The standard library's own writer, which is right for all that `_plain` lets through."""


class _OddError(Exception):
    """Something that Python writes otherwise than ECMAScript, or that has no canonical form."""


def _plain(value: object) -> object:
    """The same in values of which both have the same spelling: nearly everything. Raises _OddError
    for the others, which `_text` writes or refuses."""
    kind = type(value)
    if kind is str or kind is bool or value is None:
        return value
    if isinstance(value, float):
        if value.is_integer() and abs(value) < SAME_BELOW:
            return int(value)
        if kind is float and SAME_FROM <= abs(value) < SAME_BELOW:
            return value
    elif isinstance(value, StrEnum):
        return str(value)
    elif kind is int and abs(value) <= INTEGER_MAX:  # type: ignore[arg-type]
        return value
    elif isinstance(value, (tuple, list)):
        return [_plain(item) for item in value]
    elif isinstance(value, dict):
        if all(type(key) is str and key.isascii() for key in value):
            return {key: _plain(item) for key, item in value.items()}
    elif kind is frozenset:
        return _plain(encode(value))
    elif (names := fields_of(kind)) is not None:  # type: ignore[arg-type]
        return {name: _plain(getattr(value, name)) for name in names}
    raise _OddError


def _text(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            return encode_basestring(value)
        case int():
            return _integer(value)
        case float():
            return _number(value)
        case list():
            return "[" + ",".join([_text(item) for item in value]) + "]"
        case dict():
            return "{" + ",".join([_member(key, value[key]) for key in _ordered(value)]) + "}"
    raise ValueError(f"{type(value).__name__} has no JSON form; write it as text or number")


def _member(key: str, value: object) -> str:
    return f"{encode_basestring(key)}:{_text(value)}"


def _ordered(entries: dict[object, object]) -> list[str]:
    keys = [key for key in entries if isinstance(key, str)]
    if len(keys) < len(entries):
        other = next(key for key in entries if not isinstance(key, str))
        raise ValueError(f"key {other!r:.80}: a key of an object is a text; write it as one")
    if "".join(keys).isascii():
        return sorted(keys)
    return sorted(keys, key=lambda key: key.encode("utf-16-be"))


def _integer(value: int) -> str:
    """A large one only if its digits are just what its double is written as."""
    large = abs(value) > INTEGER_MAX
    if large and (abs(value) >= 10**PLAIN_DIGITS_MAX or _number(float(value)) != str(value)):
        raise ValueError("an integer beyond 2^53-1 is not exact in JSON; write it as text")
    return str(int(value))


def _number(value: float) -> str:
    """ECMAScript's Number::toString: the shortest digits that are read back as this double, which
    are those of `repr`, and its own rule for where the point goes."""
    if not math.isfinite(value):
        raise ValueError(f"{value} is no JSON number; write it as text, or leave it out")
    if value == 0:
        return "0"
    sign = "-" if value < 0 else ""
    mantissa, _, exponent = float.__repr__(abs(value)).partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    point = len(whole) + int(exponent or 0) - (len(whole + fraction) - len(digits))
    digits = digits.rstrip("0")
    if 0 < point <= PLAIN_DIGITS_MAX:
        behind = digits[point:]
        return sign + digits[:point].ljust(point, "0") + (f".{behind}" if behind else "")
    if -LEADING_ZEROS_MAX < point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    behind = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{sign}{digits[0]}{behind}e{point - 1:+d}"
