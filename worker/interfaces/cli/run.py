"""`aiopsctl run`"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click


@click.command()
@click.option(
    "--database", type=click.Path(dir_okay=False, path_type=Path), help="SQLite file to work on."
)
@click.option(
    "--mode",
    type=click.Choice(["observe", "suggest", "approve", "auto"]),
    help="How far it may go; default observe.",
)
@click.option("--port", type=int, help="The people's port: webhook, REST, metrics.")
def command(database: Path | None, mode: str | None, port: int | None) -> None:
    """Run the worker in one process, with SQLite and no broker.

    Everything else is set by AIOPS_… variables; the cluster is the kubeconfig's, or the pod's own.
    """
    import asyncio
    import sqlite3
    import sys

    from pydantic import ValidationError

    from worker.adapters.sqlite.store import DatabaseInUseError
    from worker.adapters.telemetry import set_up_logging
    from worker.adapters.yaml_nodes import YamlFileError
    from worker.interfaces.serving import PortTakenError
    from worker.runtime_embedded import run_embedded
    from worker.settings import Settings
    from worker.settings_names import explain

    given: dict[str, Any] = {"database": database, "mode": mode, "people_port": port}
    try:
        settings = Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        raise click.UsageError(explain(error)) from error
    set_up_logging(console=sys.stderr.isatty())
    click.echo(
        f"mode {settings.mode}, database {settings.database}, listening on "
        f"http://{settings.people_host}:{settings.people_port}",
        err=True,
    )
    try:
        asyncio.run(run_embedded(settings))
    except (DatabaseInUseError, YamlFileError, PortTakenError) as error:
        raise click.ClickException(str(error)) from error
    except (sqlite3.Error, OSError) as error:
        raise click.ClickException(
            f"database {settings.database}: {error}; name another file with --database"
        ) from error
