"""`aiopsctl playbook`: what is wrong, what a case makes of it, what it would do, and the schema."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import Result

from tests.unit.adapters.playbook_texts import FULL, GOOD, changed, pack
from tests.unit.interfaces.cli_stage import UNSAFE, aiopsctl
from worker.adapters.playbook_files import playbook_schema

HEAVY = ("aiohttp", "cel_expr_python", "fastapi", "kubernetes_asyncio", "pydantic", "yaml")
HELP = f"""
import sys
from worker.interfaces.cli.main import main
try:
    main()
finally:
    print("loaded:", [one for one in {HEAVY} if one in sys.modules])
"""
CASE = """\
apiVersion: aiops/v1
kind: PlaybookTest
metadata: {name: mine}
spec:
  cases:
    - name: one crashes
      given:
        alerts: [{name: KubePodCrashLooping, labels: {pod: web-1}}]
        facts: {sick: [{state: crashing}]}
      expect: {action: evict_pod}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "mine.yaml").write_text(CASE)
    return pack(tmp_path, mine=GOOD)


async def call(*words: str, **environment: str) -> Result:
    return await aiopsctl("playbook", *words, **environment)


def data(result: Result, output: str) -> Any:
    return json.loads(result.stdout) if output == "json" else yaml.safe_load(result.stdout)


async def test_lint_finds_nothing(folder: Path) -> None:
    done = await call("lint", str(folder))
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout == "version 7, 1 playbooks, 1 cases: nothing is wrong\n"


async def test_the_shipped_ones_are_meant_when_none_are_named(folder: Path) -> None:
    assert "nothing is wrong" in (await call("lint")).stdout
    done = await call("lint", AIOPS_PLAYBOOKS=str(folder))
    assert done.stdout.startswith("version 7, 1 playbooks")


async def test_lint_shows_all_that_is_wrong_of_playbooks_and_cases(folder: Path) -> None:
    pack(folder, mine=changed("crash_loop", "a b"), other="[")
    (folder / "tests" / "mine.yaml").write_text(CASE.replace("evict_pod", "delete"))
    done = await call("lint", str(folder))
    assert (done.exit_code, done.stderr) == (1, "")
    head, *rows = done.stdout.splitlines()
    assert head.split() == ["PLACE", "PROBLEM"]
    places = [row.split()[0].removeprefix(f"{folder}/") for row in rows]
    assert places == ["mine.yaml:7:14", "other.yaml:1:2", "tests/mine.yaml:10:24"]


@pytest.mark.parametrize("output", ["json", "yaml"])
async def test_lint_as_data(folder: Path, output: str) -> None:
    good = data(await call("lint", str(folder), "-o", output), output)
    assert good == {
        "version": 7, "playbooks": ["mine"], "cases": 1, "problems": [], "more_problems": 0,
    }  # fmt: skip
    pack(folder, mine=changed("crash_loop", "a b"))
    done = await call("lint", str(folder), "-o", output)
    told = data(done, output)
    assert done.exit_code == 1
    assert (told["version"], told["playbooks"]) == (None, [])
    (problem,) = told["problems"]
    assert (problem["file"], problem["line"]) == (str(folder / "mine.yaml"), 7)
    assert problem["problem"] == "'a b': write a cause such as crash_loop"


async def test_a_condition_is_compiled(folder: Path) -> None:
    pack(folder, mine=changed("c == 3", "facts.pods.sick ==", FULL))
    done = await call("lint", str(folder))
    assert done.exit_code == 1
    assert "the condition doesn't compile" in done.stdout


async def test_cases_that_pass(folder: Path) -> None:
    done = await call("test", str(folder))
    assert (done.exit_code, done.stderr) == (0, "")
    assert [row.split() for row in done.stdout.splitlines()] == [
        ["PLAYBOOK", "CASE", "RESULT"], ["mine", "one", "crashes", "passed"],
    ]  # fmt: skip


