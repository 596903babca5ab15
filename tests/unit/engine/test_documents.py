"""Stored documents: what this version may read, what it may not change, and what is none."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.unit.domain.builders import WEB, acting
from worker.domain.document.codec import encode
from worker.domain.document.subject import SCHEMA, SubjectDocument
from worker.engine.documents import NewerSchemaError, document_key, from_json, to_save
from worker.engine.ports import PermanentError


def stored(**changes: Any) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(json.dumps(encode(acting())))
    return {**value, **changes}


@pytest.mark.parametrize("schema", ["1", "2", "", None, [], [1], {}, 1.5])
def test_a_schema_that_is_no_number_is_named(schema: object) -> None:
    with pytest.raises(PermanentError) as caught:
        from_json(stored(schema=schema))
    assert not isinstance(caught.value, NewerSchemaError)
    assert str(caught.value) == f"stored document: schema {schema!r} is no number"


@pytest.mark.parametrize("schema", [SCHEMA + 1, 10**30])
def test_a_newer_schema_is_not_touched(schema: int) -> None:
    with pytest.raises(NewerSchemaError, match=f"schema {schema}, this worker knows up to 1"):
        from_json(stored(schema=schema))


def test_without_a_schema_it_is_the_first() -> None:
    value = stored()
    del value["schema"]
    assert from_json(value) == acting()


@pytest.mark.parametrize("value", [{}, {"subject": 3}, stored(extra=3), stored(last_now_s=10**400)])
def test_what_is_no_document_is_permanent_trouble(value: dict[str, Any]) -> None:
    with pytest.raises(PermanentError, match="stored document: "):
        from_json(value)


def test_what_is_saved_is_every_field_under_the_subjects_key() -> None:
    save = to_save(acting(), "7")
    assert (save.key, save.version) == (document_key(WEB.key), "7")
    assert set(save.value) == set(SubjectDocument.__slots__)
    assert from_json(json.loads(json.dumps(encode(save.value)))) == acting()
