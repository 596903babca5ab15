"""Files cut into records, whatever somebody made of them."""

from __future__ import annotations

import io
import json
from itertools import pairwise

import pytest

from worker.backtest import framing
from worker.backtest.framing import RECORD_MAX_BYTES, Piece, pieces
from worker.domain.incoming.malformed import Malformed

ONE, TWO, THREE = {"a": 1}, {"b": ["[", {"c": '}\\"'}]}, {"d": "ä\n{"}


def cut(text: str | bytes) -> list[Piece]:
    return list(pieces(io.BytesIO(text.encode() if isinstance(text, str) else text)))


def values(found: list[Piece]) -> list[object]:
    assert not [one for one in found if isinstance(one.body, Malformed)]
    return [json.loads(one.body) for one in found if isinstance(one.body, bytes)]


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(map(json.dumps, (ONE, TWO, THREE))),
        "\r\n\r\n".join(map(json.dumps, (ONE, TWO, THREE))) + "\r\n",
        "\ufeff" + "\n".join(map(json.dumps, (ONE, TWO, THREE))),
        json.dumps([ONE, TWO, THREE]),
        json.dumps([ONE, TWO, THREE], indent=2),
        json.dumps([ONE, TWO, THREE], ensure_ascii=False),
        "\n\n  " + json.dumps([ONE, TWO, THREE], indent="\t") + "\n",
        json.dumps([ONE, TWO]) + "\n" + json.dumps([THREE]),
        "[\n" + ",\n".join(map(json.dumps, (ONE, TWO, THREE))) + "\n]",
        "\n".join(json.dumps(one, indent=2) for one in (ONE, TWO, THREE)),
    ],
    ids=["lines", "blank lines", "mark", "array", "indented", "utf-8", "spaces", "arrays", "rows",
         "objects over lines"],
)  # fmt: skip
def test_every_form_gives_the_same_records(text: str) -> None:
    assert values(cut(text)) == [ONE, TWO, THREE]


def test_lines_are_numbered_from_one() -> None:
    assert [one.line for one in cut('\n{"a": 1}\n\n{"b": 2}')] == [2, 4]
    assert [one.line for one in cut('[\n{"a": 1},\n\n{"b":\n2}, {"c": 3}]')] == [2, 4, 5]


@pytest.mark.parametrize("text", ["", "\n \n", "[]", "[\n]\n", "[ , ]"])
def test_nothing_is_no_record(text: str) -> None:
    assert cut(text) == []


def test_one_broken_line_costs_no_other() -> None:
    found = cut('{"a": 1}\n{"b": \n{"c": 3}\n')
    assert [one.body for one in found] == [b'{"a": 1}', b'{"b":', b'{"c": 3}']


def test_what_stands_between_the_objects_of_an_array_is_told() -> None:
    found = cut('[{"a": 1}, 7, "x{", {"b": 2} oops]')
    kinds = [type(one.body).__name__ for one in found]
    assert kinds == ["bytes", "Malformed", "bytes", "Malformed"]
    told = [one.body.detail for one in found if isinstance(one.body, Malformed)]
    assert told[0].startswith("'7, \"x{\"'")
    assert "oops" in told[1]


@pytest.mark.parametrize(
    "text", ['[{"a": 1}, {"b": [1', '[{"a": 1}, {"b": "no end', '[{"a": 1}, "x']
)
def test_what_is_never_closed_is_told_once_with_its_line(text: str) -> None:
    first, last = cut(text)
    assert first.body == b'{"a": 1}'
    assert isinstance(last.body, Malformed)
    assert "isn't closed" in last.body.detail


def test_a_line_that_is_too_long_is_passed_over() -> None:
    long = b'{"a": "' + b"x" * (3 * RECORD_MAX_BYTES) + b'"}'
    found = cut(b'{"b": 1}\n' + long + b'\n{"c": 2}\n')
    assert [one.line for one in found] == [1, 2, 3]
    assert isinstance(found[1].body, Malformed)
    assert "more than" in found[1].body.detail
    assert (found[0].body, found[2].body) == (b'{"b": 1}', b'{"c": 2}')


def test_an_object_that_is_too_large_ends_an_array() -> None:
    large = b'{"a": "' + b"x" * (RECORD_MAX_BYTES + framing.CHUNK_BYTES) + b'"}'
    found = cut(b'[{"b": 1},\n' + large + b"]")
    assert found[0].body == b'{"b": 1}'
    assert isinstance(found[1].body, Malformed)
    assert found[1].line == 2
    assert len(found) == 2


def test_it_makes_no_difference_where_the_chunks_end(monkeypatch: pytest.MonkeyPatch) -> None:
    text = json.dumps([ONE, TWO, THREE, {"long": '\\"{' * 20}], indent=1, ensure_ascii=False)
    cuts = []
    for size in range(1, 40):
        monkeypatch.setattr(framing, "CHUNK_BYTES", size)
        cuts.append(cut("\n" + text))
    assert len(cuts[0]) == 4
    assert all(one == other for one, other in pairwise(cuts))


def test_a_large_array_is_never_held_whole() -> None:
    count = 300_000  # more than a first line may hold
    text = b"[" + b",".join(b'{"n": %d}' % number for number in range(count)) + b"]"

    asked: list[int | None] = []

    class Watched(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            asked.append(size)
            return super().read(size)

    assert sum(1 for _ in pieces(Watched(text))) == count
    assert set(asked) == {framing.CHUNK_BYTES}
