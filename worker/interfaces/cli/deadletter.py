"""`aiopsctl deadletter list|show`"""

from __future__ import annotations

from pathlib import Path

import click

from worker.interfaces.cli.output import age, lines, output_option, plain, print_data, print_table
from worker.interfaces.cli.source import not_found, open_source, source_options

COLUMNS = {
    "ID": "id",
    "REASON": "reason",
    "SOURCE": "source",
    "POSITION": "position",
    "BYTES": "size_bytes",
    "AGE": "age",
}


@click.group()
def command() -> None:
    """Look at input that nobody could read."""


@command.command("list")
@output_option
@source_options
def list_letters(output: str, server: str, token: str, database: Path | None) -> None:
    """List dead letters, newest first."""
    listed = open_source(server, token, database).dead_letters()
    if output != "table":
        print_data(listed, output)
        return
    rows = [{**one, "age": age(one["at_s"])} for one in listed]
    print_table(rows, COLUMNS, "No dead letters.")


@command.command("show")
@click.argument("letter_id", metavar="ID")
@output_option
@source_options
def show_letter(
    letter_id: str, output: str, server: str, token: str, database: Path | None
) -> None:
    """Show one dead letter with its body (the first 64 KiB)."""
    letter = open_source(server, token, database).dead_letter(letter_id)
    if letter is None:
        not_found(f"letter {letter_id}", "list them with `aiopsctl deadletter list`")
    if output != "table":
        print_data(letter, output)
        return
    for name in ("id", "reason", "detail", "source", "position", "size_bytes", "sha256"):
        click.echo(f"{name:12}{plain(letter[name])}")
    click.echo(f"\n{lines(letter['body'])}")
