"""The documentation says what is: links, names, paths and made pages are compared with the code."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
import yaml

from tools.meanings import SETTINGS
from tools.reference import FOLDER, PAGES
from worker.actions import ACTIONS
from worker.adapters.telemetry import COUNTERS
from worker.domain.catalogue import Verb
from worker.domain.guards import GUARDS
from worker.domain.story.reason import Reason
from worker.packs import read_pack
from worker.settings import Settings

ROOT = Path(__file__).parents[1]
DOCS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
WORDS = {path: path.read_text() for path in DOCS}
TARGETS = set(re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text(), re.M))


def each_page() -> pytest.MarkDecorator:
    return pytest.mark.parametrize("page", DOCS, ids=lambda path: str(path.relative_to(ROOT)))


@each_page()
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)", WORDS[page]):
        if "://" not in target:
            assert (page.parent / target).exists(), target


@each_page()
def test_lines_are_readable(page: Path) -> None:
    for number, line in enumerate(WORDS[page].splitlines(), 1):
        assert len(line) <= 120 or line.startswith("|"), f"line {number}: {len(line)} characters"


@each_page()
def test_every_page_can_be_reached(page: Path) -> None:
    if page.parent == ROOT:
        return
    reached = {
        (other.parent / target).resolve()
        for other in DOCS
        for target in re.findall(r"\]\(([^)#\s]+)", WORDS[other])
        if other != page
    }
    assert page.resolve() in reached or page.parent.resolve() in reached


@each_page()
def test_named_paths_exist(page: Path) -> None:
    """A path in code marks is one of the repository, or of worker/."""
    for name in re.findall(r"`((?:[\w.-]+/)+[\w.-]+\.(?:py|md|yaml|toml|txt))`", WORDS[page]):
        assert (ROOT / name).exists() or (ROOT / "worker" / name).exists(), name


@each_page()
def test_named_settings_exist(page: Path) -> None:
    known = {f"AIOPS_{name.upper()}" for name in Settings.model_fields}
    known |= {"AIOPS_SECRETS_DIR", "AIOPS_SERVER"}
    assert set(re.findall(r"\bAIOPS_[A-Z_]+[A-Z]\b", WORDS[page])) <= known


@each_page()
def test_named_targets_exist(page: Path) -> None:
    assert set(re.findall(r"(?m)(?:`|^)make ([a-z0-9-]+)", WORDS[page])) <= TARGETS


def test_named_commands_exist() -> None:
    command = re.compile(r"aiopsctl ([a-z][a-z-]*)")
    named = {name for text in WORDS.values() for name in command.findall(text)}
    done = subprocess.run(
        [sys.executable, "-m", "worker.interfaces.cli.main", "--help"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    commands = set(re.findall(r"^  ([a-z-]+)  ", done.stdout.partition("Commands:")[2], re.M))
    assert commands, done.stderr
    assert named <= commands, f"no such command: {named - commands}"


@each_page()
def test_yaml_can_be_read(page: Path) -> None:
    for block in re.findall(r"```yaml\n(.*?)```", WORDS[page], re.S):
        assert yaml.safe_load(block)


def test_example_playbook_can_be_loaded(tmp_path: Path) -> None:
    page = WORDS[ROOT / "docs" / "how-to" / "write-a-playbook.md"]
    for name, text in re.findall(r"```yaml\n# ([\w.-]+)\n(.*?)```", page, re.S):
        (tmp_path / name).write_text(text)
    assert [one.name for one in read_pack(tmp_path).playbooks] == ["crash-loop"]


@pytest.mark.parametrize("name", PAGES)
def test_made_pages_are_up_to_date(name: str) -> None:
    assert (FOLDER / name).read_text() == PAGES[name](), "run: python -m tools.reference"


def test_every_setting_has_a_meaning() -> None:
    assert list(SETTINGS) == list(Settings.model_fields)


def test_every_count_is_a_metric_with_its_labels() -> None:
    """An unknown name or label would only fail in production, where something is amiss already."""
    counted: dict[str, set[str]] = {}
    for path in (ROOT / "worker").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            match node:
                case ast.Call(
                    func=ast.Attribute(attr="count"),
                    args=[ast.Constant(value=str(name)), *_],
                    keywords=keywords,
                ) if "telemetry" in ast.unparse(node.func) or path.stem == "telemetry":
                    labels = {str(one.arg) for one in keywords} - {"amount"}
                    assert counted.setdefault(name, labels) == labels, name
    assert counted == {name: set(labels) for name, (_, labels) in COUNTERS.items()}


def test_reasons_page_has_every_reason_that_is_given() -> None:
    """A reason that no code gives would be a promise that nobody keeps."""
    code = "\n".join(path.read_text() for path in (ROOT / "worker").rglob("*.py"))
    given = {str(reason) for reason in Reason if f"Reason.{reason.name}" in code}
    explained = re.findall(r"^\| `(\w+)` \|", WORDS[FOLDER / "reasons.md"], re.M)
    assert len(explained) == len(set(explained))
    assert set(explained) == given


def test_decisions_are_numbered_and_have_a_status() -> None:
    pages = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    numbers = [int(page.name[:4]) for page in pages]
    assert numbers[0] == 1
    assert all(later == earlier + 1 for earlier, later in pairwise(numbers))
    for page in pages:
        assert WORDS[page].startswith(f"# {page.name[:4]} "), page.name
        assert "\nStatus: " in WORDS[page], page.name


def test_readme_names_every_verb() -> None:
    assert set(ACTIONS) == set(Verb)
    for verb in Verb:
        assert f"`{verb}`" in WORDS[ROOT / "README.md"]
        assert f"`{verb}`" in WORDS[ROOT / "docs/how-to/write-a-playbook.md"]


def test_architecture_names_what_is() -> None:
    text = WORDS[ROOT / "ARCHITECTURE.md"]
    folders = {path.name for path in (ROOT / "worker").iterdir() if path.is_dir()} - {"__pycache__"}
    assert all(f"  {folder}/ " in text for folder in folders)
    names = {guard.__name__ for guard in GUARDS}
    assert "one_disruption" in names
    assert "`domain/guards/` `one_disruption`" in text


def test_help_lists_every_target() -> None:
    makefile = (ROOT / "Makefile").read_text()
    phony = set(re.search(r"\.PHONY: ((?:.*\\\n)*.*)", makefile)[1].replace("\\", "").split())  # type: ignore[index]
    assert phony == TARGETS
    needed = {"demo", "check", "lab", "e2e", "soak", "mutants", "evaluate", "bench", "lock"}
    explained = set(re.findall(r"^([a-z0-9-]+):.*## \S", makefile, re.M))
    assert needed <= explained <= phony
