"""Text from outside can't reach the terminal raw, wherever it is printed."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import yaml

from tests.unit.engine.rig import alert, body
from tests.unit.interfaces.cli_stage import (
    HOSTILE,
    HOSTILE_SUBJECT,
    SOURCES,
    UNSAFE,
    Stage,
    aiopsctl,
    stage,
)

BOTH = pytest.mark.parametrize("source", SOURCES)


@pytest.fixture
async def staged(tmp_path: Path) -> AsyncIterator[Stage]:
    """All that an alert's sender chooses is hostile; so is the letter's body."""
    async with stage(tmp_path, letter=f"{{{HOSTILE}".encode()) as made:
        rig = made.people.rig
        one = alert(HOSTILE, namespace=HOSTILE, severity=HOSTILE, pod=HOSTILE, node=HOSTILE)
        await rig.deliver(body({**one, "annotations": {"summary": HOSTILE}}))
        await rig.turn(HOSTILE_SUBJECT)
        made.escalated = (await rig.document(HOSTILE_SUBJECT)).incidents[0].id
        yield made


@BOTH
async def test_no_table_passes_it_on(staged: Stage, source: str) -> None:
    for words in (
        ("incidents", "--all"),
        ("show", staged.escalated),
        ("deadletter", "list"),
        ("deadletter", "show", staged.letter),
    ):
        done = await staged.call(*words, source=source)
        assert done.exit_code == 0, words
        assert not UNSAFE.search(done.stdout), words


@BOTH
async def test_a_line_feed_makes_no_line_of_its_own(staged: Stage, source: str) -> None:
    """Nobody can write a line into the story, or a row into a table."""
    for words in (("incidents", "--all"), ("show", staged.escalated)):
        done = await staged.call(*words, source=source)
        assert "fake line" in done.stdout, words
        assert not any(line.lstrip("�").startswith("31m") for line in done.stdout.splitlines())
        assert not any(line.startswith("fake") for line in done.stdout.splitlines())


@BOTH
async def test_as_data_it_is_whole_and_escaped(staged: Stage, source: str) -> None:
    """ASCII: nothing that moves the cursor, and nothing that turns the text around."""
    for output in ("json", "yaml"):
        done = await staged.call("show", staged.escalated, "-o", output, source=source)
        assert done.stdout.isascii(), output
        assert not UNSAFE.search(done.stdout), output
        whole = json.loads(done.stdout) if output == "json" else yaml.safe_load(done.stdout)
        assert whole["subject"] == HOSTILE_SUBJECT.text


@BOTH
@pytest.mark.parametrize("output", ["json", "yaml"])
async def test_every_list_as_data_is_ascii_too(staged: Stage, source: str, output: str) -> None:
    for words in (
        ("incidents", "--all"),
        ("deadletter", "list"),
        ("deadletter", "show", staged.letter),
    ):
        done = await staged.call(*words, "-o", output, source=source)
        assert done.exit_code == 0, words
        assert done.stdout.isascii(), words
        assert not UNSAFE.search(done.stdout), words


async def test_yaml_runs_nothing_and_makes_no_tags(staged: Stage) -> None:
    done = await staged.call("show", staged.escalated, "-o", "yaml", source="--server")
    assert "!!" not in done.stdout


@BOTH
async def test_an_id_that_is_hostile_is_only_not_there(staged: Stage, source: str) -> None:
    for words in (("show", "x\ny"), ("deadletter", "show", "x/../y"), ("show", "%2e%2e/x?y#z")):
        assert (await staged.call(*words, source=source)).exit_code == 3, words


async def test_a_server_that_is_hostile_stays_one_line() -> None:
    done = await aiopsctl("incidents", "--server", "javascript:alert(1)")
    assert done.exit_code == 2
    assert "write a URL such as http://" in done.stderr