async def test_a_case_that_fails_shows_what_differs(folder: Path) -> None:
    (folder / "tests" / "mine.yaml").write_text(CASE.replace("action: evict_pod", "holds: storm"))
    done = await call("test", str(folder))
    assert done.exit_code == 1
    assert "mine.yaml:6: one crashes" in done.stderr
    assert "  expected: holds storm; came: action evict_pod" in done.stderr
    assert "    Decided to evict pod shop/Pod/web-1" in done.stderr
    told = data(await call("test", str(folder), "-o", "json"), "json")
    assert [(one["result"], one["differs"]) for one in told] == [
        ("failed", ["expected: holds storm; came: action evict_pod"])
    ]


async def test_without_cases_nothing_failed(tmp_path: Path) -> None:
    done = await call("test", str(pack(tmp_path, mine=GOOD)))
    assert (done.exit_code, done.stdout) == (0, "")
    assert "write some into the pack's folder tests/" in done.stderr


async def test_a_pack_that_cannot_be_read_is_not_tried(folder: Path) -> None:
    pack(folder, mine="[")
    for words in (["test"], ["explain", "mine"]):
        done = await call(*words, str(folder))
        assert (done.exit_code, done.stdout) == (1, "")
        assert "mine.yaml:1:2: no YAML" in done.stderr


async def test_explain_says_it_in_words(tmp_path: Path) -> None:
    text = FULL
    for old, new in (("a == 1", "1 == 1"), ("b == 2", "now > 0.0"), ("c == 3", "now < 0.0")):
        text = changed(old, new, text)
    done = await call("explain", "mine", str(pack(tmp_path, mine=text)))
    assert (done.exit_code, done.stderr) == (0, "")
    for words in (
        "Say why.",
        "the cause c, and the alert A or B, and alerts with the labels env=no, team=shop",
        "in mode suggest: it tells a human what it would do",
        "It may earn up to auto, one mode for each 30 right shadow decisions",
        "Step 1: rollout restart.",
        "followed by step 2",
        "Step 2 (more): raise memory limit.",
        "Only while this is known to be true: `now > 0.0`",
        "Never unless this is known to be false: `now < 0.0`",
        "ceiling 2Gi: never a higher limit",
        "At most in mode approve: it asks a human, and then acts",
        "is undone (raise memory limit) and is followed by a human",
        "is told: Look at the broker.\nThen at the members.",
    ):
        assert words in done.stdout, words


async def test_explain_names_what_there_is(folder: Path) -> None:
    done = await call("explain", "no\x1b[2J", str(folder))
    assert (done.exit_code, done.stdout) == (3, "")
    assert done.stderr == "playbook no\ufffd[2J is not there; there are mine\n"


async def test_nothing_in_a_file_moves_the_cursor(folder: Path) -> None:
    evil = 'summary: "a\\e[2Jb\\u202e"\n  match:'
    pack(folder, mine=changed("match:", evil), other=changed("mine", '"\\e[2J"'))
    listed = await call("lint", str(folder))
    assert listed.exit_code == 1
    pack(folder, other=changed("mine", "other"))
    told = await call("explain", "mine", str(folder))
    assert told.exit_code == 0
    for one in (listed, told):
        assert not UNSAFE.search(one.stdout.replace("\n", ""))


async def test_schema_prints_it() -> None:
    done = await call("schema")
    assert (done.exit_code, done.stderr) == (0, "")
    assert json.loads(done.stdout) == playbook_schema()


@pytest.mark.parametrize("words", [["--help"], ["playbook", "--help"], ["playbook", "lint", "-h"]])
def test_help_loads_nothing(words: list[str]) -> None:
    """What takes long to load is loaded by what needs it."""
    told = subprocess.run(
        [sys.executable, "-c", HELP, *words],
        cwd=Path(__file__).parents[3], capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert "Usage" in told
    assert told.endswith("loaded: []\n")
