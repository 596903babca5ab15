"""`aiopsctl incidents|show|deadletter` on a database beside its worker, and on a worker."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.unit.interfaces.cli_stage import SOURCES, Stage, stage

BOTH = pytest.mark.parametrize("source", SOURCES)
PARSED = pytest.mark.parametrize("output", ["json", "yaml"])


@pytest.fixture
async def staged(tmp_path: Path) -> AsyncIterator[Stage]:
    async with stage(tmp_path) as made:
        yield made


async def data(staged: Stage, *words: str, source: str, output: str = "json") -> Any:
    done = await staged.call(*words, "-o", output, source=source)
    assert (done.exit_code, done.stderr) == (0, "")
    return json.loads(done.stdout) if output == "json" else yaml.safe_load(done.stdout)


@BOTH
async def test_incidents_as_a_table(staged: Stage, source: str) -> None:
    done = await staged.call("incidents", source=source)
    assert (done.exit_code, done.stderr) == (0, "")
    head, *rows = done.stdout.splitlines()
    assert head.split()[:4] == ["ID", "SUBJECT", "CAUSE", "PHASE"]
    assert [row.split()[0] for row in rows] == [staged.escalated, staged.repairing]
    assert rows[1].split()[1:4] == ["service/shop/Deployment/web", "crash_loop", "verifying"]
    assert "evict_pod web-" in rows[1]
    start = head.index("PHASE")
    assert [row[start:].split()[0] for row in rows] == ["escalated", "verifying"], "columns align"


@BOTH
async def test_closed_ones_too(staged: Stage, source: str) -> None:
    done = await staged.call("incidents", "--all", source=source)
    assert "unresolved/over" in done.stdout
    assert "resolved_by_others" in done.stdout
    assert "unresolved/over" not in (await staged.call("incidents", source=source)).stdout


@PARSED
@BOTH
async def test_incidents_as_data(staged: Stage, source: str, output: str) -> None:
    listed = await data(staged, "incidents", "--all", source=source, output=output)
    ids = [one["id"] for one in listed]
    assert (ids[0], ids[2], len(ids)) == (staged.escalated, staged.repairing, 3)
    assert [one["phase"] for one in listed] == ["escalated", "resolved", "verifying"]
    opened = [one["opened_at_s"] for one in listed]
    assert opened == sorted(opened, reverse=True), "newest first"


@BOTH
async def test_show_tells_the_story(staged: Stage, source: str) -> None:
    done = await staged.call("show", staged.repairing, source=source)
    assert (done.exit_code, done.stderr) == (0, "")
    head, _, story = done.stdout.partition("\n\n")
    assert f"incident  {staged.repairing}" in head
    assert "phase     verifying" in head
    assert "alerts    1 (1 seen)" in head
    lines = story.splitlines()
    assert len(lines) >= 5
    assert all(line[2] == line[5] == ":" for line in lines), "each with its time"
    assert "Decided to evict pod shop/Pod/web-" in story
    assert "The API server accepted" in lines[-1]


@PARSED
@BOTH
async def test_show_as_data(staged: Stage, source: str, output: str) -> None:
    whole = await data(staged, "show", staged.repairing, source=source, output=output)
    assert whole["id"] == staged.repairing
    assert whole["story"].count("\n") == len(whole["journal"]) - 1


@BOTH
async def test_dead_letters(staged: Stage, source: str) -> None:
    done = await staged.call("deadletter", "list", source=source)
    head, row = done.stdout.splitlines()
    assert head.split() == ["ID", "REASON", "SOURCE", "POSITION", "BYTES", "AGE"]
    assert row.split()[:5] == [staged.letter, "not_json", "webhook", "alerts/0/0", "5"]
    shown = (await staged.call("deadletter", "show", staged.letter, source=source)).stdout
    assert "reason      not_json" in shown
    assert "send JSON" in shown
    assert shown.endswith("\n\n{nope\n")


@PARSED
@BOTH
async def test_dead_letters_as_data(staged: Stage, source: str, output: str) -> None:
    (listed,) = await data(staged, "deadletter", "list", source=source, output=output)
    assert listed["id"] == staged.letter
    whole = await data(staged, "deadletter", "show", staged.letter, source=source, output=output)
    assert (whole["body"], whole["encoding"]) == ("{nope", "utf-8")


async def test_both_ways_say_the_same(staged: Stage) -> None:
    for words in (
        ("incidents", "--all"),
        ("show", staged.repairing),
        ("deadletter", "list"),
        ("deadletter", "show", staged.letter),
    ):
        said = [await data(staged, *words, source=source) for source in SOURCES]
        assert said[0] == said[1], words


@BOTH
async def test_what_is_not_there_is_3_with_a_remedy(staged: Stage, source: str) -> None:
    for words, remedy in (
        (("show", "inc-none"), "aiopsctl incidents --all"),
        (("show", "../../metrics"), "aiopsctl incidents --all"),
        (("deadletter", "show", "0" * 16), "aiopsctl deadletter list"),
        (("deadletter", "show", "none"), "aiopsctl deadletter list"),
    ):
        done = await staged.call(*words, source=source)
        assert (done.exit_code, done.stdout) == (3, ""), words
        assert remedy in done.stderr, words
        assert done.stderr.count("\n") == 1, words


@BOTH
async def test_reading_leaves_the_worker_alone(staged: Stage, source: str) -> None:
    before = staged.people.rig.store.saved("")
    await staged.call("incidents", "--all", source=source)
    await staged.call("deadletter", "list", source=source)
    assert staged.people.rig.store.saved("") == before
    await staged.people.rig.turn()  # it still works
