"""The published schema and the reader agree: on what is shipped, and on anything made of it."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from tests.unit.adapters.playbook_texts import FULL, load, pack
from worker.adapters.playbook_files import PACK_FILE, SHIPPED, PlaybookError, playbook_schema

SCHEMA = playbook_schema()
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
ONLY_THE_READER_SAYS = (
    "is out of bounds", "doesn't compile", "is no step", "is no later step", "shorter than the",
    "allows no more than", "is another step's name", "is the end of every ladder",
    "nothing leads to this step", "is for a service", "is for a node",
)  # fmt: skip
"""What JSON Schema can't express; the schema's own module says so too."""

DOCUMENT: dict[str, Any] = yaml.safe_load(FULL)
FIELDS = ["name", "when", "never", "next", "mode", "action", "parameters", "soak", "alerts",
          "subjects", "promotion", "escalation", "percent", "ceiling", "extra"]  # fmt: skip
VALUES: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-2, 1100),
    st.floats(0.1, 0.9),
    st.sampled_from(
        ["", "a", "A b", "10m", "1e3s", "90h", "auto", "human", "more", "no", "5", "2Gi", "wrong",
         "x" * 64, "x" * 1025, "scale", "evict_pod", "raise_memory_limit", "roll_back", "node",
         "service", "Überall"]
    ),
    st.lists(st.sampled_from(["a", "b", "c", "node", "service", ""]), max_size=4),
    st.lists(st.integers(0, 3), max_size=2),
    st.dictionaries(st.sampled_from(FIELDS), st.sampled_from(["a", "2Gi", "1s", 7]), max_size=3),
)  # fmt: skip


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where every value of the document is; the inner ones often, or nothing would be left."""
    if path:
        yield from [path] * len(path) ** 2
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places(inner, (*path, key))


@st.composite
def documents(draw: st.DrawFn) -> Any:
    """A good playbook in which a few places were changed, taken away, or written anew."""
    document: Any = copy.deepcopy(DOCUMENT)
    for _ in range(draw(st.integers(1, 2))):
        left = list(places(document))
        if not left:
            break
        *above, last = draw(st.sampled_from(left))
        parent = document
        for key in above:
            parent = parent[key]
        what = draw(st.sampled_from(["change", "take away", "add"]))
        if what == "take away":
            del parent[last]
        elif what == "add" and isinstance(parent, dict):
            parent[draw(st.sampled_from(FIELDS))] = draw(VALUES)
        else:
            parent[last] = draw(VALUES)
    return document


@given(document=documents())
@settings(
    max_examples=400,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_what_one_refuses_the_other_refuses_too(tmp_path: Path, document: Any) -> None:
    text = yaml.safe_dump(document, allow_unicode=True)
    by_schema = not VALIDATOR.is_valid(yaml.safe_load(text))
    refused: list[str] = []
    try:
        load(pack(tmp_path, mine=text))
    except PlaybookError as error:
        refused = [one.words for one in error.problems]
    if by_schema:
        event("refused by both")
        assert refused, "the reader takes what the schema refuses"
    elif refused:
        event("refused by the reader only")
        structural = [
            one for one in refused if not any(words in one for words in ONLY_THE_READER_SAYS)
        ]
        assert not structural, "the schema takes what the reader refuses"
    else:
        event("taken by both")


def test_the_good_one_is_good() -> None:
    assert [*VALIDATOR.iter_errors(DOCUMENT)] == []


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"


@pytest.mark.parametrize(
    "path",
    [path for path in sorted(SHIPPED.glob("*.yaml")) if path.name != PACK_FILE],
    ids=lambda path: str(path.stem),
)
def test_what_is_shipped_is_valid(path: Path) -> None:
    assert [*VALIDATOR.iter_errors(yaml.safe_load(path.read_text()))] == []


def test_every_field_is_described() -> None:
    """What an editor shows beside a field."""
    described: list[str] = []

    def look(schema: Any) -> None:
        for name, field in schema.get("properties", {}).items():
            assert field["description"], name
            described.append(name)
            look(field)
        if "items" in schema:
            look(schema["items"])

    look(SCHEMA)
    assert {"match", "steps", "action", "verify", "window", "labels", "to"} <= set(described)
