"""`aiopsctl show ID`"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from worker.interfaces.cli.output import age, lines, output_option, plain, print_data
from worker.interfaces.cli.source import BROKEN, not_found, open_source, source_options


@click.command()
@click.argument("incident_id", metavar="ID")
@output_option
@source_options
def command(incident_id: str, output: str, server: str, token: str, database: Path | None) -> None:
    """Show one incident: its state, and what happened in words (times in UTC)."""
    incident = open_source(server, token, database).incident(incident_id)
    if incident is None:
        not_found(f"incident {incident_id}", "list them with `aiopsctl incidents --all`")
    if output == "table":
        click.echo(_head(incident))
        click.echo()
        click.echo(lines(incident["story"]))
    else:
        print_data(incident, output)
    broken = incident["journal_broken_at"]
    if broken is not None:
        words = f"This journal was edited, cut or reordered at entry {broken}."
        click.secho(words, fg="red", err=True)
        raise SystemExit(BROKEN)


def _head(incident: dict[str, Any]) -> str:
    hold = f", held: {incident['hold']['reason']}" if incident["hold"] else ""
    ended = f" ({incident['resolution']})" if incident["resolution"] else ""
    return "\n".join(
        f"{name:10}{plain(value)}"
        for name, value in (
            ("incident", incident["id"]),
            ("subject", incident["subject"]),
            ("cause", incident["cause"]),
            ("phase", f"{incident['phase']}{ended}{hold}"),
            ("alerts", f"{len(incident['alerts'])} ({incident['alerts_seen']} seen)"),
            ("opened", f"{age(incident['opened_at_s'])} ago"),
        )
    )
