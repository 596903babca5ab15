"""Kubernetes quantities: an amount of memory from its text, and the text that the API server shows.

Rules of this file: what is no quantity has no amount, never zero. Source: the grammar and the
canonical form of `resource.Quantity` (k8s.io/apimachinery, pkg/api/resource).
"""

from __future__ import annotations

import re

AMOUNT_MAX = 2**63 - 1  # Kubernetes caps a larger quantity here
TEXT_LENGTH_MAX = 64  # characters; nobody writes a longer one, and a hostile one costs nothing
EXPONENT_MAX = 100  # powers of ten; every amount beyond is capped, or rounded up to one
BINARY = ("Ki", "Mi", "Gi", "Ti", "Pi", "Ei")
DECIMAL = ("k", "M", "G", "T", "P", "E")

_SUFFIX = {
    "n": (10, -9), "u": (10, -6), "m": (10, -3), "": (10, 0),
    **{name: (10, 3 * (1 + place)) for place, name in enumerate(DECIMAL)},
    **{name: (2, 10 * (1 + place)) for place, name in enumerate(BINARY)},
}  # fmt: skip
_QUANTITY = re.compile(
    r"([+-]?)(?:([0-9]+)(?:\.([0-9]*))?|\.([0-9]+))"
    r"(?:(n|u|m|[KMGTPE]i|[kMGTPE]?)|[eE]([+-]?[0-9]+))"
)


def bytes_of(text: str) -> int | None:
    """The amount in bytes, a fraction rounded up as Kubernetes does; None when it is no amount."""
    found = _QUANTITY.fullmatch(text) if len(text) <= TEXT_LENGTH_MAX else None
    if found is None:
        return None
    sign, whole, behind, only_behind, suffix, exponent = found.groups()
    fraction = behind or only_behind or ""
    digits = int(f"{whole or ''}{fraction}")
    if digits == 0:
        return 0
    if sign == "-":
        return None
    base, power = _SUFFIX[suffix or ""] if exponent is None else (10, int(exponent))
    power = max(-EXPONENT_MAX, min(EXPONENT_MAX, power))
    above: int = digits * (base**power if power > 0 else 1)
    below: int = 10 ** len(fraction) * (base**-power if power < 0 else 1)
    return min(-(-above // below), AMOUNT_MAX)


def text_of(amount_bytes: int) -> str:
    """The canonical text, which the API server shows whatever was written: `1Gi` for `1024Mi`."""
    amount = max(0, amount_bytes)
    for step, suffixes in ((1024, BINARY), (1000, DECIMAL)):
        place = 0
        rest = amount
        while rest and rest % step == 0 and place < len(suffixes):
            rest //= step
            place += 1
        if place:
            return f"{rest}{suffixes[place - 1]}"
    return str(amount)
