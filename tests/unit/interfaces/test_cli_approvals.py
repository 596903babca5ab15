"""`aiopsctl approvals`: shows exactly what would be done, asks, and answers what was looked at."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import yaml
from click.testing import Result

from tests.unit.adapters.http_server import Answer, json_answer, serving
from tests.unit.engine.asking import answer, ask, question
from tests.unit.engine.rig import SHOP
from tests.unit.interfaces.cli_stage import UNSAFE, aiopsctl
from tests.unit.interfaces.people_port import People, people
from tests.unit.interfaces.team import people_file, token
from worker.domain.document.incident import Phase
from worker.domain.playbooks.playbook import Mode


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[People]:
    async with people(tmp_path, people=people_file(tmp_path), mode=Mode.APPROVE) as opened:
        await ask(opened.rig)
        yield opened


async def call(served: People, *words: str, by: str = "ann", typed: str = "") -> Result:
    return await aiopsctl(
        *words, typed=typed, AIOPS_SERVER=served.port.url, AIOPS_API_TOKEN=token(by)
    )


async def test_open_questions_are_listed(served: People) -> None:
    asked = await question(served.rig)
    done = await call(served, "approvals", "list", by="vera")
    assert (done.exit_code, done.stderr) == (0, "")
    head, row = done.stdout.splitlines()
    assert head.split()[:4] == ["ID", "SUBJECT", "ACTION", "TARGET"]
    assert row.split()[:4] == [asked["id"], SHOP.text, "evict_pod", asked["target"]]


@pytest.mark.parametrize("output", ["json", "yaml"])
async def test_as_data_they_are_what_rest_says(served: People, output: str) -> None:
    asked = await question(served.rig)
    read = json.loads if output == "json" else yaml.safe_load
    listed = await call(served, "approvals", "list", "-o", output)
    assert read(listed.stdout) == [asked]
    shown = await call(served, "approvals", "show", asked["id"], "-o", output)
    assert read(shown.stdout) == asked


async def test_show_says_exactly_what_would_be_done(served: People) -> None:
    asked = await question(served.rig)
    shown = (await call(served, "approvals", "show", asked["id"])).stdout
    for words in (
        f"question    {asked['id']} (open)",
        f"action      {asked['action']}",
        f"target      {asked['target']} (uid {asked['target_uid']})",
        "parameters  -",
        f"effect      {asked['effect']}",
        "ends in     ",
    ):
        assert words in shown


async def test_a_yes_shows_it_first_and_asks(served: People) -> None:
    asked = await question(served.rig)
    done = await call(
        served, "approvals", "approve", asked["id"], "--words", "go ahead", typed="y\n"
    )
    assert done.exit_code == 0
    assert f"target      {asked['target']}" in done.stderr
    assert "Shall this be done? [y/N]" in done.stderr
    assert done.stdout.startswith("ann said yes; it is looked into; see `aiopsctl show inc-")
    (kept,) = served.rig.on_disk()["answers"]
    assert (kept["by"], kept["words"]) == ("ann", "go ahead")


@pytest.mark.parametrize("typed", ["n\n", "\n", ""])
async def test_without_a_y_nothing_is_answered(served: People, typed: str) -> None:
    asked = await question(served.rig)
    for verb in ("approve", "reject"):
        done = await call(served, "approvals", verb, asked["id"], typed=typed)
        assert done.exit_code == 1
        assert "Aborted" in done.stderr
    assert served.rig.on_disk()["answers"] == []


async def test_with_yes_nothing_is_asked(served: People) -> None:
    asked = await question(served.rig)
    done = await call(served, "approvals", "reject", asked["id"], "--yes", "-o", "json")
    assert (done.exit_code, done.stderr) == (0, "")
    assert json.loads(done.stdout)["by"] == "ann"
    await served.rig.turn()
    assert (await served.rig.document()).incidents[0].phase is Phase.ESCALATED


async def test_late_and_repeated_clicks_are_told(served: People) -> None:
    asked = await question(served.rig)
    await answer(served.rig, asked, by="bob")
    served.rig.clock.pass_s(1.0)
    again = await call(served, "approvals", "approve", asked["id"], "--yes")
    assert (again.exit_code, again.stdout) == (1, "")
    assert "bob answered" in again.stderr
    await served.rig.turn()
    over = await call(served, "approvals", "approve", asked["id"], "--yes")
    assert (over.exit_code, over.stdout) == (3, "")
    assert "answered, replaced or has expired; list them with `aiopsctl appr" in over.stderr


async def test_who_may_not_is_told_which_role_it_takes(served: People) -> None:
    asked = await question(served.rig)
    done = await call(served, "approvals", "approve", asked["id"], "--yes", by="vera")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "vera has the role viewer, and this takes the role approver" in done.stderr
    wrong = await call(served, "approvals", "list", by="mallory")
    assert wrong.exit_code == 1
    assert "answered 401; set AIOPS_API_TOKEN or --token" in wrong.stderr
    assert token("mallory") not in wrong.stderr


async def test_nothing_asked_is_no_error(tmp_path: Path) -> None:
    async with people(tmp_path, people=people_file(tmp_path)) as served:
        done = await call(served, "approvals", "list")
    assert (done.exit_code, done.stdout, done.stderr) == (0, "", "Nothing is asked.\n")


@pytest.mark.parametrize(
    "words",
    [
        ("approvals", "list"),
        ("approvals", "approve", "inc-1-r1"),
        ("hold", "--cluster"),
        ("resume", "--cluster"),
        ("demotions", "list"),
        ("why", "inc-1"),
        ("kill-switch", "status"),
    ],
    ids=" ".join,
)
async def test_a_database_alone_is_not_enough(tmp_path: Path, words: tuple[str, ...]) -> None:
    (tmp_path / "aiops.db").touch()
    done = await aiopsctl(*words, "--database", str(tmp_path / "aiops.db"))
    assert (done.exit_code, done.stdout) == (2, "")
    assert "this needs a running worker" in done.stderr
    assert "--server or AIOPS_SERVER" in done.stderr


@pytest.mark.parametrize("answered", [json_answer({"id": "x"}), json_answer([]), Answer(200, b"x")])
async def test_something_that_is_no_worker_is_named(answered: Answer) -> None:
    async with serving([answered]) as server:
        done = await aiopsctl("approvals", "approve", "x", "--yes", "--server", server.url)
    assert (done.exit_code, done.stdout) == (1, "")
    assert "is no worker" in done.stderr
    assert isinstance(done.exception, SystemExit)


async def test_nothing_in_an_answer_moves_the_cursor() -> None:
    evil = "evil\x1b[2J\u202e"
    one = dict.fromkeys(
        ("id", "incident", "subject", "cause", "playbook", "action", "target", "target_uid",
         "effect", "state", "approved_by", "digest", "nonce"), evil,
    ) | {"parameters": {evil: evil}, "asked_at_s": 0.0, "expires_at_s": 0.0}  # fmt: skip
    said = json_answer({"detail": evil})
    async with serving([json_answer(one), Answer(409, said.body)]) as server:
        done = await aiopsctl("approvals", "approve", "x", "--server", server.url, typed="y\n")
    assert done.exit_code == 1
    assert "evil" in done.stderr
    assert not UNSAFE.search(done.output)
