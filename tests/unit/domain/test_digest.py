"""Canonical JSON, by the examples of RFC 8785, and what it refuses."""

from __future__ import annotations

import hashlib
import json
import struct
from typing import Any

import pytest

from worker.domain.document.digest import INTEGER_MAX, canonical, digest_of
from worker.domain.document.identity import Subject, SubjectKind
from worker.domain.story.reason import Reason

APPENDIX_B = {
    "0000000000000000": "0",
    "8000000000000000": "0",
    "0000000000000001": "5e-324",
    "8000000000000001": "-5e-324",
    "7fefffffffffffff": "1.7976931348623157e+308",
    "ffefffffffffffff": "-1.7976931348623157e+308",
    "4340000000000000": "9007199254740992",
    "c340000000000000": "-9007199254740992",
    "4430000000000000": "295147905179352830000",
    "44b52d02c7e14af5": "9.999999999999997e+22",
    "44b52d02c7e14af6": "1e+23",
    "44b52d02c7e14af7": "1.0000000000000001e+23",
    "444b1ae4d6e2ef4e": "999999999999999700000",
    "444b1ae4d6e2ef4f": "999999999999999900000",
    "444b1ae4d6e2ef50": "1e+21",
    "3eb0c6f7a0b5ed8c": "9.999999999999997e-7",
    "3eb0c6f7a0b5ed8d": "0.000001",
    "41b3de4355555553": "333333333.3333332",
    "41b3de4355555554": "333333333.33333325",
    "41b3de4355555555": "333333333.3333333",
    "41b3de4355555556": "333333333.3333334",
    "41b3de4355555557": "333333333.33333343",
    "becbf647612f3696": "-0.0000033333333333333333",
    "43143ff3c1cb0959": "1424953923781206.2",
}


@pytest.mark.parametrize(("bits", "written"), APPENDIX_B.items())
def test_numbers_of_appendix_b(bits: str, written: str) -> None:
    (value,) = struct.unpack(">d", bytes.fromhex(bits))
    assert canonical(value) == written.encode()


@pytest.mark.parametrize("bits", ["7fffffffffffffff", "7ff0000000000000", "fff0000000000000"])
def test_what_is_no_number_is_refused(bits: str) -> None:
    (value,) = struct.unpack(">d", bytes.fromhex(bits))
    with pytest.raises(ValueError, match="no JSON number"):
        canonical({"a": [value]})


def test_the_example_of_the_rfc() -> None:
    value = json.loads(
        r'{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],'
        r'"string":"\u20ac$\u000F\u000aA'
        r"'"
        r'\u0042\u0022\u005c\\\"\/","literals":[null,true,false]}'
    )
    assert canonical(value) == (
        '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    ).encode()  # fmt: skip


def test_keys_are_ordered_by_utf_16_code_units() -> None:
    """As in the RFC's section 3.2.3: an emoji is two units, which stand before U+FB33."""
    keys = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"]
    ordered = ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]
    assert list(json.loads(canonical(dict.fromkeys(keys)))) == ordered
    assert ordered != sorted(keys), "code points would be another order"


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (True, "true"),
        (1, "1"),
        (1.0, "1"),
        (-0.0, "0"),
        (INTEGER_MAX, "9007199254740991"),
        (-INTEGER_MAX, "-9007199254740991"),
        (50987161249718780, "50987161249718780"),
        (5.098716124971878e16, "50987161249718780"),
        ("\x00\x1f\x7f\u2028/é😀", '"\\u0000\\u001f\x7f\u2028/é😀"'),
        ("\b\t\n\f\r", '"\\b\\t\\n\\f\\r"'),
        ((), "[]"),
        ({}, "{}"),
        ({"b": [], "a": {"": None}}, '{"a":{"":null},"b":[]}'),
        (Reason.HEALTHY, '"healthy"'),
        (
            Subject(SubjectKind.SERVICE, "shop", "Deployment/web"),
            '{"kind":"service","name":"Deployment/web","scope":"shop"}',
        ),
    ],
)
def test_each_kind_of_value(value: object, written: str) -> None:
    assert canonical(value) == written.encode()


def test_the_digest_is_sha_256_over_it() -> None:
    assert digest_of({"b": 1, "a": 2}) == hashlib.sha256(b'{"a":2,"b":1}').hexdigest()


def nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


def itself() -> Any:
    value: list[Any] = []
    value.append(value)
    return value


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({1: "a"}, "key 1"),
        ({None: 1, "a": 2}, "key None"),
        (INTEGER_MAX + 2, "write it as text"),
        (-INTEGER_MAX - 2, "write it as text"),
        (50987161249718784, "write it as text"),
        (10**21, "write it as text"),
        (10**5000, "write it as text"),
        ("\ud800", "surrogate"),
        ({"\ud800": 1}, "surrogate"),
        ({"a", "b"}, "set has no JSON form"),
        (b"bytes", "bytes has no JSON form"),
        (nested(100_000), "nested too deeply"),
        (itself(), "inside itself"),
    ],
    ids=lambda value: str(value)[:20] if isinstance(value, str) else type(value).__name__,
)
def test_what_has_no_exact_form_is_refused_by_name(value: object, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        canonical(value)
