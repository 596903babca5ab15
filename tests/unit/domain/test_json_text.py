"""Bytes from outside: a JSON value within the limits, or the reason with a remedy; never raises."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.domain.incoming.json_text import decode
from worker.domain.incoming.malformed import VALUE_SHOWN_LENGTH, Malformed, MalformedReason

DEPTH_MAX, BODY_MAX_BYTES = 5, 1000


def read(body: bytes) -> object:
    return decode(body, depth_max=DEPTH_MAX, body_max_bytes=BODY_MAX_BYTES)


def refused(body: bytes, *, body_max_bytes: int = BODY_MAX_BYTES) -> Malformed:
    answer = decode(body, depth_max=DEPTH_MAX, body_max_bytes=body_max_bytes)
    assert isinstance(answer, Malformed), answer
    return answer


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b"null", None),
        (b'"text"', "text"),
        (b"1.5", 1.5),
        (b"[]", []),
        (b'{"a": {"b": [1, true]}}', {"a": {"b": [1, True]}}),
        ('{"ü": "日本"}'.encode(), {"ü": "日本"}),
        (b'{"a": 1, "b": {"a": 1}}', {"a": 1, "b": {"a": 1}}),
    ],
)
def test_json_is_read_as_it_is(body: bytes, value: object) -> None:
    assert read(body) == value


@pytest.mark.parametrize("body", [b"", b"{", b"{'a': 1}", b"[1,]", b"\x00", b"{} {}", b"nul"])
def test_what_is_no_json(body: bytes) -> None:
    malformed = refused(body)
    assert malformed.reason is MalformedReason.NOT_JSON
    assert malformed.detail.endswith("send JSON")


@pytest.mark.parametrize("name", [b"NaN", b"Infinity", b"-Infinity"])
def test_numbers_that_json_does_not_know(name: bytes) -> None:
    malformed = refused(b'{"value": [' + name + b"]}")
    assert malformed.reason is MalformedReason.NOT_JSON
    assert name.decode() in malformed.detail


def test_a_number_too_long_to_convert() -> None:
    assert refused(b"9" * 20_000, body_max_bytes=20_000).reason is MalformedReason.NOT_JSON


@pytest.mark.parametrize("body", [b"\xff\xfe{}", b'{"a": "\xc3"}', b'"\xed\xa0\x80"'])
def test_what_is_no_utf8_names_the_first_wrong_byte(body: bytes) -> None:
    malformed = refused(body)
    assert malformed.reason is MalformedReason.NOT_UTF8
    wrong = next(i for i in range(len(body)) if body[i] >= 0x80)
    assert f"byte {wrong} " in malformed.detail


@pytest.mark.parametrize(
    "body", [rb'{"a": "\ud800"}', rb'{"\uDfFf": 1}', rb'[["x\udc00y"]]', rb'"\ud83d\u0041"']
)
def test_half_a_character_is_refused(body: bytes) -> None:
    """JSON can say it; no store can keep it, so it must not get in."""
    malformed = refused(body)
    assert malformed.reason is MalformedReason.NOT_UTF8
    malformed.detail.encode()


def test_a_whole_character_in_two_escapes_is_read() -> None:
    assert read(rb'{"a": "\ud83d\ude00 \\ud800"}') == {"a": "\U0001f600 \\ud800"}


@pytest.mark.parametrize(
    "body",
    [b'{"k": 1, "k": 1}', b'{"a": {"k": 1, "b": 2, "k": 3}}', b'[{"k": 1, "\\u006b": 2}]'],
)
def test_a_key_twice_is_named(body: bytes) -> None:
    malformed = refused(body)
    assert malformed.reason is MalformedReason.DUPLICATE_KEY
    assert "'k' twice; send it once" in malformed.detail


def test_a_long_key_twice_is_cut_in_the_message() -> None:
    key = b"x" * 300
    malformed = refused(b'{"%s": 1, "%s": 2}' % (key, key))
    assert "x" * VALUE_SHOWN_LENGTH in malformed.detail
    assert "x" * (VALUE_SHOWN_LENGTH + 1) not in malformed.detail


def test_the_size_is_a_limit_of_its_own() -> None:
    exactly = b'"' + b"x" * (BODY_MAX_BYTES - 2) + b'"'
    assert read(exactly) == "x" * (BODY_MAX_BYTES - 2)
    malformed = refused(exactly + b" ")
    assert malformed.reason is MalformedReason.TOO_LARGE
    assert f"{BODY_MAX_BYTES + 1} bytes" in malformed.detail
    assert str(BODY_MAX_BYTES) in malformed.detail


@pytest.mark.parametrize(("left", "right"), [(b"[", b"]"), (b'{"a":', b"}")])
def test_the_depth_is_a_limit(left: bytes, right: bytes) -> None:
    within = left * DEPTH_MAX + b"1" + right * DEPTH_MAX
    assert not isinstance(read(within), Malformed)
    malformed = refused(left + within + right)
    assert malformed.reason is MalformedReason.TOO_DEEP
    assert f"{DEPTH_MAX} levels" in malformed.detail


@pytest.mark.parametrize("opened", [b"[", b'{"a":'])
def test_depth_beyond_any_stack_is_only_too_deep(opened: bytes) -> None:
    closed = b"]" if opened == b"[" else b"}"
    body = opened * 100_000 + b"1" + closed * 100_000
    assert refused(body, body_max_bytes=10**7).reason is MalformedReason.TOO_DEEP


@given(st.binary(max_size=200))
def test_no_bytes_make_it_raise(body: bytes) -> None:
    found = read(body)
    assert isinstance(found, Malformed) or found == json.loads(body)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=20),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
        max_leaves=20,
    )
)
def test_whatever_was_written_as_json_comes_back(value: object) -> None:
    body = json.dumps(value).encode()
    assert decode(body, depth_max=64, body_max_bytes=10**6) == value
