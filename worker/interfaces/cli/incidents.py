"""`aiopsctl incidents`"""

from __future__ import annotations

from pathlib import Path

import click

from worker.interfaces.cli.output import age, output_option, print_data, print_table
from worker.interfaces.cli.source import open_source, source_options

COLUMNS = {
    "ID": "id",
    "SUBJECT": "subject",
    "CAUSE": "cause",
    "PHASE": "phase",
    "HELD": "hold",
    "LAST ACTION": "action",
    "ENDED AS": "resolution",
    "AGE": "age",
}


@click.command()
@click.option("--all", "closed_too", is_flag=True, help="Closed ones too.")
@output_option
@source_options
def command(closed_too: bool, output: str, server: str, token: str, database: Path | None) -> None:
    """List incidents, newest first."""
    listed = open_source(server, token, database).incidents(closed_too=closed_too)
    if output != "table":
        print_data(listed, output)
        return
    rows = [{**one, "age": age(one["opened_at_s"])} for one in listed]
    print_table(rows, COLUMNS, "No incidents. `--all` shows closed ones too.")
