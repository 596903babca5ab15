"""Every document comes back from JSON as it was, and what is no document is named, not raised."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from tests.property.lives import Move, last, lives, subjects
from tests.property.worlds import examples
from worker.domain.document.codec import UndecodableError, decode, encode
from worker.domain.document.identity import Subject
from worker.domain.document.subject import SubjectDocument
from worker.domain.story.journal import broken_at

Path = tuple[str | int, ...]

leaves = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**53), 2**53), st.floats(allow_nan=False),
    st.text(max_size=5), st.just([]), st.just({}), st.just([{}]), st.just({"a": 1}),
)  # fmt: skip


def stored(document: SubjectDocument) -> Any:
    return json.loads(json.dumps(encode(document)))


def paths(value: Any, at: Path = ()) -> list[Path]:
    """Every place in a JSON value, but what belongs to other versions."""
    found = [at] if at else []
    if isinstance(value, dict):
        for key, item in value.items():
            if key not in ("extra", "labels", "annotations", "detail", "restarts"):
                found += paths(item, (*at, key))
    elif isinstance(value, list):
        for index, item in enumerate(value[:2]):
            found += paths(item, (*at, index))
    return found


def place(value: Any, path: Path) -> Any:
    for key in path:
        value = value[key]
    return value


def trouble(value: Any, otherwise: str) -> str:
    """What the codec says is wrong with it; nothing else may be raised."""
    try:
        decode(SubjectDocument, value)
    except UndecodableError as error:
        return str(error)
    return otherwise


@examples(150)
@given(subjects, lives)
def test_a_document_comes_back_as_it_was(subject: Subject, life: list[Move]) -> None:
    document = last(life, subject)
    back = decode(SubjectDocument, stored(document))
    assert back == document
    assert broken_at(back.journal) is None
    assert stored(back) == stored(document)


@examples(100)
@given(lives, st.data())
def test_what_it_does_not_know_is_kept_wherever_it_promises_to(
    life: list[Move], data: st.DataObject
) -> None:
    value = stored(last(life))
    keeping = [
        path for path in [(), *paths(value)]
        if isinstance(place(value, path), dict) and "extra" in place(value, path)
    ]  # fmt: skip
    path = data.draw(st.sampled_from(keeping))
    place(value, path)["novelty"] = {"a": [1, None]}
    again = stored(decode(SubjectDocument, value))
    assert place(again, path)["extra"] == {"novelty": {"a": [1, None]}}
    assert stored(decode(SubjectDocument, again)) == again


@examples(150)
@given(lives, st.data(), leaves)
def test_a_value_of_another_shape_is_read_or_named(
    life: list[Move], data: st.DataObject, leaf: Any
) -> None:
    value = stored(last(life))
    path = data.draw(st.sampled_from(paths(value)))
    assume(place(value, path) != leaf)
    place(value, path[:-1])[path[-1]] = leaf
    assert str(path[0]) in trouble(value, otherwise=str(path[0]))


@examples(100)
@given(lives, st.data())
def test_a_missing_field_is_filled_or_named(life: list[Move], data: st.DataObject) -> None:
    value = stored(last(life))
    named = [path for path in paths(value) if isinstance(path[-1], str)]
    path = data.draw(st.sampled_from(named))
    del place(value, path[:-1])[path[-1]]
    assert repr(path[-1]) in trouble(value, otherwise=repr(path[-1]))
