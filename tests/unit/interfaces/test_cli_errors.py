"""Exit codes 0, 1, 2 and 3, and messages that say what to do."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from tests.unit.adapters.http_server import Answer, serving
from tests.unit.interfaces.cli_stage import aiopsctl, stage
from tests.unit.interfaces.http_call import free_port
from worker.interfaces.cli.main import COMMANDS

READING = (("incidents",), ("show", "x"), ("deadletter", "list"), ("deadletter", "show", "x"))


@pytest.mark.parametrize("words", READING, ids=" ".join)
async def test_no_worker_answers(words: tuple[str, ...]) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    done = await aiopsctl(*words, "--server", url)
    assert (done.exit_code, done.stdout) == (1, "")
    assert f"no worker answers at {url}" in done.stderr
    assert "aiopsctl run" in done.stderr
    assert "AIOPS_SERVER" in done.stderr
    assert "Traceback" not in done.stderr


async def test_the_server_may_be_named_by_a_variable() -> None:
    url = f"http://127.0.0.1:{free_port()}"
    done = await aiopsctl("incidents", AIOPS_SERVER=url)
    assert url in done.stderr


async def test_a_token_is_needed_and_taken(tmp_path: Path) -> None:
    async with stage(tmp_path, api_token="reading", webhook_token="w") as staged:
        for environment in ({}, {"AIOPS_API_TOKEN": "wrong"}):
            done = await aiopsctl("incidents", *staged.options("--server"), **environment)
            assert done.exit_code == 1
            assert "answered 401" in done.stderr
            assert "AIOPS_API_TOKEN or --token" in done.stderr
            assert "wrong" not in done.output
        url = staged.options("--server")
        assert (await aiopsctl("incidents", *url, AIOPS_API_TOKEN="reading")).exit_code == 0
        assert (await aiopsctl("incidents", *url, "--token", "reading")).exit_code == 0


async def test_a_store_that_is_away_says_to_try_again(tmp_path: Path) -> None:
    async with stage(tmp_path) as staged:
        staged.people.rig.store.loads_fail = True
        done = await staged.call("incidents", source="--server")
    assert done.exit_code == 1
    assert "answered 503" in done.stderr
    assert "try again" in done.stderr


@pytest.mark.parametrize("answer", [Answer(500), Answer(403), Answer(cut=True)], ids=str)
async def test_another_answer_is_1_without_a_traceback(answer: Answer) -> None:
    async with serving([answer]) as server:
        done = await aiopsctl("incidents", "--server", server.url)
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.startswith("Error: ")
    assert isinstance(done.exception, SystemExit)


async def test_a_file_that_is_no_database_is_1(tmp_path: Path) -> None:
    (tmp_path / "text.db").write_text("no database at all, by no means")
    sqlite3.connect(tmp_path / "empty.db").close()
    for name in ("text.db", "empty.db"):
        done = await aiopsctl("incidents", "--database", str(tmp_path / name))
        assert (done.exit_code, done.stdout) == (1, ""), name
        assert name in done.stderr
        assert isinstance(done.exception, SystemExit)


async def test_nothing_to_list_is_no_error(tmp_path: Path) -> None:
    async with stage(tmp_path) as staged:
        await staged.people.rig.store.put("open-00", {"schema": 1, "entries": {}})
        for shard in range(64):
            key = f"open-{shard:02d}"
            await staged.people.rig.store.put(key, {"schema": 1, "entries": {}})
        done = await staged.call("incidents", source="--database")
        assert (done.exit_code, done.stdout) == (0, "")
        assert "--all" in done.stderr, "told aside: a pipe reads nothing of it"
        as_data = await staged.call("incidents", "-o", "json", source="--database")
        assert as_data.stdout == "[]\n"


@pytest.mark.parametrize(
    "words",
    [
        ("nope",),
        ("show",),
        ("incidents", "--nope"),
        ("incidents", "-o", "xml"),
        ("incidents", "--server", "worker:8080"),
        ("incidents", "--database", "missing.db"),
        ("deadletter", "nope"),
        ("run", "--mode", "yolo"),
        ("run", "--port", "http"),
    ],
    ids=" ".join,
)
async def test_wrong_usage_is_2(words: tuple[str, ...]) -> None:
    done = await aiopsctl(*words)
    assert (done.exit_code, done.stdout) == (2, "")
    assert "Error: " in done.stderr
    assert "--help" in done.stderr


@pytest.mark.parametrize("command", sorted(COMMANDS))
async def test_every_command_has_help(command: str) -> None:
    done = await aiopsctl(command, "--help")
    assert done.exit_code == 0
    assert done.stdout.startswith("Usage: ")


async def test_help_lists_every_command_and_the_exit_codes() -> None:
    done = await aiopsctl("--help")
    assert done.exit_code == 0
    for name, text in COMMANDS.items():
        assert name in done.stdout
        assert text.split(".")[0].split()[0] in done.stdout
    assert "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 not found, 4 broken." in done.stdout


@pytest.mark.parametrize(
    ("name", "value", "remedy"),
    [
        ("AIOPS_MODE", "yolo", "'approve' or 'auto'"),
        ("AIOPS_PEOPLE_PORT", "http", "valid integer"),
        ("AIOPS_HOLD_S", "0", "greater than 0"),
    ],
)
async def test_a_bad_setting_names_variable_value_and_remedy(
    name: str, value: str, remedy: str
) -> None:
    for command in ("run", "doctor"):
        done = await aiopsctl(command, **{name: value})
        assert (done.exit_code, done.stdout) == (2, ""), command
        assert name in done.stderr
        assert f"got {value!r}" in done.stderr
        assert remedy in done.stderr


async def test_settings_that_contradict_each_other_say_how() -> None:
    done = await aiopsctl("run", AIOPS_ACCEPT_DEADLINE_S="20")
    assert done.exit_code == 2
    assert "AIOPS_ACCEPT_DEADLINE_S must be shorter than AIOPS_DELIVERY_TIMEOUT_S" in done.stderr
