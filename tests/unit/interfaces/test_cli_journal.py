"""`aiopsctl journal verify` on a worker, and on a database beside its worker."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.unit.engine.rig import NOBODY, SHOP
from tests.unit.interfaces.cli_stage import SOURCES, Stage, aiopsctl, stage
from tests.unit.interfaces.people_port import people
from worker.domain.document.subject import SubjectDocument
from worker.domain.story.journal import EntryKind
from worker.domain.story.reason import Reason
from worker.engine.archive import block_key
from worker.engine.documents import document_key

BOTH = pytest.mark.parametrize("source", SOURCES)
VERIFY = ("journal", "verify")
SUBJECTS = ["service/shop/Deployment/web", "unresolved/nowhere", "unresolved/over"]


@pytest.fixture
async def staged(tmp_path: Path) -> AsyncIterator[Stage]:
    async with stage(tmp_path) as made:
        yield made


async def data(staged: Stage, *words: str, source: str, code: int = 0) -> Any:
    done = await staged.call(*VERIFY, *words, "-o", "json", source=source)
    assert done.exit_code == code, done.stderr
    return json.loads(done.stdout)


async def go_on(staged: Stage, count: int) -> None:
    """More happens to the shop than its document holds."""

    def noted(document: SubjectDocument) -> SubjectDocument:
        for _ in range(count):
            document = document.note(EntryKind.OPS_EVENT, Reason.OPS_EVENT, 1.0, event="x")
        return document

    rig = staged.people.rig
    await rig.documents.change(SHOP.key, noted)
    rig.clock.pass_s(5.0)
    await rig.turn(SHOP)


@BOTH
async def test_all_that_are_known_are_whole(staged: Stage, source: str) -> None:
    done = await staged.call(*VERIFY, source=source)
    assert (done.exit_code, done.stderr) == (0, "")
    head, *rows = done.stdout.splitlines()
    assert head.split() == ["SUBJECT", "STATE", "ENTRIES", "FIRST", "LAST", "FROM", "UNTIL"]
    assert [row.split()[0] for row in rows if "cluster//ingest" not in row] == SUBJECTS
    assert all(row.split()[1] == "whole" for row in rows)
    assert [row.split()[3] for row in rows if "cluster//ingest" not in row] == ["1", "1", "1"]
    assert "2026-01-01T12:0" in "".join(rows)


@BOTH
@pytest.mark.parametrize("output", ["json", "yaml"])
async def test_as_data(staged: Stage, source: str, output: str) -> None:
    done = await staged.call(*VERIFY, SHOP.text, "-o", output, source=source)
    (row,) = json.loads(done.stdout) if output == "json" else yaml.safe_load(done.stdout)
    document = await staged.people.rig.document(SHOP)
    assert (row["subject"], row["state"], row["breaks"]) == (SHOP.text, "whole", [])
    assert (row["entries"], row["first_seq"], row["last_seq"]) == (
        document.journal_seq, 1, document.journal_seq,
    )  # fmt: skip
    assert row["head"] == document.journal_head


@BOTH
async def test_beyond_the_document_the_archive_is_verified(staged: Stage, source: str) -> None:
    for _ in range(4):
        await go_on(staged, 180)
    rig = staged.people.rig
    (row,) = await data(staged, SHOP.text, "--complete", source=source)
    assert row["entries"] == (await rig.document(SHOP)).journal_seq > 720
    key = block_key(SHOP.key, 3)
    block = (await rig.store.load([key]))[key].value
    block["entries"][5]["detail"] = {"event": "nothing"}
    await rig.store.put(key, block)
    (row,) = await data(staged, SHOP.text, source=source, code=4)
    assert row["breaks"] == [{"how": "edited", "seq": 54, "until": 54}]
    await rig.store.put(key, {"schema": 1, "entries": []})
    (row,) = await data(staged, SHOP.text, source=source, code=4)
    assert row["breaks"] == [{"how": "deleted", "seq": 49, "until": 64}]


@BOTH
async def test_an_edited_document_is_told_with_its_place(staged: Stage, source: str) -> None:
    rig = staged.people.rig
    value = rig.on_disk(SHOP)
    value["journal"][2]["detail"] = {"seen": "all was well"}
    await rig.store.put(document_key(SHOP.key), value)
    done = await staged.call(*VERIFY, source=source)
    assert done.exit_code == 4
    assert done.stderr == f"{SHOP.text}: entry 3 was edited, or the one before it was.\n"
    states = {row.split()[0]: row.split()[1] for row in done.stdout.splitlines()[1:]}
    assert {name for name, state in states.items() if state != "whole"} == {SHOP.text}
    assert states[SHOP.text] == "broken"


@BOTH
async def test_a_cut_end_is_known_by_the_documents_head(staged: Stage, source: str) -> None:
    rig = staged.people.rig
    value = rig.on_disk(SHOP)
    last = value["journal"].pop()["seq"]
    await rig.store.put(document_key(SHOP.key), value)
    (row,) = await data(staged, SHOP.text, source=source, code=4)
    assert row["breaks"] == [{"how": "truncated", "seq": last, "until": last}]


@BOTH
async def test_a_head_that_was_noted_down_must_be_there(staged: Stage, source: str) -> None:
    document = await staged.people.rig.document(SHOP)
    noted = document.journal[2].hash
    await go_on(staged, 60)
    assert (await data(staged, SHOP.text, "--head", noted, source=source))[0]["state"] == "whole"
    words = ("--head", f"{SHOP.text}={noted}", "--head", f"{NOBODY.text}={'0' * 64}")
    rows = {row["subject"]: row for row in await data(staged, *words, source=source, code=4)}
    assert rows[SHOP.text]["state"] == "whole"
    assert [one["how"] for one in rows[NOBODY.text]["breaks"]] == ["truncated"]


@BOTH
async def test_one_that_cannot_be_read_is_not_whole(staged: Stage, source: str) -> None:
    await staged.people.rig.store.put(document_key(NOBODY.key), {"schema": 99})
    done = await staged.call(*VERIFY, source=source)
    assert done.exit_code == 1
    assert f"{NOBODY.text}: schema 99" in done.stderr
    rows = {row["subject"]: row for row in await data(staged, source=source, code=1)}
    assert rows[NOBODY.text]["state"] == "unreadable"
    assert rows[SHOP.text]["state"] == "whole"


@BOTH
async def test_what_is_not_there_is_3_with_a_remedy(staged: Stage, source: str) -> None:
    done = await staged.call(*VERIFY, "unresolved/none", source=source)
    assert (done.exit_code, done.stdout) == (3, "")
    assert "aiopsctl incidents --all" in done.stderr


@BOTH
@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("shop",), "service/shop/Deployment/web"),
        (("--head", "x"), "64 hexadecimal digits"),
        (("--head", "0" * 64), "write SUBJECT=HASH"),
        ((SHOP.text, "--head", f"{NOBODY.text}={'0' * 64}"), f"only {SHOP.text}"),
    ],
)
async def test_wrong_usage_is_2_and_says_what_to_write(
    staged: Stage, source: str, words: tuple[str, ...], named: str
) -> None:
    done = await staged.call(*VERIFY, *words, source=source)
    assert (done.exit_code, done.stdout) == (2, "")
    assert named in " ".join(done.stderr.split())


async def test_a_worker_without_subjects_has_nothing_to_verify(tmp_path: Path) -> None:
    async with people(tmp_path) as served:
        done = await aiopsctl(*VERIFY, "--server", served.port.url)
    assert (done.exit_code, done.stderr) == (0, "No journals.\n")
