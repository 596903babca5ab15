"""`aiopsctl doctor`"""

from __future__ import annotations

import click

from worker.interfaces.cli.output import output_option, plain, print_data

MARKS = {"ok": ("✓", "green"), "failed": ("✗", "red"), "unknown": ("?", "yellow")}


@click.command()
@click.option("--dapr", "with_dapr", is_flag=True, help="Check the sidecar and the broker too.")
@output_option
def command(with_dapr: bool, output: str) -> None:
    """Check what the worker can reach, and say what is missing and what to do.

    Uses the same AIOPS_… variables as the worker. Exit code 1 when a check fails.
    """
    import asyncio

    from pydantic import ValidationError

    from worker.doctor import examine
    from worker.settings import Settings
    from worker.settings_names import explain

    try:
        settings = Settings()
    except ValidationError as error:
        raise click.UsageError(explain(error)) from error
    findings = asyncio.run(examine(settings, with_dapr=with_dapr))
    if output == "table":
        for one in findings:
            mark, colour = MARKS[one.state]
            click.echo(f"{click.style(mark, fg=colour)} {one.what:28} {plain(one.evidence)}")
            if one.remedy:
                click.echo(f"  → {plain(one.remedy)}")
    else:
        print_data([one.as_json() for one in findings], output)
    if any(one.state == "failed" for one in findings):
        raise SystemExit(1)
