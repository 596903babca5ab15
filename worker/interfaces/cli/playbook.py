"""`aiopsctl playbook lint|test|explain|schema`: playbooks before they are in force."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from worker.interfaces.cli.output import lines, output_option, plain, print_data, print_table
from worker.interfaces.cli.source import not_found

if TYPE_CHECKING:
    from worker.adapters.playbook_files import PlaybookError
    from worker.domain.playbooks.pack import Pack
    from worker.playbook_tests import Result

F = TypeVar("F", bound=Callable[..., Any])
EXISTING = click.Path(exists=True, file_okay=False, path_type=Path)
PROBLEM_COLUMNS = {"PLACE": "place", "PROBLEM": "problem"}
CASE_COLUMNS = {"PLAYBOOK": "playbook", "CASE": "case", "RESULT": "result"}


@click.group()
def command() -> None:
    """Check, try and read playbooks; needs no worker."""


def folder_argument(function: F) -> F:
    """The pack's folder: AIOPS_PLAYBOOKS when it isn't named, else the shipped ones."""
    return click.argument("folder", required=False, type=EXISTING, envvar="AIOPS_PLAYBOOKS")(
        function
    )


@command.command()
@folder_argument
@output_option
def lint(folder: Path | None, output: str) -> None:
    """Show everything that is wrong with the playbooks of FOLDER and their cases.

    Without FOLDER it is AIOPS_PLAYBOOKS, or else the shipped ones. Exit code 1 when something is.
    """
    from worker.adapters.playbook_files import PlaybookError, load_cases
    from worker.packs import read_pack

    pack: Pack | None = None
    cases = 0
    errors: list[PlaybookError] = []
    try:
        pack = read_pack(folder)
    except PlaybookError as error:
        errors.append(error)
    try:
        cases = len(load_cases(folder))
    except PlaybookError as error:
        errors.append(error)
    problems = [
        {"file": os.fspath(one.path), "line": one.line, "column": one.column, "problem": one.words}
        for error in errors
        for one in error.problems
    ]
    more = sum(error.more for error in errors)
    version = None if pack is None else pack.version
    names = [] if pack is None else [one.name for one in pack.playbooks]
    if output != "table":
        told = {"version": version, "playbooks": names, "cases": cases, "problems": problems}
        print_data({**told, "more_problems": more}, output)
    elif problems:
        print_table(
            [{**one, "place": f"{one['file']}:{one['line']}:{one['column']}"} for one in problems],
            PROBLEM_COLUMNS, "",
        )  # fmt: skip
        if more:
            click.echo(f"and {more} more", err=True)
    else:
        click.echo(f"version {version}, {len(names)} playbooks, {cases} cases: nothing is wrong")
    if problems:
        raise SystemExit(1)


@command.command()
@folder_argument
@output_option
def test(folder: Path | None, output: str) -> None:
    """Run the cases that lie in FOLDER/tests, and show what differs.

    The decision is the real one, on facts made of what each case gives. Without FOLDER it is
    AIOPS_PLAYBOOKS, or else the shipped ones. Exit code 1 when a case fails.
    """
    results = _results(folder)
    rows = [
        {
            "playbook": one.case.playbook, "case": one.case.name, "place": one.case.place,
            "result": "passed" if one.passed else "failed",
            "differs": list(one.differs), "told": list(one.told),
        }
        for one in results
    ]  # fmt: skip
    if output != "table":
        print_data(rows, output)
    else:
        print_table(rows, CASE_COLUMNS, "No cases: write some into the pack's folder tests/.")
        for one in results:
            if not one.passed:
                _tell(one)
    if any(not one.passed for one in results):
        raise SystemExit(1)


def _results(folder: Path | None) -> list[Result]:
    from worker.adapters.expressions.evaluator import CelExpressions
    from worker.adapters.playbook_files import load_cases
    from worker.playbook_tests import run_cases

    pack = _pack(folder)
    cases = _read(lambda: load_cases(folder))
    return list(run_cases(cases, pack, CelExpressions()))


def _tell(result: Result) -> None:
    click.echo(f"\n{plain(result.case.place)}: {plain(result.case.name)}", err=True)
    for one in result.differs:
        click.echo(f"  {plain(one)}", err=True)
    for one in result.told:
        click.echo(f"    {plain(one)}", err=True)


@command.command()
@click.argument("name")
@folder_argument
def explain(name: str, folder: Path | None) -> None:
    """Say in words what the playbook NAME is for, what it would do, and who is told."""
    from worker.interfaces.playbook_prose import prose

    pack = _pack(folder)
    playbook = pack.named(name)
    if playbook is None:
        names = ", ".join(one.name for one in pack.playbooks)
        not_found(f"playbook {plain(name)}", f"there are {names}")
    words = lines(prose(playbook))
    click.echo(re.sub(r"\*\*(.+?)\*\*", lambda found: click.style(found[1], bold=True), words))


@command.command()
def schema() -> None:
    """Print the JSON Schema of a playbook, for an editor or a pipeline."""
    from worker.adapters.playbook_files import playbook_schema

    click.echo(json.dumps(playbook_schema(), indent=2))


def _pack(folder: Path | None) -> Pack:
    from worker.packs import read_pack

    return _read(lambda: read_pack(folder))


T = TypeVar("T")


def _read(read: Callable[[], T]) -> T:
    from worker.adapters.playbook_files import PlaybookError

    try:
        return read()
    except PlaybookError as error:
        raise click.ClickException(str(error)) from error
