"""The house rules that a machine can check. An exception is listed here, with its reason."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CODE = sorted(
    path
    for folder in ("worker", "tests", "benchmarks", "tools")
    for path in (ROOT / folder).rglob("*.py")
)
SHIPPED = [path for path in CODE if path.is_relative_to(ROOT / "worker")]

LINE_LENGTH_MAX = 100
FUNCTION_LINES_MAX = 60
MODULE_LINES_MAX = 200
LONGER_MODULES: dict[str, str] = {}

PURE = ("domain", "engine", "actions", "probes")
"""These import the standard library and the worker, nothing else."""

FORBIDDEN_NAMES = frozenset(
    {"core", "utils", "util", "common", "helpers", "helper", "base", "manager", "misc"}
)
CATCHES_ALL = {"worker/engine/shell.py": 1}
"""Where `except Exception` may stand, and how often: around a turn."""

HEAVY = {"aiohttp", "aiokafka", "dapr", "fastapi", "kubernetes_asyncio", "opentelemetry", "uvicorn"}


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def each(paths: list[Path]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("path", paths, ids=name_of)


def tracked_texts() -> Iterator[tuple[str, str]]:
    """Every text file of the project, in git or about to be: name and content."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    for name in listed.splitlines():
        path = ROOT / name
        if path.is_file():
            data = path.read_bytes()
            if b"\0" not in data:
                yield name, data.decode()


@each(CODE)
def test_bounds_of_length(path: Path) -> None:
    source = path.read_text()
    lines = source.splitlines()
    for number, line in enumerate(lines, 1):
        words = re.sub(r"  # (type: ignore|noqa|fmt:).*", "", line)
        assert len(words) <= LINE_LENGTH_MAX, f"line {number}"
    if name_of(path) not in LONGER_MODULES:
        assert len(lines) <= MODULE_LINES_MAX, f"{len(lines)} lines"
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            assert length <= FUNCTION_LINES_MAX, f"{node.name} has {length} lines"


def test_listed_exceptions_are_needed() -> None:
    for name in LONGER_MODULES:
        assert len((ROOT / name).read_text().splitlines()) > MODULE_LINES_MAX, name


@each([path for path in CODE if path.read_text().strip()])
def test_says_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text())), "a module docstring is missing"


@each(CODE)
def test_no_empty_names(path: Path) -> None:
    parts = {part.removesuffix(".py") for part in path.relative_to(ROOT).parts}
    assert not parts & FORBIDDEN_NAMES


@each(CODE)
def test_nothing_is_left_undone(path: Path) -> None:
    with path.open("rb") as file:
        for token in tokenize.tokenize(file.readline):
            if token.type == tokenize.COMMENT:
                assert not re.search(r"\b(TODO|FIXME|XXX)\b", token.string), token.string
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Raise) and node.exc is not None:
            assert "NotImplementedError" not in ast.unparse(node.exc), node.lineno


@each(SHIPPED)
def test_catches_everything_in_one_place_only(path: Path) -> None:
    count = sum(
        isinstance(node, ast.ExceptHandler) and catches_all(node)
        for node in ast.walk(ast.parse(path.read_text()))
    )
    assert count == CATCHES_ALL.get(name_of(path), 0)


def catches_all(handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    names = {node.id for node in ast.walk(handler.type) if isinstance(node, ast.Name)}
    return bool(names & {"Exception", "BaseException"})


@each([path for path in SHIPPED if path.relative_to(ROOT).parts[1] in PURE])
def test_imports_no_client(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative import"
            names = [node.module or ""]
        else:
            continue
        for name in names:
            top = name.split(".")[0]
            assert top == "worker" or top in sys.stdlib_module_names, name


@each([path for path in SHIPPED if path.relative_to(ROOT).parts[1] == "domain"])
def test_domain_is_pure(path: Path) -> None:
    """No await, no clock, no chance, no input or output, no logging."""
    impure = {"asyncio", "io", "logging", "os", "pathlib", "random", "secrets", "socket",
              "subprocess", "threading", "time", "urllib", "uuid"}  # fmt: skip
    for node in ast.walk(ast.parse(path.read_text())):
        assert not isinstance(node, ast.AsyncFunctionDef | ast.Await), node.lineno
        if isinstance(node, ast.Import):
            assert not {alias.name.split(".")[0] for alias in node.names} & impure
        if isinstance(node, ast.ImportFrom):
            assert (node.module or "").split(".")[0] not in impure
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            assert node.func.attr not in ("now", "utcnow", "today"), node.lineno
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in ("open", "print", "input"), node.lineno


@each(SHIPPED)
def test_runs_no_text_as_code(path: Path) -> None:
    """Ruff's S rules look for the same; these have no exception anywhere."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in ("eval", "exec", "compile"), node.lineno
        if isinstance(node, ast.keyword) and node.arg == "shell":
            raise AssertionError(f"line {node.lineno}: shell=")
        if isinstance(node, ast.Attribute):
            unsafe = ast.unparse(node) in ("yaml.load", "yaml.full_load", "yaml.unsafe_load")
            assert not unsafe, f"line {node.lineno}: {ast.unparse(node)}"
        if isinstance(node, ast.Import):
            assert not {alias.name for alias in node.names} & {"pickle", "marshal", "shelve"}


def test_no_path_of_one_machine() -> None:
    personal = re.compile(r"(?<![\w.])/(?:home|root|Users|work)/[\w.-]+")
    found = [f"{name}: {hit}" for name, text in tracked_texts() for hit in personal.findall(text)]
    assert not found


def test_help_loads_no_client() -> None:
    """`--help` and completion stay quick: clients are imported where they are used."""
    script = (
        "import sys\n"
        "from worker.interfaces.cli.main import main\n"
        "sys.argv = ['aiopsctl', '--help']\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code, end.code\n"
        "print('LOADED', *sorted({name.split('.')[0] for name in sys.modules}))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    text, _, loaded = done.stdout.rpartition("LOADED")
    assert "Usage:" in text
    assert not set(loaded.split()) & HEAVY
