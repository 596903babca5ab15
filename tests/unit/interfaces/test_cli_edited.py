"""`aiopsctl show` on a journal that somebody has edited: it says so, and where."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from tests.unit.engine.rig import SHOP
from tests.unit.interfaces.cli_stage import SOURCES, Stage, stage
from worker.engine.documents import document_key
from worker.engine.ports import Json

BOTH = pytest.mark.parametrize("source", SOURCES)
Edit = Callable[[list[Json]], object]


@pytest.fixture
async def staged(tmp_path: Path) -> AsyncIterator[Stage]:
    async with stage(tmp_path) as made:
        yield made


async def edited(staged: Stage, edit: Edit) -> list[int]:
    """Change the journal in the store; the sequence numbers from before."""
    rig = staged.people.rig
    value = rig.on_disk(SHOP)
    numbers = [int(entry["seq"]) for entry in value["journal"]]
    edit(value["journal"])
    await rig.store.put(document_key(SHOP.key), value)
    return numbers


async def data(staged: Stage, source: str) -> Any:
    done = await staged.call("show", staged.repairing, "-o", "json", source=source)
    whole: Any = json.loads(done.stdout)
    assert done.exit_code == (0 if whole["journal_broken_at"] is None else 4)
    return whole


def another_detail(journal: list[Json]) -> None:
    journal[2]["detail"] = {"seen": "all was well"}


@BOTH
@pytest.mark.parametrize(
    ("edit", "broken"),
    [
        (another_detail, 2),
        (lambda journal: journal[1].update(at_ms=journal[1]["at_ms"] - 1), 1),
        (lambda journal: journal.pop(1), 2),
        (lambda journal: journal.insert(1, journal.pop(2)), 2),
    ],
    ids=["a detail", "a time", "one is cut out", "two change places"],
)
async def test_an_edited_journal_is_told_with_its_place(
    staged: Stage, source: str, edit: Edit, broken: int
) -> None:
    numbers = await edited(staged, edit)
    done = await staged.call("show", staged.repairing, source=source)
    assert done.exit_code == 4
    assert f"incident  {staged.repairing}" in done.stdout, "what is there is shown all the same"
    assert done.stderr.splitlines()[-1] == (
        f"This journal was edited, cut or reordered at entry {numbers[broken]}."
    )
    assert (await data(staged, source))["journal_broken_at"] == numbers[broken]


@BOTH
async def test_a_whole_one_is_whole(staged: Stage, source: str) -> None:
    whole = await data(staged, source)
    assert "journal_broken_at" in whole
    assert whole["journal_broken_at"] is None
    done = await staged.call("show", staged.repairing, source=source)
    assert (done.exit_code, "edited" in done.stderr) == (0, False)


@BOTH
async def test_other_journals_are_not_blamed(staged: Stage, source: str) -> None:
    await edited(staged, another_detail)
    done = await staged.call("show", staged.escalated, source=source)
    assert (done.exit_code, "edited" in done.stderr) == (0, False)
