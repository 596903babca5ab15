"""`aiopsctl journal verify --file` on what is no journal: named by its line, and harmless."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.unit.interfaces.cli_stage import UNSAFE, aiopsctl
from tests.unit.interfaces.journal_lines import RUN, plain, published, verify
from worker.interfaces.cli.journal_file import LINE_MAX_BYTES

UNREADABLE: list[tuple[str, str, str]] = [
    ("no JSON", "{nope", "no JSON"),
    ("no UTF-8", "\udcff", "no UTF-8"),
    ("another thing", "[1]", "list instead of an object"),
    ("an event without a subject", '{"data": {}}', "without the subject"),
    ("an event without an entry", '{"subject": "x", "data": 7}', "int instead of dict"),
    ("a dead letter", '{"subject": "x", "data": {"id": "1"}}', "Entry"),
    ("equal keys", '{"seq": 1, "seq": 2}', "twice"),
    ("half a character", '{"subject": "x", "data": {"incident": "\\ud800"}}', "half a character"),
    ("too long", '{"subject": "' + "x" * LINE_MAX_BYTES + '"}', f"longer than {LINE_MAX_BYTES}"),
    ("too deep", "[" * 50 + "]" * 50, "nested deeper"),
    ("far too deep", "[" * 100_000, "nested deeper"),
    ("an endless number", '{"seq": ' + "9" * 5000 + "}", "no JSON"),
]


@pytest.mark.parametrize(
    ("line", "words"), [pytest.param(*one[1:], id=one[0]) for one in UNREADABLE]
)
async def test_what_is_no_entry_is_1_with_its_line(tmp_path: Path, line: str, words: str) -> None:
    path = tmp_path / "journal.jsonl"
    text = "\n".join([*(await published(RUN[:2])), line, ""])
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    done = await aiopsctl("journal", "verify", "--file", str(path))
    assert (done.exit_code, done.stdout) == (1, "")
    assert "line 3: " in done.stderr
    assert words in done.stderr
    assert "one record of the journal topic a line" in done.stderr
    assert len(done.stderr) < 600


async def test_a_missing_file_is_wrong_usage(tmp_path: Path) -> None:
    done = await aiopsctl("journal", "verify", "--file", str(tmp_path / "none"))
    assert (done.exit_code, done.stdout) == (2, "")


async def test_nothing_in_a_file_moves_the_cursor(tmp_path: Path) -> None:
    hostile = "service/evil\x1b[2J\r\n\u202e/x"
    forged = {**json.loads(plain(RUN)[0]), "at_ms": 10**30, "incident": "\x1b[31m"}
    line = json.dumps({"subject": hostile, "data": forged})
    for output in ("table", "json", "yaml"):
        done = await verify(tmp_path, [line], "-o", output)
        assert done.exit_code == 4
        assert not UNSAFE.search(done.stdout + done.stderr)
