"""`aiopsctl simulate`: what would have been done about what was recorded."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NoReturn

import click

from worker.interfaces.cli.output import output_option
from worker.interfaces.cli.simulate_source import Wanted, readers, recording_options
from worker.interfaces.cli.source import NOT_FOUND

DIFFERS = 1  # as diff says it: 0 the same, 1 different, more is trouble
TROUBLE_IN_DIFF = 2
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command()
@recording_options
@click.option("--playbooks", type=FOLDER, help="Instead of AIOPS_PLAYBOOKS or the shipped ones.")
@click.option(
    "--mode", type=click.Choice(["observe", "suggest", "approve", "auto"]), default="auto",
    show_default=True, help="How far it might have gone; a playbook's own mode stands.",
)  # fmt: skip
@click.option(
    "--services", type=click.IntRange(1), help="In the cluster; a storm is a share of them."
)
@click.option("--diff", "other", type=FOLDER, help="Show which incidents these playbooks change.")
@click.option("--incident", default="", metavar="ID", help="Tell the story of this incident.")
@output_option
def command(
    files: tuple[str, ...], topics: tuple[str, ...], brokers: str, since: str, limit: int,
    playbooks: Path | None, mode: str, services: int | None, other: Path | None, incident: str,
    output: str,
) -> None:  # fmt: skip
    """Replay recorded alerts and ops-events, and say what would have been done, and why.

    FILE holds JSON lines or a JSON array: Alertmanager webhook bodies, alerts, ops-events,
    CloudEvents, or {"at": TIME, "value": {…}} around any of them. Nothing is touched. Uses the same
    AIOPS_… variables as the worker. Exit code 3 when the incident isn't there; with --diff 0 when
    nothing differs, 1 when something does, 2 for trouble.
    """
    if other is not None and incident:
        raise click.UsageError("--incident: leave out --diff; the story is of one pack")
    wanted = Wanted(files, topics, brokers, since, limit)
    try:
        _simulate(wanted, playbooks, mode, services, other, incident, output)
    except click.UsageError:
        raise
    except click.ClickException as error:
        if other is None:
            raise
        error.show()
        raise SystemExit(TROUBLE_IN_DIFF) from error


def _simulate(
    wanted: Wanted, playbooks: Path | None, mode: str, services: int | None, other: Path | None,
    incident: str, output: str,
) -> None:  # fmt: skip
    from worker.backtest.survey import Recording, RecordingError
    from worker.interfaces.cli import simulate_show as show
    from worker.interfaces.cli.simulate_run import About, pack_of, run, settings_of

    settings = settings_of(mode)
    folders = [playbooks or settings.playbooks, *([other] if other is not None else [])]
    packs = [pack_of(folder) for folder in folders]
    with ExitStack() as open_files:
        try:
            recording = Recording(readers(wanted, open_files))
            about = About(
                wanted.names, recording.survey, mode, services or recording.survey.services,
                given=services is not None,
            )  # fmt: skip
            show.unread(recording.survey)
            if not recording.survey.records:
                raise click.ClickException(
                    f"{', '.join(wanted.names)}: no record that could be read; see "
                    "`aiopsctl simulate --help` for what one is"
                )
            with _progress(recording.survey.records * len(packs)) as step:
                runs = [
                    run(folder, pack, settings, recording, about.services, incident, step)
                    for folder, pack in zip(folders, packs, strict=True)
                ]
        except RecordingError as error:
            raise click.ClickException(str(error)) from error
        except OSError as error:
            raise click.ClickException(f"{', '.join(wanted.names)}: {error}") from error
    if len(runs) == 2:
        if show.differences(about, runs[0], runs[1], output):
            raise SystemExit(DIFFERS)
    elif incident:
        if not show.incident(runs[0], incident, output):
            _not_there(incident)
    else:
        show.report(about, runs[0], output)


@contextmanager
def _progress(total: int) -> Iterator[Callable[[], None]]:
    """A bar on standard error, for people only."""
    if not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    columns = (BarColumn(), MofNCompleteColumn(), "records", TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=total)
        yield lambda: progress.advance(task)


def _not_there(incident: str) -> NoReturn:
    click.echo(f"incident {incident} is not there; leave out --incident to list them", err=True)
    raise SystemExit(NOT_FOUND)
