"""Data on standard output as table, JSON or YAML; control characters in it stay harmless."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import click

FORMATS = ("table", "json", "yaml")
F = TypeVar("F", bound=Callable[..., Any])


def output_option(command: F) -> F:
    option = click.option(
        "-o", "--output", "output", type=click.Choice(FORMATS), default="table",
        show_default=True, help="How to print.",
    )  # fmt: skip
    return option(command)


def print_data(data: object, output: str) -> None:
    """JSON or YAML of data, in ASCII: nothing in it can move the cursor or turn the text around."""
    if output == "yaml":
        import yaml

        click.echo(yaml.safe_dump(data, sort_keys=False), nl=False)
    else:
        click.echo(json.dumps(data, indent=2))


def print_table(rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str], empty: str) -> None:
    """Upper-case headers, one row a line; `columns` maps header to field."""
    if not rows:
        click.echo(empty, err=True)
        return
    if sys.stdout.isatty():
        _print_for_people(rows, columns)
        return
    table = [list(columns)] + [[plain(row[field]) for field in columns.values()] for row in rows]
    widths = [max(len(line[i]) for line in table) for i in range(len(columns))]
    for line in table:
        padded = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        click.echo("   ".join(padded).rstrip())


def _print_for_people(rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str]) -> None:
    """The same, fitted to the screen."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for number, header in enumerate(columns):
        table.add_column(header, overflow="fold", no_wrap=number == 0)  # what people copy
    for row in rows:
        table.add_row(*(Text(plain(row[field])) for field in columns.values()))
    Console().print(table)


def print_fields(fields: Mapping[str, object], *, aside: bool = False) -> None:
    """A name and a value a line; `aside`: on standard error, before a question."""
    for name, value in fields.items():
        click.echo(f"{name:12}{plain(value)}", err=aside)


def plain(value: object) -> str:
    """Text from outside on one line: nothing in it can move the cursor or colour the screen."""
    text = "-" if value in ("", None) else str(value)
    return "".join(c if c.isprintable() else "�" for c in text)


def lines(text: str) -> str:
    return "\n".join(plain(line) if line else "" for line in text.split("\n"))


def age(at_s: float) -> str:
    """How long ago, such as 45s, 12m, 3h or 2d."""
    return _span(time.time() - at_s)


def left(at_s: float) -> str:
    """How long until then, in the same form; 0s when it is over."""
    return _span(at_s - time.time())


def _span(seconds: float) -> str:
    whole = max(0, int(seconds))
    for limit, unit, divisor in ((120, "s", 1), (7200, "m", 60), (172800, "h", 3600)):
        if whole < limit:
            return f"{whole // divisor}{unit}"
    return f"{whole // 86400}d"
