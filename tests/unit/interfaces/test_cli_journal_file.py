"""`aiopsctl journal verify --file`: offline, from what somebody took from the topic."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.unit.interfaces.journal_lines import (
    API,
    OTHER,
    RUN,
    WEB,
    Json,
    plain,
    published,
    rows,
    verify,
)
from worker.adapters.sqlite.store import SqliteStore
from worker.adapters.sqlite.topics import SqliteJournal
from worker.domain.document.codec import encode
from worker.interfaces.cli.main import main


async def test_records_of_the_topic_by_subject_repeats_and_all(tmp_path: Path) -> None:
    web, api = await published(RUN), await published(OTHER, API)
    lines = [*web[:5], *api, *web[2:], "", *web[10:]]
    found = {one["subject"]: one for one in await rows(tmp_path, lines)}
    assert set(found) == {WEB, API}
    assert (found[WEB]["state"], found[WEB]["entries"], found[WEB]["repeats"]) == ("whole", 12, 5)
    assert (found[API]["first_seq"], found[API]["last_seq"]) == (1, 7)
    assert found[WEB]["head"] == RUN[-1].hash
    (only,) = await rows(tmp_path, lines, API)
    assert only["subject"] == API


async def test_entries_by_themselves_are_one_journal(tmp_path: Path) -> None:
    (found,) = await rows(tmp_path, plain(RUN))
    assert (found["subject"], found["state"], found["entries"]) == ("", "whole", 12)
    (named,) = await rows(tmp_path, plain(RUN), WEB, "--head", RUN[-1].hash, "--complete")
    assert (named["subject"], named["state"]) == (WEB, "whole")


async def test_rows_of_an_embedded_workers_table(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "aiops.db")
    await SqliteJournal(store).publish(WEB, RUN)
    await store.close()
    connection = sqlite3.connect(tmp_path / "aiops.db")
    asked = (
        "SELECT json_object('subject', subject, 'entry', json(CAST(entry AS TEXT))) FROM journal"
    )
    lines = [line for (line,) in connection.execute(asked)]
    as_text = [
        json.dumps({"subject": subject, "seq": seq, "entry": entry.decode()})
        for subject, seq, entry in connection.execute("SELECT * FROM journal")
    ]
    connection.close()
    for some in (lines, as_text):
        (found,) = await rows(tmp_path, some)
        assert (found["subject"], found["state"], found["entries"]) == (WEB, "whole", 12)


OTHERS = [json.dumps({"subject": WEB, "data": encode(one)}) for one in OTHER]
TAMPERED: list[tuple[str, Callable[[list[Json]], object], Json]] = [
    (
        "edited",
        lambda run: run[4]["data"]["detail"].update(seen="all was well"),
        {"how": "edited", "seq": 5, "until": 5},
    ),
    ("deleted", lambda run: run.__delitem__(slice(3, 6)), {"how": "deleted", "seq": 4, "until": 6}),
    ("swapped", lambda run: run.insert(5, run.pop(4)), {"how": "reordered", "seq": 5, "until": 5}),
    (
        "cut",
        lambda run: run.__delitem__(slice(9, 12)),
        {"how": "truncated", "seq": 10, "until": 10},
    ),
    (
        "told in two ways",
        lambda run: run.insert(8, json.loads(OTHERS[6])),
        {"how": "forked", "seq": 7, "until": 7},
    ),
    (
        "moved from another subject",
        lambda run: run.insert(0, json.loads(OTHERS[0])),
        {"how": "forked", "seq": 1, "until": 1},
    ),
]


@pytest.mark.parametrize(
    ("tamper", "wanted"), [pytest.param(*one[1:], id=one[0]) for one in TAMPERED]
)
async def test_what_was_done_is_told_and_is_4(
    tmp_path: Path, tamper: Callable[[list[Json]], object], wanted: Json
) -> None:
    run = [json.loads(line) for line in await published(RUN)]
    tamper(run)
    lines = [*(json.dumps(one) for one in run), *(await published(OTHER, API))]
    head = ("--head", f"{WEB}={RUN[-1].hash}")
    found = {one["subject"]: one for one in await rows(tmp_path, lines, *head, code=4)}
    assert found[WEB]["breaks"] == [wanted]
    assert found[API]["state"] == "whole"
    done = await verify(tmp_path, lines, *head)
    assert done.stderr.startswith(f"{WEB}: entr")
    assert done.stderr.count("\n") == 1


async def test_without_its_head_a_cut_end_is_not_seen_and_with_it_even_if_all_is_cut(
    tmp_path: Path,
) -> None:
    web, api = await published(RUN), await published(OTHER, API)
    assert (await rows(tmp_path, web[:9]))[0]["state"] == "whole"
    found = await rows(tmp_path, api, "--head", f"{WEB}={RUN[-1].hash}", code=4)
    assert [(one["subject"], one["entries"], one["state"]) for one in found] == [
        (API, 7, "whole"), (WEB, 0, "broken"),
    ]  # fmt: skip
    assert [one["seq"] for one in found[1]["breaks"]] == [1]
    for lines in (api, []):
        (only,) = await rows(tmp_path, lines, WEB, "--head", RUN[-1].hash, code=4)
        assert (only["subject"], only["entries"], only["state"]) == (WEB, 0, "broken")


async def test_the_beginning_must_be_there_on_request(tmp_path: Path) -> None:
    lines = (await published(RUN))[4:]
    assert (await rows(tmp_path, lines))[0]["first_seq"] == 5
    (found,) = await rows(tmp_path, lines, "--complete", code=4)
    assert found["breaks"] == [{"how": "deleted", "seq": 1, "until": 4}]


async def test_a_file_without_entries_proves_nothing(tmp_path: Path) -> None:
    for lines in ([], ["", "  "]):
        done = await verify(tmp_path, lines)
        assert done.exit_code == 1
        assert "has no entries" in done.stderr
    done = await verify(tmp_path, await published(RUN), API)
    assert (done.exit_code, "leave SUBJECT out" in done.stderr) == (3, True)


async def test_a_file_and_a_database_are_two_things(tmp_path: Path) -> None:
    database = tmp_path / "aiops.db"
    await SqliteStore(database).close()
    done = await verify(tmp_path, plain(RUN), "--database", str(database))
    assert (done.exit_code, "one after the other" in done.stderr) == (2, True)


async def test_a_bare_hash_needs_one_subject(tmp_path: Path) -> None:
    lines = [*(await published(RUN)), *(await published(OTHER, API))]
    done = await verify(tmp_path, lines, "--head", RUN[-1].hash)
    assert (done.exit_code, "2 subjects" in done.stderr) == (2, True)
    assert (await rows(tmp_path, lines[:12], "--head", RUN[-1].hash))[0]["state"] == "whole"


def test_from_standard_input() -> None:
    text = "\n".join(plain(RUN))
    done = CliRunner().invoke(main, ["journal", "verify", "--file", "-"], input=text)
    assert done.exit_code == 0
    assert done.stdout.splitlines()[1].split()[:3] == ["-", "whole", "12"]
