"""Canonical JSON of any value: read back it is the same, and there is one spelling only."""

from __future__ import annotations

import hashlib
import json
import re
from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.property.worlds import examples
from worker.domain.document.digest import INTEGER_MAX, canonical, digest_of
from worker.domain.story.journal import EntryKind, chained, digest
from worker.domain.story.reason import Reason

EXPONENT = re.compile(r"-?\d(\.\d*[1-9])?e([+-])(\d+)")

texts = st.text(st.characters(codec="utf-8"))
integers = st.integers(-INTEGER_MAX, INTEGER_MAX)
doubles = st.floats(allow_nan=False, allow_infinity=False)
values = st.recursive(
    st.none() | st.booleans() | integers | doubles | texts,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(texts, inner, max_size=5),
    max_leaves=20,
)
objects = st.dictionaries(texts, values, max_size=8)


def shuffled(value: Any, random: Random) -> Any:
    """Equal, with another order of keys everywhere."""
    if isinstance(value, dict):
        items = [(key, shuffled(item, random)) for key, item in value.items()]
        random.shuffle(items)
        return dict(items)
    return [shuffled(item, random) for item in value] if isinstance(value, list) else value


def ordered(value: Any) -> bool:
    if isinstance(value, dict):
        keys = [key.encode("utf-16-be") for key in value]
        return keys == sorted(keys) and all(ordered(item) for item in value.values())
    return all(ordered(item) for item in value) if isinstance(value, list) else True


def as_a_number(digits: str) -> int | float:
    """JSON has one kind of number: Python alone reads a large one without a point as an integer."""
    return int(digits) if abs(int(digits)) <= INTEGER_MAX else float(digits)


@examples(300)
@given(values)
def test_read_back_it_is_the_same_and_says_itself_again(value: Any) -> None:
    text = canonical(value)
    assert json.loads(text, parse_int=as_a_number) == value
    assert canonical(json.loads(text)) == text
    assert ordered(json.loads(text))


@examples(200)
@given(objects, st.integers(0, 2**32))
def test_the_order_of_keys_is_no_matter(value: Any, seed: int) -> None:
    assert digest_of(shuffled(value, Random(seed))) == digest_of(value)


@examples(200)
@given(objects, objects)
def test_another_value_has_another_digest(one: Any, other: Any) -> None:
    assert (canonical(one) == canonical(other)) == (digest_of(one) == digest_of(other))
    if canonical(one) == canonical(other):
        assert json.loads(canonical(one)) == json.loads(canonical(other))


@examples(500)
@given(doubles)
def test_a_double_is_written_as_ecmascript_does(value: float) -> None:
    """Exactly that double again, with an exponent only where ECMAScript writes one."""
    text = canonical(value).decode()
    assert float(text) == value
    with_exponent = value != 0 and not 1e-6 <= abs(value) < 1e21
    found = EXPONENT.fullmatch(text)
    assert (found is not None) == with_exponent, text
    if found:
        assert not found[3].startswith("0")
    else:
        assert re.fullmatch(r"-?(0|[1-9]\d*)(\.\d*[1-9])?", text)
    digits = re.sub(r"e.*|\D", "", text).strip("0")
    shortest = re.sub(r"e.*|\D", "", repr(value)).strip("0")
    assert digits == shortest


@examples(200)
@given(st.dictionaries(st.from_regex(r"[a-z_]{1,12}", fullmatch=True), texts, max_size=6), texts)
def test_hashes_of_entries_are_what_they_were_before(detail: dict[str, str], previous: str) -> None:
    """Sorted keys and no spaces were always the rule; stored journals stay whole."""
    entry = chained(
        seq=7, at_s=1_800_000_000.25, kind=EntryKind.HELD, reason=Reason.BUSY, incident="i-1",
        detail=detail, previous=previous,
    )  # fmt: skip
    hashed = {
        "seq": 7, "at_ms": 1_800_000_000_250, "kind": "held", "reason": str(Reason.BUSY),
        "incident": "i-1", "detail": entry.detail, "previous": previous,
    }  # fmt: skip
    text = json.dumps(hashed, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert digest(entry) == entry.hash == hashlib.sha256(text.encode()).hexdigest()
